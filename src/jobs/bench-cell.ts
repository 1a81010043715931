import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { z } from 'zod'
import { firstCommit } from '../git/commit-files.ts'
import { BenchOutcome, BenchRun } from '../records/bench-run.ts'
import { AnnealError, EXIT } from '../records/error.ts'
import { excerpt } from '../records/excerpt.ts'
import type { Task } from '../records/task.ts'
import type { Own } from '../wiring/own.ts'

/** One run that a benchmark wants: a task as a setting and a seed make it, and the folder that is this run's alone. */
export type Cell = {
  key: string
  task: string
  setting: string
  seed: number
  whole: Task
  /** The files of the task's repository. */
  source: string
  folder: string
  /** What the user's own data folder is to the run. */
  data: string
}

const Answer = z.union([
  z.object({ attempt: z.number(), best: z.number().nullable() }),
  z.object({ outcome: BenchOutcome.nullable() }),
  z.object({ fault: z.object({ what: z.string(), why: z.string(), fix: z.string(), exit: z.number() }) }),
])

/** Faults that would befall every further run as well. */
const FATAL: readonly number[] = [EXIT.unavailable, EXIT.disk, EXIT.locked, EXIT.refused]
const WORKER = join(import.meta.dirname, `bench-work${extname(import.meta.filename)}`)

/** What a run came to, where it ended before. */
export async function finished({ key, folder }: Cell): Promise<BenchRun | null> {
  const text = await readFile(join(folder, 'result.json'), 'utf8').catch(() => null)
  const parsed = text === null ? null : BenchRun.safeParse(readJson(text))
  return parsed?.success && parsed.data.key === key ? parsed.data : null
}

/**
 * Works one run through in a process of its own, and keeps what it came to. A run that was begun goes on. Null where the signal stopped it.
 * Throws on what would befall every further run: no sandbox, a refused key, a full disk.
 */
export async function workOn(
  cell: Cell,
  own: Own,
  hear: (attempt: number, best: number | null) => void,
  signal: AbortSignal,
): Promise<BenchRun | null> {
  await furnish(cell)
  const ended = await inProcess(cell, own, hear, signal)
  if (signal.aborted && !('outcome' in ended && ended.outcome)) return null
  if ('exit' in ended && FATAL.includes(ended.exit)) throw new AnnealError(ended)
  const { key, task, setting, seed, whole } = cell
  const { metric, direction } = whole.evaluate
  const about = { key, task, setting, seed, metric, direction }
  const failed = 'what' in ended ? [ended.what, ended.why].filter(Boolean).join('\n') : null
  const result: BenchRun =
    'what' in ended ? { ...about, reason: failed, outcome: null } : { ...about, reason: null, outcome: ended.outcome }
  const file = join(cell.folder, 'result.json')
  await writeFile(`${file}.tmp`, `${JSON.stringify(result)}\n`)
  await rename(`${file}.tmp`, file)
  return result
}

/** A fresh copy of the task's repository and the task file, where this very run was not begun yet. */
async function furnish({ key, folder, source, whole, task, data }: Cell): Promise<void> {
  const begun = join(folder, 'key')
  // A run that failed is worked from its start.
  const ended = existsSync(join(folder, 'result.json'))
  const goesOn = !ended && (await readFile(begun, 'utf8').catch(() => '')) === key
  if (!goesOn) await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await mkdir(data, { recursive: true })
  if (goesOn) return
  const repository = join(folder, 'repository')
  await cp(source, repository, { recursive: true, verbatimSymlinks: true })
  await firstCommit(repository, `The task ${task}`)
  await writeFile(join(folder, 'task.json'), `${JSON.stringify(whole, null, 2)}\n`)
  await writeFile(begun, key)
}

type Ended = { outcome: BenchOutcome | null } | { what: string; why: string; fix: string; exit: number }

function inProcess(
  { folder, data }: Cell,
  own: Own,
  hear: (attempt: number, best: number | null) => void,
  signal: AbortSignal,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = fork(WORKER, {
      env: { ...process.env, XDG_DATA_HOME: data },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let [last, told]: [Ended | null, string] = [null, '']
    const stop = () => child.kill('SIGTERM')
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
    child.stderr?.on('data', (chunk) => {
      told = excerpt(told + chunk, 4000)
    })
    child.on('message', (message) => {
      const answer = Answer.safeParse(message).data
      if (answer === undefined) return
      if ('attempt' in answer) hear(answer.attempt, answer.best)
      else last = 'fault' in answer ? answer.fault : answer
    })
    const gone = (why: string) => {
      signal.removeEventListener('abort', stop)
      resolve(last ?? { what: `The run's process ${why}.`, why: told.trim(), fix: '', exit: EXIT.fault })
    }
    child.on('error', (fault) => gone(`could not be started: ${fault.message}`))
    child.on('close', (code, by) => gone(by === null ? `ended with ${code}` : `was ended by ${by}`))
    child.send({ folder: join(folder, 'repository'), taskFile: join(folder, 'task.json'), own }, () => undefined)
  })
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
