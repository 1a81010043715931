import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AnnealError } from '../records/error.ts'
import { headerOf, Invalid, readTable, records, type Table } from './scoring/csv.ts'
import { labelOf } from './scoring/metrics.ts'

/** What the person says of a competition's files, beside what they show. */
export type Named = {
  name?: string | undefined
  train?: string | undefined
  test?: string | undefined
  sample?: string | undefined
  id?: string | undefined
  target?: string[] | undefined
  label?: string | undefined
}

/** A competition as its public folder shows it. */
export type Layout = {
  name: string
  /** The public folder, and its files and folders besides the description and the tables below. */
  folder: string
  others: string[]
  description: string
  train: string
  trainColumns: string[]
  test: { file: string; columns: string[] } | null
  sample: { file: string; table: Table }
  id: string
  targets: string[]
  label: string | null
}

const wrong = (what: string, why: string, fix: string) => new AnnealError({ what, why, fix })

/** Reads the public part of a prepared competition: `prepared/public` or `public` in the folder, or the folder itself. Nothing else of it is opened. Throws an AnnealError where it is not one. */
export async function readLayout(source: string, named: Named): Promise<Layout> {
  const folder =
    [join(source, 'prepared', 'public'), join(source, 'public'), source].find((path) => existsSync(path)) ?? source
  const names = await readdir(folder).catch((cause: Error) => {
    throw wrong(`${source} cannot be read.`, cause.message, 'Name the folder of a prepared competition.')
  })
  const found = (wish: string | undefined, sign: RegExp) => {
    if (wish !== undefined && !names.includes(wish))
      throw wrong(
        `There is no file ${wish} in ${folder}.`,
        `It holds ${names.slice(0, 20).join(', ')}.`,
        'Name a file of that folder.',
      )
    return wish ?? names.filter((name) => sign.test(name)).toSorted((a, b) => a.length - b.length)[0]
  }
  const sample = found(named.sample, /^sample_?submission.*\.csv$/i)
  if (sample === undefined)
    throw wrong(
      `${folder} holds no sample submission.`,
      'Its columns and rows say what a submission looks like.',
      'Name the folder of a prepared competition (with public/, or description.md, train.csv and sample_submission.csv), or the file with --sample FILE.',
    )
  const table = await readTable(join(folder, sample)).catch(explained(sample))
  if (table.rows.length === 0) throw wrong(`${sample} holds no row.`, '', 'Name the right file with --sample FILE.')
  const train = found(named.train, /^(train|training|labels|train_?labels)\.csv$/i)
  if (train === undefined)
    throw wrong(
      `${folder} holds no table to train on.`,
      `Looked for train.csv and labels.csv; there are ${names.slice(0, 20).join(', ')}.`,
      'Name a CSV file with the id and the answers of each row: --train FILE. Other formats must be brought into that form first.',
    )
  const trainColumns = await columnsOf(join(folder, train)).catch(explained(train))
  const testName = found(named.test, /^test\.csv$/i)
  const test =
    testName === undefined
      ? null
      : { file: testName, columns: await columnsOf(join(folder, testName)).catch(explained(testName)) }
  const id = idOf(named.id, table, test?.columns ?? null)
  const targets = targetsOf(named.target, table, id, test?.columns ?? [])
  const taken = new Set([sample, train, testName, 'description.md', 'description_obfuscated.md', 'private'])
  const layout = {
    ...{
      name: named.name ?? nameOf(source),
      folder,
      others: names.filter((name) => !taken.has(name)).toSorted(),
      train,
      trainColumns,
    },
    ...{ test, sample: { file: sample, table }, id, targets },
    description: await readFile(join(folder, 'description.md'), 'utf8').catch(() => ''),
  }
  return { ...layout, label: await labelColumn(layout, named.label) }
}

/** A competition is named for its folder, not for `prepared` or `public`. */
function nameOf(source: string): string {
  const parts = source.split('/').filter((part) => part !== '' && !['prepared', 'public', '.'].includes(part))
  return basename(parts.at(-1) ?? 'competition')
}

const explained = (file: string) => (fault: unknown) => {
  if (!(fault instanceof Invalid)) throw fault
  throw wrong(`${file} is not a table that can be read.`, fault.message, 'Mend the file, or name another one.')
}

async function columnsOf(path: string): Promise<string[]> {
  for await (const { fields } of records(path)) return headerOf(fields)
  throw new Invalid('the file is empty')
}

function idOf(named: string | undefined, { columns, rows }: Table, test: readonly string[] | null): string {
  if (named !== undefined && !columns.includes(named))
    throw wrong(
      `The sample submission has no column ${named}.`,
      `Its columns are ${columns.join(', ')}.`,
      'Name one of them with --id.',
    )
  const unique = (name: string) => new Set(rows.map((row) => row[columns.indexOf(name)])).size === rows.length
  const candidates = columns.filter((name) => test === null || test.includes(name))
  const id = named ?? candidates.find(unique) ?? columns[0] ?? ''
  if (unique(id)) return id
  throw wrong(
    `No column of the sample submission names its rows: in ${id}, values stand twice.`,
    'Each row needs an id of its own.',
    'Name such a column with --id; competitions whose rows are named by several columns together cannot be taken over.',
  )
}

function targetsOf(named: string[] | undefined, { columns }: Table, id: string, test: readonly string[]): string[] {
  const targets = named ?? columns.filter((name) => name !== id && !test.includes(name))
  const odd = targets.find((name) => !columns.includes(name) || name === id)
  if (odd === undefined && targets.length > 0) return targets
  throw wrong(
    odd === undefined
      ? 'The sample submission has no column that is to be predicted.'
      : `The column ${odd} cannot be predicted.`,
    `Its columns are ${columns.join(', ')}; rows are named by ${id}.`,
    'Name what is to be predicted with --target COLUMN.',
  )
}

/** The column of the training table that holds the class, where the sample has a column for each; null where the targets stand there themselves. */
async function labelColumn(layout: Omit<Layout, 'label'>, named: string | undefined): Promise<string | null> {
  const { trainColumns, targets, train, folder, test, id } = layout
  if (named === undefined && targets.every((name) => trainColumns.includes(name))) return null
  const candidates =
    named === undefined ? trainColumns.filter((name) => name !== id && !test?.columns.includes(name)) : [named]
  const values = new Map(candidates.map((name) => [name, new Set<string>()]))
  let header = true
  for await (const { fields } of records(join(folder, train))) {
    if (!header)
      for (const [name, seen] of values) {
        if (seen.size <= targets.length) seen.add(labelOf(fields[trainColumns.indexOf(name)] ?? ''))
      }
    header = false
  }
  const classes = new Set(targets.map(labelOf))
  const fits = candidates.filter((name) => {
    const seen = [...(values.get(name) ?? [])].filter((label) => label !== '')
    return trainColumns.includes(name) && seen.length > 1 && seen.every((label) => classes.has(label))
  })
  if (fits[0] !== undefined) return fits[0]
  throw wrong(
    `${train} does not hold what is to be predicted: ${targets.slice(0, 8).join(', ')}${targets.length > 8 ? ', …' : ''}.`,
    `Its columns are ${trainColumns.slice(0, 20).join(', ')}; neither are the targets among them, nor does one hold their names as classes.`,
    'Name the table with --train, the columns with --target, or the column of classes with --label.',
  )
}
