import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, readlink, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { openEngine } from '../git/engine.ts'
import { openRepository } from '../git/repository.ts'
import type { BenchRun } from '../records/bench-run.ts'
import { AnnealError } from '../records/error.ts'
import type { Budget, Task } from '../records/task.ts'
import { duration, figure } from '../reports/plain.ts'
import { loadTask, merge } from '../task/load.ts'
import type { Suite } from '../task/suite.ts'
import type { Own } from '../wiring/own.ts'
import { SHIPPED } from '../wiring/project.ts'
import { type Cell, finished, workOn } from './bench-cell.ts'
import { type BenchSummary, summaryOf } from './bench-summary.ts'
import { listStarters } from './init.ts'

export type BenchWish = {
  suite: Suite
  /** What paths in the suite are relative to. */
  from: string
  /** The folder in which everything is done. */
  work: string
  own: Own
  /** Work those runs again that failed. */
  retry: boolean
}

export type BenchReport = {
  suite: string
  work: string
  tasks: string[]
  settings: string[]
  seeds: number[]
  budget: Budget
  /** How the intervals and chances are made. */
  method: string
  runs: BenchRun[]
  failed: number
} & BenchSummary

const METHOD =
  'mean and 95 % t interval over runs; settings are compared in pairs by task and seed: differences of scores as shares of the baseline, two-sided paired t test, chances raised after Holm'

/** Seconds between two lines on a run that is at work. */
const QUIET = 30

type Source = { name: string; files: string; digest: string; file: string | undefined; keys: Record<string, unknown> }

/**
 * Runs every setting of a suite on every task with every seed, each a whole run in a fresh copy of the task's repository and a process of its own. What has ended is kept in
 * the work folder and not run again; what was begun goes on. A run that fails is told and counted. Throws where the suite or a task in it is wrong, before anything is run.
 */
