import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { copyFile, cp, lstat, mkdir, readdir, realpath, stat, writeFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { finished } from 'node:stream/promises'
import type { Prepared } from './prepare.ts'
import { headerOf, recordOf, records, textOf } from './scoring/csv.ts'
import { goalText } from './task-text.ts'

/** Other files up to so many bytes are committed with the task; more are copied by its `setup`, once. */
const COMMITTED = 100 * 2 ** 20
const SOLVE = 'solve.py'
/** Rows of the training table that the goal shows. */
const SHOWN = 3

export type TaskOptions = {
  /** The folder of the baseline program. */
  templates: string
  /** Where the submission of the best attempt is put. */
  submission: string
  /** A server that is asked whether a submission is valid. */
  server?: string | undefined
  /** Seconds that one run of the program may take. */
  timeout: number
  /** The Python packages for such work that are installed. */
  packages: string[]
  /** Such as `16GB`. */
  memory?: string | undefined
}

/** Writes a task into the empty `folder`: its data, the sealed answers, the scripts that score, and a program to begin with. Gives the content of `anneal.yaml`, and what a person should know. */
export async function writeTask(
  prepared: Prepared,
  folder: string,
  options: TaskOptions,
): Promise<{ task: { [key: string]: unknown }; notes: string[] }> {
  const { layout, format, metric, parts } = prepared
  const heldOut = parts.includes('holdout')
  for (const name of ['data/search', 'data/full', 'sealed', 'scoring', ...(heldOut ? ['holdout'] : [])])
    await mkdir(join(folder, name), { recursive: true })
  const shown = await writeTables(prepared, folder)
  const notes = await writeOthers(prepared, folder)
  await copyScripts(folder)
  await copyFile(join(options.templates, SOLVE), join(folder, SOLVE))
  const facts = { ...format, takes: metric.takes, binary: metric.takes === 'numbers' && metric.binary === true }
  await writeFile(join(folder, 'competition.json'), `${JSON.stringify(facts, null, 2)}\n`)
  await writeFile(join(folder, 'description.md'), layout.description)
  await writeFile(join(folder, '.gitignore'), '/submission.csv\n__pycache__/\n')
  const { timeout, packages } = options
  const goal = goalText(prepared, { timeout, packages, shown, files: notes.some(({ files }) => files) })
  await writeFile(join(folder, 'GOAL.md'), goal)
  const evaluate = `node scoring/evaluate${EXTENSION}`
  const check = ['node', `scoring/check${EXTENSION}`, ...(options.server ? [options.server] : [])].join(' ')
  const setup = notes.some(({ setup }) => setup) ? { setup: 'sh furnish.sh' } : {}
  const task = {
    goal: { file: 'GOAL.md' },
    edit: [SOLVE],
    ...setup,
    execute: { command: `python3 ${SOLVE} data/search`, timeout: options.timeout },
    evaluate: {
      command: `${evaluate} sealed/answers.csv`,
      hidden: ['sealed/**', 'data/full/**'],
      ...{ metric: format.metric, direction: metric.direction, timeout: 600, constraints: ['valid == 1'] },
    },
    ...(heldOut
      ? { holdout: { command: `${evaluate} holdout/answers.csv`, timeout: 600, hidden: ['holdout/**'] } }
      : {}),
    deliver: {
      command: `python3 ${SOLVE} data/full`,
      timeout: options.timeout * 2,
      shows: ['data/full/**'],
      ...{ check, file: 'submission.csv', to: options.submission },
    },
    budget: { attempts: 60 },
    ...(options.memory === undefined ? {} : { runner: { memory: options.memory } }),
  }
  return { task, notes: notes.map(({ text }) => text) }
}

/** The scripts are the ones that Anneal itself grades with; from the sources they are TypeScript, which Node runs as it is. */
const SCRIPTS = join(import.meta.dirname, 'scoring')
const EXTENSION = extname(import.meta.filename)

async function copyScripts(folder: string): Promise<void> {
  const names = await readdir(SCRIPTS)
  for (const name of names.filter((one) => extname(one) === EXTENSION && !one.endsWith('.d.ts')))
    await copyFile(join(SCRIPTS, name), join(folder, 'scoring', name))
  await writeFile(join(folder, 'scoring', 'package.json'), '{ "type": "module" }\n')
}

/** A file that is written line by line. */
function lines(path: string, header: readonly string[]) {
  const stream = createWriteStream(path)
  stream.write(`${recordOf(header)}\n`)
  return {
    async add(line: string): Promise<void> {
      if (!stream.write(`${line}\n`)) await once(stream, 'drain')
    },
    async close(): Promise<void> {
      stream.end()
      await finished(stream)
    },
  }
}

/** Writes `data/search` with the rows that are set aside as its test, `data/full` with everything, and the answers of the rows that are set aside. Gives the first rows that are trained on. */
async function writeTables({ layout, format, parts, looked }: Prepared, folder: string): Promise<string[]> {
  const { trainColumns, test, sample, id, targets, label } = layout
  const answers = label === null ? targets : [label]
  const asked = test?.columns ?? [id]
  const [first = []] = sample.table.rows
  const heldOut = parts.includes('holdout')
  const files = {
    train: lines(join(folder, 'data/search/train.csv'), trainColumns),
    test: lines(join(folder, 'data/search/test.csv'), asked),
    sample: lines(join(folder, 'data/search/sample_submission.csv'), format.columns),
    validation: lines(join(folder, 'sealed/answers.csv'), [id, ...answers]),
    ...(heldOut ? { holdout: lines(join(folder, 'holdout/answers.csv'), [id, ...answers]) } : {}),
    ...(parts.includes('dropped') ? { full: lines(join(folder, 'data/full/train.csv'), trainColumns) } : {}),
  }
  const shown: string[] = []
  let row = -1
  for await (const { raw, fields } of records(join(layout.folder, layout.train))) {
    const part = parts[row]
    const own = looked.ids[row++] ?? ''
    if (part === undefined || part === 'dropped') continue
    await files.full?.add(raw)
    if (part === 'train') {
      await files.train.add(raw)
      if (shown.length < SHOWN) shown.push(raw)
      continue
    }
    const field = (name: string) => (name === id ? own : (fields[trainColumns.indexOf(name)] ?? ''))
    // Tables may repeat a column that is an answer: attempts read it nowhere.
    const open = (name: string) => (answers.includes(name) || targets.includes(name) ? '' : field(name))
    await files.test.add(recordOf(asked.map(open)))
    const asSample = format.columns.map((name, at) =>
      name === id || (asked.includes(name) && !targets.includes(name)) ? open(name) : (first[at] ?? ''),
    )
    await files.sample.add(recordOf(asSample))
    await files[part]?.add(recordOf([own, ...answers.map(field)]))
  }
  await Promise.all(Object.values(files).map((file) => file.close()))
  const full = join(folder, 'data/full')
  if (!files.full) await copyFile(join(layout.folder, layout.train), join(full, 'train.csv'))
  await copyFile(join(layout.folder, sample.file), join(full, 'sample_submission.csv'))
  if (test) await copyFile(join(layout.folder, test.file), join(full, 'test.csv'))
  else {
    const at = sample.table.columns.indexOf(id)
    const rows = sample.table.rows.map((one) => [one[at] ?? ''])
    await writeFile(join(full, 'test.csv'), textOf({ columns: [id], rows }))
  }
  return shown
}

type Note = { text: string; files?: true; setup?: true }

/** Brings the competition's other files into the task. Tables that hold answers by id are divided like the training table. */
async function writeOthers(prepared: Prepared, folder: string): Promise<Note[]> {
  const { layout } = prepared
  const notes: Note[] = []
  const rest: string[] = []
  let bytes = 0
  for (const name of layout.others) {
    const path = join(layout.folder, name)
    const astray = await linkAway(await realpath(layout.folder), path)
    if (astray !== null) {
      notes.push({
        text: `${name} is left out: ${astray} is a link that leads elsewhere; put the files themselves there`,
      })
      continue
    }
    const columns = extname(name).toLowerCase() === '.csv' ? await headerOfFile(path) : []
    const answers = layout.label === null ? layout.targets : [layout.label]
    if (/^sample_?submission/i.test(name)) continue
    if (columns.includes(layout.id) && answers.some((column) => columns.includes(column))) {
      await divideTable(prepared, name, columns, folder)
      notes.push({ text: `${name} holds answers by ${layout.id}: attempts see it without the rows that are set aside` })
      continue
    }
    rest.push(name)
    bytes += await sizeOf(path)
  }
  if (rest.length === 0) return notes
  const telling = await tellingFolders(prepared, rest)
  if (telling.length > 0)
    notes.push({
      text: `BEWARE: folders in ${telling.join(', ')} bear the names of classes, so that attempts can read the answers of the rows that were set aside from where files lie`,
    })
  const listed = `${rest.slice(0, 8).join(', ')}${rest.length > 8 ? ` and ${rest.length - 8} more` : ''}`
  const warning = 'every attempt sees them whole: make sure that they tell no answers of the training rows'
  if (bytes <= COMMITTED) {
    for (const name of rest)
      await cp(join(layout.folder, name), join(folder, 'files', name), { recursive: true, dereference: true })
    return [...notes, { text: `files/ holds ${listed}; ${warning}`, files: true }]
  }
  await writeFile(join(folder, 'furnish.sh'), furnish(layout.folder, rest))
  const size = `${Math.round(bytes / 2 ** 20)} MB`
  return [
    ...notes,
    {
      text: `files/ is made by \`setup\` from ${layout.folder} (${size}): ${listed}; ${warning}`,
      files: true,
      setup: true,
    },
  ]
}

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`

const furnish = (from: string, names: readonly string[]): string =>
  [
    '#!/bin/sh',
    '# Brings the large files of the competition to where attempts may read them; once.',
    'set -e',
    'mkdir files',
    ...names
      .map((name) => quoted(join(from, name)))
      .map((path) => `cp -RL --reflink=auto ${path} files/ 2>/dev/null || cp -RL ${path} files/`),
    '',
  ].join('\n')

/** Folders whose own folders bear the names of classes: where a file lies then tells its answer. */
async function tellingFolders({ layout, looked }: Prepared, names: readonly string[]): Promise<string[]> {
  const classes = new Set(looked.truths.slice(0, 100_000).map(([first = '']) => first.trim().toLowerCase()))
  const found: string[] = []
  for (const name of names) {
    const inside = await readdir(join(layout.folder, name), { withFileTypes: true }).catch(() => [])
    const named = inside.filter((entry) => entry.isDirectory() && classes.has(entry.name.trim().toLowerCase()))
    if (named.length > 1) found.push(name)
  }
  return found
}

/** Copies a table whole to `data/full`, and without the rows that are set aside to `data/search`. */
async function divideTable(
  { layout, parts, looked }: Prepared,
  name: string,
  columns: string[],
  folder: string,
): Promise<void> {
  const aside = new Set(looked.ids.filter((_, row) => parts[row] === 'validation' || parts[row] === 'holdout'))
  const kept = lines(join(folder, 'data/search', name), columns)
  let header = true
  for await (const { raw, fields } of records(join(layout.folder, name))) {
    if (!header && !aside.has(fields[columns.indexOf(layout.id)] ?? '')) await kept.add(raw)
    header = false
  }
  await kept.close()
  await copyFile(join(layout.folder, name), join(folder, 'data/full', name))
}

async function headerOfFile(path: string): Promise<string[]> {
  for await (const { fields } of records(path)) return headerOf(fields)
  return []
}

/** The first link in a file or folder that leads out of `root`, where the private answers or a person's own files may lie; null where there is none. */
async function linkAway(root: string, path: string): Promise<string | null> {
  const facts = await lstat(path)
  if (facts.isSymbolicLink()) {
    const real = await realpath(path).catch(() => '')
    return real.startsWith(root + sep) ? null : path
  }
  if (!facts.isDirectory()) return null
  for (const name of await readdir(path)) {
    const found = await linkAway(root, join(path, name))
    if (found !== null) return found
  }
  return null
}

async function sizeOf(path: string): Promise<number> {
  const facts = await stat(path)
  if (!facts.isDirectory()) return facts.size
  const names = await readdir(path)
  let sum = 0
  for (const name of names) sum += await sizeOf(join(path, name))
  return sum
}
