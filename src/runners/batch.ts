import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { AnnealError, EXIT } from '../records/error.ts'
import { excerpt } from '../records/excerpt.ts'
import type { Ending } from './ending.ts'
import type { Job, Ran, Runner } from './job.ts'
import {
  bring,
  deliverLog,
  entriesOf,
  type JobPaths,
  jobFolder,
  Request,
  Result,
  readRecord,
  tidy,
  writeWhole,
} from './job-folder.ts'
import { type Order, type Queue, type State, Unreachable } from './queue.ts'
import { removeFolder } from './remove.ts'
import { type Outcome, openWatch, outOfReach, PACE, type Pace } from './watch-queue.ts'

export type BatchOptions = {
  queue: Queue
  /** A folder that this machine and the nodes share; the runner makes its own folder in it. */
  folder: string
  /** Names the run among all jobs of this user. */
  run: string
  /** The person turned the sandbox off. */
  unsafe?: boolean
  /** The PATH that commands get. */
  path?: string
  /** Seconds that the task lets a job run at most; the limit inside the job is kept below it. */
  longest?: number | undefined
  pace?: Partial<Pace>
}

/** A runner whose jobs outlive this process. `forget` drops the records of an attempt's jobs that were collected; `close` ends every job of the run that still runs. */
export type BatchRunner = Runner & { forget(attempt: number): Promise<void>; close(): Promise<void> }

/** How often a job is handed in at most, where it was lost through no fault of its own. */
const TRIES = 3
/** Seconds between the limit inside the job and the engine's, which may come late but never early. */
const SLACK = 120
/** Seconds that a start on a node may take. */
const START = 15
/** Milliseconds in which a hand-in that nobody saw end may still come through, and between two tries. */
const COMING_THROUGH = 15_000
const PAUSE = 2000
const BROKEN_START = /\b(not found|No such file|Permission denied|Cannot find module|Exec format)/i

/** What is done about a job that ended without a result. */
const FATES: Readonly<Record<State | 'vanished', { again: boolean; ending: Ending; text: string }>> = {
  waiting: { again: true, ending: 'lost', text: 'never ran' },
  running: { again: true, ending: 'lost', text: 'never ended' },
  completed: { again: true, ending: 'lost', text: 'ended without a result' },
  failed: { again: true, ending: 'lost', text: 'failed before it had a result' },
  cancelled: { again: false, ending: 'lost', text: 'was cancelled by somebody else' },
  timeout: { again: false, ending: 'timeout', text: 'was ended at the time limit of the cluster' },
  memory: { again: false, ending: 'memory', text: 'was ended at the memory limit of the cluster' },
  preempted: { again: true, ending: 'lost', text: 'was preempted' },
  'node-lost': { again: true, ending: 'lost', text: 'lost its node' },
  vanished: { again: true, ending: 'lost', text: 'vanished from the queue' },
}

const PROGRAM = join(import.meta.dirname, `on-node${extname(import.meta.filename)}`)

type Named = Job & { name: string }
type Sent = { request: Request; paths: JobPaths; name: string; id: string }

/**
 * Runs jobs through a batch engine. Each is written down before it is handed in, so that a process which comes after this one finds it by its name, waits for it
 * and collects what it made, instead of sending it again.
 */