export async function bench(
  { suite, from, work, own, retry }: BenchWish,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<BenchReport> {
  const sources: Source[] = []
  for (const task of suite.tasks) sources.push(await sourceOf(task, from, join(work, 'tasks')))
  const doubled = sources.find(({ name }, at) => sources.findIndex((one) => one.name === name) !== at)
  if (doubled)
    throw new AnnealError({
      what: `Two tasks are called ${doubled.name}.`,
      why: 'The results of each are kept under its name.',
      fix: 'Give one another `name` in the suite.',
    })
  const cells = await cellsOf(suite, sources, work)
  const known = new Map<string, BenchRun>()
  for (const cell of cells) {
    const before = await finished(cell)
    if (before && !(retry && before.outcome === null)) known.set(cell.folder, before)
  }
  if (known.size > 0) tell(`${known.size} of ${cells.length} runs have ended before.`)

  const queue = chainsOf(cells.filter(({ folder }) => !known.has(folder)))
  const halt = new AbortController()
  const either = AbortSignal.any([signal, halt.signal])
  const turn = async () => {
    for (let chain = queue.shift(); chain && !either.aborted; chain = queue.shift())
      for (const cell of chain) {
        if (either.aborted) return
        const result = await workOn(cell, own, reporter(cell, tell), either)
        if (!result) return
        known.set(cell.folder, result)
        tell(`${known.size} of ${cells.length}  ${lineOf(result)}`)
      }
  }
  const turns = Array.from({ length: suite.parallel }, () =>
    turn().catch((fault: unknown) => {
      halt.abort(fault)
      throw fault
    }),
  )
  const failed = (await Promise.allSettled(turns)).find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  signal.throwIfAborted()

  const runs = cells.flatMap(({ folder }) => known.get(folder) ?? [])
  const [tasks, settings] = [sources.map(({ name }) => name), Object.keys(suite.settings)]
  return {
    ...{ suite: suite.name, work, tasks, settings, seeds: suite.seeds, budget: suite.budget, method: METHOD, runs },
    failed: runs.filter(({ outcome }) => outcome === null).length,
    ...summaryOf(runs, tasks, settings),
  }
}

/** The files of a task's repository, as plain files in the work folder: of a starter, or of the commit at HEAD of a folder's repository. */
async function sourceOf(task: Suite['tasks'][number], from: string, place: string): Promise<Source> {
  const starter = typeof task === 'string' ? (listStarters().includes(task) ? task : undefined) : task.starter
  const given = typeof task === 'string' ? { file: undefined, task: {}, folder: task, name: undefined } : task
  if (starter !== undefined && !listStarters().includes(starter)) throw noTask(starter)
  const path = starter === undefined ? resolve(from, given.folder ?? '') : join(SHIPPED.starters, starter)
  if (!existsSync(path)) throw noTask(given.folder ?? path)
  const repository = starter === undefined ? await openRepository(path) : null
  const name = (given.name ?? starter ?? (repository?.root ?? path).split('/').at(-1) ?? 'task').replace(
    /[^\w.-]/g,
    '-',
  )
  const [files, aside] = [join(place, name), join(place, `.${name}.tmp`)]
  await rm(aside, { recursive: true, force: true })
  await mkdir(aside, { recursive: true })
  if (repository) {
    const engine = await openEngine(repository, join(aside, 'git'))
    await engine.export(repository.head, join(aside, 'files'))
  } else await cp(path, join(aside, 'files'), { recursive: true })
  await rm(files, { recursive: true, force: true })
  await rename(join(aside, 'files'), files)
  await rm(aside, { recursive: true, force: true })
  return { name, files, digest: await digestOf(files), file: given.file, keys: given.task }
}

async function cellsOf(suite: Suite, sources: readonly Source[], work: string): Promise<Cell[]> {
  const cells: Cell[] = []
  for (const { name, files, digest, file, keys } of sources)
    for (const seed of suite.seeds)
      for (const [setting, { data, ...own }] of Object.entries(suite.settings)) {
        const laid = merge(merge(merge(suite.task, keys), own), { search: { seed } })
        const loaded = await loadTask(files, file, laid)
        // The budget is the suite's alone: what the task's own file grants does not add to it.
        const whole: Task = { ...loaded, budget: suite.budget }
        const key = createHash('sha256')
          .update(JSON.stringify([digest, whole, data]))
          .digest('hex')
        const folder = join(work, 'runs', name, setting, String(seed))
        const kept = join(work, 'data', name, setting)
        cells.push({
          key,
          task: name,
          setting,
          seed,
          whole,
          source: files,
          folder,
          data: data === 'kept' ? kept : join(folder, 'data'),
        })
      }
  return cells
}

/** Runs that may go at the same time as others; those that share a data folder go one after the other. */
function chainsOf(cells: readonly Cell[]): Cell[][] {
  const chains = new Map<string, Cell[]>()
  for (const cell of cells) chains.set(cell.data, [...(chains.get(cell.data) ?? []), cell])
  return [...chains.values()]
}

function reporter(cell: Cell, tell: (text: string) => void): (attempt: number, best: number | null) => void {
  let last = performance.now()
  return (attempt, best) => {
    if (performance.now() - last < QUIET * 1000) return
    last = performance.now()
    tell(`  ${cell.task}, ${cell.setting}, seed ${cell.seed}: attempt ${attempt}, best ${figure(best)}`)
  }
}

function lineOf({ task, setting, seed, outcome, reason }: BenchRun): string {
  const what = `${task}, ${setting}, seed ${seed}`
  if (!outcome) return `${what}: FAILED: ${(reason ?? '').replace(/\s+/g, ' ').slice(0, 200)}`
  const { baseline, score, attempts, seconds } = outcome
  return `${what}: ${figure(baseline)} to ${figure(score)} in ${attempts} attempts, ${duration(seconds)}`
}

/** A digest of the files of a folder: names, modes and contents. */
async function digestOf(folder: string): Promise<string> {
  const digest = createHash('sha256')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries.toSorted((a, b) =>
    join(a.parentPath, a.name).localeCompare(join(b.parentPath, b.name)),
  )) {
    if (entry.isDirectory()) continue
    const path = join(entry.parentPath, entry.name)
    digest.update(`${path.slice(folder.length)}\0`)
    digest.update(entry.isSymbolicLink() ? await readlink(path) : await readFile(path)).update('\0')
  }
  return digest.digest('hex')
}

function noTask(name: string): AnnealError {
  return new AnnealError({
    what: `There is no task ${name}.`,
    why: `A task is the folder of a repository, relative to the suite, or a starter: ${listStarters().join(', ')}.`,
    fix: 'Name one of them.',
  })
}
