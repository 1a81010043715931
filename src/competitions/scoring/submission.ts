import { lstat } from 'node:fs/promises'
import { Invalid, readTable, type Table } from './csv.ts'
import { runsOf } from './masks.ts'
import { type Metric, metricNamed, numberOf, score } from './metrics.ts'

/** What a competition asks for; `competition.json` of its task. */
export type Format = {
  competition: string
  /** The header of the submission, in order. */
  columns: string[]
  /** The column that names a row. */
  id: string
  /** The columns that are to be predicted. */
  targets: string[]
  /** The column of the answers that holds the class, where each target is the probability of one. */
  label: string | null
  metric: string
}

const LARGEST = 2 ** 29
/** How far the probabilities of a row may be off a sum of 1. */
const SLACK = 1e-6

/** The metric of a format. Throws Invalid where its name is unknown. */
export function metricOf({ metric }: Pick<Format, 'metric'>): Metric {
  const found = metricNamed(metric)
  if (found === null) throw new Invalid(`there is no metric ${metric}`)
  return found
}

/** Reads a submission strictly against the rows that are asked for. Gives the predictions of each id. Throws Invalid, in words for its maker. */
export async function readSubmission(
  path: string,
  format: Format,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  const facts = await lstat(path).catch(() => null)
  if (facts === null) throw new Invalid('there is no submission.csv in $ANNEAL_OUT')
  if (!facts.isFile()) throw new Invalid('submission.csv is not a plain file')
  if (facts.size > LARGEST) throw new Invalid(`submission.csv is larger than ${LARGEST} bytes`)
  return checkSubmission(await readTable(path), format, ids)
}

/** Holds a table against the format and the rows that are asked for. */
export function checkSubmission(table: Table, format: Format, ids: readonly string[]): Map<string, string[]> {
  const metric = metricOf(format)
  const { columns, rows } = table
  if (columns.join('\n') !== format.columns.join('\n'))
    throw new Invalid(
      `the columns are ${columns.join(',').slice(0, 300)}, not ${format.columns.join(',').slice(0, 300)}`,
    )
  const at = columns.indexOf(format.id)
  const places = format.targets.map((target) => columns.indexOf(target))
  const wanted = new Set(ids)
  const found = new Map<string, string[]>()
  for (const [number, row] of rows.entries()) {
    const key = row[at] ?? ''
    const where = `row ${number + 2} (${format.id} ${key.slice(0, 40)})`
    if (!wanted.has(key)) throw new Invalid(`${where}: this ${format.id} is not asked for`)
    if (found.has(key)) throw new Invalid(`${where}: this ${format.id} stands twice`)
    const values = places.map((place) => row[place] ?? '')
    try {
      checkValues(metric, values)
    } catch (fault) {
      throw fault instanceof Invalid ? new Invalid(`${where}: ${fault.message}`) : fault
    }
    found.set(key, values)
  }
  if (found.size < wanted.size)
    throw new Invalid(
      `${wanted.size - found.size} of ${wanted.size} rows are missing, such as ${ids.find((id) => !found.has(id))}`,
    )
  return found
}

function checkValues(metric: Metric, values: readonly string[]): void {
  if (metric.takes === 'masks') for (const text of values) runsOf(text)
  if (metric.takes === 'labels' && values.some((text) => text.trim() === '')) throw new Invalid('a label is missing')
  if (metric.takes !== 'numbers' && metric.takes !== 'classes') return
  const numbers = values.map(numberOf)
  const range = metric.takes === 'classes' ? ([0, 1] as const) : metric.range
  const odd = range && numbers.find((one) => one < range[0] || one > range[1])
  if (odd !== undefined) throw new Invalid(`${odd} is not a number from 0 to 1`)
  const sum = numbers.reduce((total, one) => total + one, 0)
  if (metric.takes === 'classes' && Math.abs(sum - 1) > SLACK)
    throw new Invalid(`the probabilities of the row sum to ${sum}, not to 1`)
}

/** Scores a checked submission on the rows that the answers hold. Throws Invalid where the metric cannot be taken. */
export function scoreSubmission(given: ReadonlyMap<string, string[]>, answers: Table, format: Format): number {
  const truth = answersOf(answers, format)
  const rows = truth.map(({ id }) => {
    const row = given.get(id)
    if (row === undefined) throw new Invalid(`the row ${id} is missing`)
    return row
  })
  if (rows.length === 0) throw new Invalid('there are no answers')
  return score(
    metricOf(format),
    truth.map(({ values }) => values),
    rows,
    format.targets,
  )
}

/** The true values of each id: one label where the targets are classes, which the answers may also give as a column of 0 and 1 for each. Throws Invalid. */
export function answersOf({ columns, rows }: Table, format: Format): { id: string; values: string[] }[] {
  const place = (name: string) => columns.indexOf(name)
  const id = place(format.id)
  const label = format.label === null ? -1 : place(format.label)
  const wanted = label >= 0 ? [label] : format.targets.map(place)
  if (id < 0 || wanted.includes(-1))
    throw new Invalid(
      `the answers need the columns ${[format.id, ...(format.label ? [format.label] : format.targets)].join(', ')}`,
    )
  const oneHot = metricOf(format).takes === 'classes' && label < 0
  return rows.map((row) => {
    const values = wanted.map((at) => row[at] ?? '')
    if (!oneHot) return { id: row[id] ?? '', values }
    const hot = values.flatMap((text, at) => (Number(text) === 1 ? (format.targets[at] ?? []) : []))
    if (hot.length !== 1) throw new Invalid(`the answers give the row ${row[id]} ${hot.length} classes, not one`)
    return { id: row[id] ?? '', values: hot }
  })
}

/** The ids of a table, in order. Throws Invalid where one stands twice or the column is not there. */
export function idsOf({ columns, rows }: Table, id: string): string[] {
  const at = columns.indexOf(id)
  if (at < 0) throw new Invalid(`there is no column ${id}`)
  const ids = rows.map((row) => row[at] ?? '')
  const seen = new Set<string>()
  for (const one of ids) {
    if (seen.has(one)) throw new Invalid(`the ${id} ${one} stands twice`)
    seen.add(one)
  }
  return ids
}