export async function openBatchRunner(options: BatchOptions): Promise<BatchRunner> {
  const { queue, run, unsafe = false, path = process.env.PATH ?? '', longest } = options
  const folder = jobFolder(join(options.folder, 'jobs'))
  await mkdir(folder.done, { recursive: true, mode: 0o700 })
  const pace = { ...PACE, ...options.pace }
  const watch = openWatch(queue, folder.done, pace)
  const earlier = await recordsOf(folder.top)
  const collected = new Set<string>()
  const keys = new Set(earlier.map(({ key }) => key))
  const canceller = cancelTogether(queue)
  const nameOf = (key: string) => `anneal.${run}.${key}`

  const freshKey = (name: string): string => {
    for (let number = 1; ; number++) {
      const key = `${name}.${number}`
      if (keys.has(key)) continue
      keys.add(key)
      return key
    }
  }

  const order = ({ key, job }: Request): Order => {
    const { folder: place, engineLog, request } = folder.of(key)
    const words = [process.execPath, PROGRAM, request]
    const { memory, gpus = 0 } = job
    return { name: nameOf(key), words, path, folder: place, log: engineLog, seconds: job.timeout + SLACK, memory, gpus }
  }

  /** Hands a job in until the engine has it. Where it did not answer, the job may be there all the same: so it is looked for before it is sent again. */
  const handIn = async (request: Request, signal: AbortSignal): Promise<string> => {
    const begin = performance.now()
    const name = nameOf(request.key)
    for (;;) {
      try {
        const id = await queue.submit(order(request))
        await writeWhole(folder.of(request.key).sent, id)
        return id
      } catch (fault) {
        if (!(fault instanceof Unreachable)) throw fault
        if (performance.now() - begin > pace.patience) throw outOfReach(fault)
      }
      await wait(PAUSE, undefined, { signal })
      const found = await queue.look([{ name, id: null }]).catch(() => new Map())
      const standing = found.get(name)
      if (standing) return standing.id
    }
  }

  const send = async (key: string, job: Job, entries: string[][], signal: AbortSignal): Promise<Sent> => {
    const paths = folder.of(key)
    const timeout = longest === undefined ? job.timeout : Math.max(1, Math.min(job.timeout, longest - START))
    const { readable, writable, hidden, ...rest } = job
    const lists = { readable: [...readable], writable: [...writable], ...(hidden ? { hidden: [...hidden] } : {}) }
    const record = { ...rest, ...lists, environment: { ...job.environment }, timeout, log: paths.log }
    const request: Request = { key, digest: digestOf(job), job: record, entries, unsafe }
    await mkdir(paths.folder, { recursive: true, mode: 0o700 })
    await writeWhole(paths.request, JSON.stringify(request))
    return { request, paths, name: nameOf(key), id: await handIn(request, signal) }
  }

  /** The job that an earlier process sent for the same, if it is still of use. */
  const adopt = async (job: Named, signal: AbortSignal): Promise<Sent | null> => {
    const at = earlier.findLastIndex(({ request }) => request.job.name === job.name)
    const [found] = at === -1 ? [] : earlier.splice(at, 1)
    if (found === undefined) return null
    const { key, request } = found
    const paths = folder.of(key)
    const sent = { request, paths, name: nameOf(key) }
    const id = await idOf(key, paths)
    const whole = request.job.writable.every((place) => existsSync(place)) && existsSync(request.job.folder)
    if (request.digest === digestOf(job) && whole) return { ...sent, id: id ?? (await handIn(request, signal)) }
    if (id !== null) await canceller.cancel(id)
    return null
  }

  /** The engine's id of a job of an earlier process; null where it was never handed in. */
  const idOf = async (key: string, paths: JobPaths): Promise<string | null> => {
    const known = await readFile(paths.sent, 'utf8').catch(() => null)
    if (known !== null) return known
    if (existsSync(paths.done) || existsSync(paths.result)) return ''
    const { mtimeMs } = await stat(paths.request)
    const name = nameOf(key)
    // The hand-in outlives a process that was killed.
    for (;;) {
      const standing = (await queue.look([{ name, id: null }])).get(name)
      if (standing) await writeWhole(paths.sent, standing.id)
      if (standing || Date.now() - mtimeMs > COMING_THROUGH) return standing?.id ?? null
      await wait(500)
    }
  }

  const collect = async ({ request, paths }: Sent, job: Job): Promise<Ran | null> => {
    if (existsSync(paths.done)) await rename(paths.done, paths.result)
    const result = await readRecord(paths.result, Result)
    if (result === null) return null
    collected.add(request.key)
    for (const [index, from] of request.job.writable.entries()) await bring(from, job.writable[index] ?? from)
    await deliverLog(paths.log, job.log)
    if ('error' in result) throw new AnnealError(result.error)
    return result.ran
  }

  const follow = async (first: Sent, job: Named, signal: AbortSignal): Promise<Ran> => {
    const begin = performance.now()
    let sent = first
    const told: string[] = []
    for (let tries = 1; ; tries++) {
      const outcome: Outcome | undefined = existsSync(sent.paths.result)
        ? { result: true }
        : await watch.outcome(sent.request.key, sent.name, sent.id, signal)
      if (outcome === undefined) {
        await canceller.cancel(sent.id)
        collected.add(sent.request.key)
        return ended({ ending: 'interrupted', output: '' }, begin)
      }
      const ran = outcome.result ? await collect(sent, job) : null
      if (ran !== null) return ran
      collected.add(sent.request.key)
      const { state, detail } = outcome.result
        ? { state: 'completed' as const, detail: 'its result is damaged' }
        : outcome
      const { again, ending, text } = FATES[state]
      const engineLog = excerpt(await readFile(sent.paths.engineLog, 'utf8').catch(() => ''), 2000)
      if (state === 'failed' && BROKEN_START.test(engineLog)) throw noStart(engineLog, detail)
      told.push(`The job ${sent.id} ${text} (${detail}).\n${engineLog}`.trim())
      if (!again || tries === TRIES) {
        await deliverLog(sent.paths.log, job.log, `\n[${told.join('\n')}]\n`)
        return ended({ ending, output: told.join('\n') }, begin)
      }
      // A job that only seems gone must not write beside the next one.
      await canceller.cancel(sent.id)
      const { writable } = sent.request.job
      for (const [index, from] of writable.entries()) await bring(from, job.writable[index] ?? from)
      await tidy(job.writable, sent.request.entries)
      sent = await send(freshKey(job.name), job, sent.request.entries, signal)
    }
  }

  return {
    async run(job, signal) {
      if (signal.aborted) return ended({ ending: 'interrupted', output: '' }, performance.now())
      const missing = [job.folder, ...job.readable, ...job.writable].find((place) => !existsSync(place))
      if (missing !== undefined)
        return ended({ ending: 'not-started', output: `no such file or folder: ${missing}` }, performance.now())
      const name = job.name ?? `job.${digestOf(job)}`
      const named = { ...job, name }
      const entries = await entriesOf(job.writable)
      const sent = (await adopt(named, signal)) ?? (await send(freshKey(name), named, entries, signal))
      return follow(sent, named, signal)
    },

    async forget(attempt) {
      const own = [...collected].filter((key) => key.startsWith(`${attempt}.`))
      for (const key of own) {
        collected.delete(key)
        await remove(folder.of(key).folder)
        await remove(folder.of(key).done)
      }
    },

    async close() {
      for (const { key } of earlier.splice(0)) {
        const paths = folder.of(key)
        const id = existsSync(paths.result) ? null : await idOf(key, paths).catch(() => null)
        if (id) void canceller.cancel(id)
      }
      await canceller.all()
      await remove(folder.top)
    },
  }
}

