import { existsSync } from 'node:fs'
import { cp, lstat, mkdir, readdir, readFile, realpath, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { commitFiles, firstCommit, trackedFiles } from '../git/commit-files.ts'
import { openRepository } from '../git/repository.ts'
import { AnnealError } from '../records/error.ts'
import { checkBounds } from '../task/bounds.ts'
import type { Imported, ImportOptions } from '../task/imports/imported.ts'
import { IMPORTERS, taskText } from '../task/imports/imports.ts'
import { loadTask, TASK_FILE } from '../task/load.ts'
import { SHIPPED } from '../wiring/project.ts'

export type ImportedTask = {
  format: string
  source: string
  /** The repository that holds the task now. */
  folder: string
  commit: string
  files: number
  notes: string[]
  missing: string[]
}

/** The names of the formats that can be taken over. */
export const listFormats = (): string[] => Object.keys(IMPORTERS).toSorted()

/**
 * Makes a task of another tool's: a repository of its own at `to`, committed and ready to run, or with `inPlace` the files that the task needs
 * besides, committed to the repository that the source is. The source is only read otherwise. Nothing is left behind where it fails.
 */
export async function importTask(
  format: string,
  source: string,
  { to, inPlace = false, ...given }: Omit<ImportOptions, 'templates'> & { to?: string | undefined; inPlace?: boolean },
): Promise<ImportedTask> {
  const importer = Object.hasOwn(IMPORTERS, format) ? IMPORTERS[format] : undefined
  if (!importer)
    throw new AnnealError({
      what: `There is no format ${format}.`,
      why: `The formats are ${listFormats().join(', ')}, and mle-bench, which has flags of its own.`,
      fix: 'Name one of them: `anneal import FORMAT SOURCE`.',
    })
  const from = await realpath(source).catch(() => resolve(source))
  const facts = await stat(from).catch(() => null)
  if (!facts?.isDirectory())
    throw new AnnealError({
      what: `There is no folder ${from}.`,
      why: 'SOURCE has to be a folder on this machine.',
      fix: 'Name the folder of the task.',
    })
  const options = { ...given, templates: SHIPPED.templates, instructions: await textOf(given.instructions) }
  const imported = await importer(from, options)
  const files = { ...imported.files, [TASK_FILE]: taskText(imported.task) }
  if (TASK_FILE in imported.files)
    throw new AnnealError({
      what: `${from} is a task of Anneal's already.`,
      why: `It holds ${TASK_FILE}.`,
      fix: 'Run `anneal check` there.',
    })
  const message = `Import a task of ${format}`
  const written = inPlace ? await writeInPlace(from, files, message) : await writeNew(from, to, files, message)
  const { notes, missing } = imported
  return { format, source: from, ...written, files: Object.keys(files).length, notes, missing }
}

/** The text itself, or that of the file which it names. */
async function textOf(text: string | undefined): Promise<string | undefined> {
  return text !== undefined && /^\S+\.(txt|md|rst)$/.test(text) && existsSync(text) ? readFile(text, 'utf8') : text
}

type Written = { folder: string; commit: string }

const writeNew = (from: string, to: string | undefined, files: Imported['files'], message: string): Promise<Written> =>
  newTask(from, to ?? `${basename(from)}-anneal`, message, (aside) => writeFiles(aside, files))

/**
 * Makes a task repository at `to` of what `fill` writes into a folder, held against itself and committed: written beside the place and moved there when all is well,
 * so that nobody meets half a task. Throws where the place lies in the source `from` or holds something.
 */
export async function newTask(
  from: string,
  to: string,
  message: string,
  fill: (folder: string) => Promise<void>,
): Promise<Written> {
  const folder = resolve(to)
  if (isWithin(from, await realOf(folder)))
    throw new AnnealError({
      what: `${folder} lies in the source.`,
      why: 'The source is never changed.',
      fix: 'Name another folder with --to.',
    })
  if (existsSync(folder) && (await readdir(folder).catch(() => ['a file'])).length > 0)
    throw new AnnealError({
      what: `${folder} is not empty.`,
      why: 'Files that stand there are never written over.',
      fix: 'Name a new folder with --to.',
    })
  const aside = `${folder}.import-${process.pid}`
  try {
    await mkdir(aside, { recursive: true })
    await fill(aside)
    await hold(aside, await filesIn(aside))
    const commit = await firstCommit(aside, message)
    await rename(aside, folder)
    return { folder, commit }
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}

async function writeInPlace(from: string, files: Imported['files'], message: string): Promise<Written> {
  const { root } = await openRepository(from)
  if (relative(root, from) !== '')
    throw new AnnealError({
      what: `${from} lies in a repository, but is not its root.`,
      why: `${TASK_FILE} stands at the root, which is ${root}, and paths of the task are relative to it.`,
      fix: 'Import without --in-place, into a folder of its own.',
    })
  const fresh = Object.fromEntries(
    Object.entries(files).filter(([path, one]) => typeof one === 'string' || one.copy !== join(root, path)),
  )
  const standing = []
  for (const path of Object.keys(fresh)) if (await isTaken(root, path)) standing.push(path)
  if (standing.length > 0)
    throw new AnnealError({
      what: `These files are there already, or a link stands in their way: ${standing.join(', ')}.`,
      why: 'The import would write over them.',
      fix: 'Move them, or import without --in-place, into a folder of its own.',
    })
  try {
    await writeFiles(root, fresh)
    await hold(root, [...(await trackedFiles(root)), ...Object.keys(fresh)])
    return { folder: root, commit: await commitFiles(root, Object.keys(fresh), message) }
  } catch (fault) {
    for (const path of Object.keys(fresh)) await takeBack(root, path)
    throw fault
  }
}

/** Whether something stands at a path, a link that leads nowhere too, or a link or a file on the way to it: what is written there would get elsewhere. */
async function isTaken(root: string, path: string): Promise<boolean> {
  const names = path.split('/')
  for (let depth = 1; depth <= names.length; depth++) {
    const facts = await lstat(join(root, ...names.slice(0, depth))).catch(() => null)
    if (facts === null) return false
    if (!facts.isDirectory()) return true
  }
  return true
}

async function writeFiles(folder: string, files: Imported['files']): Promise<void> {
  for (const [path, one] of Object.entries(files)) {
    const at = join(folder, path)
    if (!isWithin(folder, at)) throw new Error(`an importer names a file outside of the task: ${path}`)
    await mkdir(dirname(at), { recursive: true })
    if (typeof one === 'string') await writeFile(at, one, { flag: 'wx' })
    else await cp(one.copy, at, { errorOnExist: true, force: false })
  }
}

/** Removes a file, and the folders that are empty without it. */
async function takeBack(root: string, path: string): Promise<void> {
  await rm(join(root, path), { force: true })
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder))
    await rmdir(join(root, folder)).catch(() => undefined)
}

/** The path without links, of a folder that need not be there yet. */
async function realOf(folder: string): Promise<string> {
  const parent = dirname(folder)
  return realpath(folder).catch(async () => (parent === folder ? folder : join(await realOf(parent), basename(folder))))
}

/** Holds the task against its files, as a run would. */
async function hold(folder: string, files: readonly string[]): Promise<void> {
  checkBounds(await loadTask(folder, undefined, {}), files)
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