const remove = (path: string) => removeFolder(path).catch(() => undefined)

/** What decides whether a job of an earlier process is the one that is wanted now; its seed, stage and commit stand in its name. */
function digestOf({ command, memory, network, sandboxed, gpus, input }: Job): string {
  const deciding = JSON.stringify([command, memory, network, sandboxed, gpus, input])
  return createHash('sha256').update(deciding).digest('hex').slice(0, 16)
}

/** The jobs that earlier processes wrote down, oldest first. */
async function recordsOf(top: string): Promise<{ key: string; request: Request }[]> {
  const { of } = jobFolder(top)
  const found = []
  for (const key of await readdir(top)) {
    const request = await readRecord(of(key).request, Request)
    if (request !== null) found.push({ key, request, number: Number(extname(key).slice(1)) })
  }
  return found.sort((a, b) => a.number - b.number)
}

/** Cancels with one call what is to be cancelled within a moment: hundreds of jobs end together where the person stops a run. */
function cancelTogether(queue: Queue): { cancel(id: string): Promise<void>; all(): Promise<void> } {
  let next: { ids: Set<string>; done: Promise<void> } | null = null
  const running = new Set<Promise<void>>()
  const begin = () => {
    const ids = new Set<string>()
    const done = wait(20).then(async () => {
      next = null
      for (let tries = 1; ; tries++) {
        const fault = await queue.cancel([...ids]).then(
          () => null,
          (thrown: unknown) => thrown,
        )
        if (fault === null || !(fault instanceof Unreachable) || tries === TRIES) return
        await wait(PAUSE)
      }
    })
    running.add(done)
    void done.finally(() => running.delete(done))
    return { ids, done }
  }
  return {
    cancel(id) {
      if (id === '') return Promise.resolve()
      next ??= begin()
      next.ids.add(id)
      return next.done
    },
    all: async () => void (await Promise.all(running)),
  }
}

function ended({ ending, output }: { ending: Ending; output: string }, begin: number): Ran {
  const seconds = (performance.now() - begin) / 1000
  return { ending, exitCode: null, signal: null, seconds, output, tier: 'none', stdoutTail: '', channel: null }
}

function noStart(log: string, detail: string): AnnealError {
  return new AnnealError({
    what: `Anneal cannot start on the node (${detail}).`,
    why: log,
    fix: `The nodes must see ${process.execPath} and ${PROGRAM} under the same paths: install Node and Anneal in a shared folder. And they must see the repository, or runner.folder.`,
    exit: EXIT.unavailable,
  })
}
