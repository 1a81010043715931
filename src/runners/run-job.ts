import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { AnnealError, EXIT, messageOf } from '../records/error.ts'
import type { Tier } from '../records/execution.ts'
import { type Log, lastBytes, openLog, writeLog } from './capture.ts'
import { extraStreams } from './descriptors.ts'
import { overflows } from './disk.ts'
import { type Ending, endingOf } from './ending.ts'
import { startGuardian } from './guardian.ts'
import type { Job, Ran } from './job.ts'
import { type Launch, MARKER_PREFIX, obstacle, prepare, scratchOfProcess } from './launch.ts'
import { DEFAULTS } from './limits.ts'
import { familyOf, killNamespace, killNow, memoryOf, sweepMarked, sweepUser } from './processes.ts'
import { refusal, tierHolds } from './tiers.ts'
import { findToolchains, type Toolchains } from './toolchains.ts'

const STDOUT_KEPT = 64 * 1024
const CHANNEL_LIMIT = 2 ** 20
/** Milliseconds between two looks at memory, and at least between two at the disk. */
const WATCH = 100
const DISK_WATCH = 1000
/** Milliseconds that a kill may take before the parent is killed too, and that the streams may take to close after the end. */
const GRACE = 300
const CLOSING = 1000
/** Node fires a longer timer at once. */
const LONGEST_TIMER = 2 ** 31 - 1
/** The kernel takes a job's processes before Anneal's own where the machine runs out of memory. */
const OOM_SCORE = '800'
const NOT_FOUND =
  '\n[exit 127: the shell did not find the command, or a program that it calls, on the PATH it was given]\n'

type Ask = { job: Job; signal: AbortSignal; tier: Tier; unsafe: boolean; toolchains?: Toolchains }

/** Runs one job to its end, with nothing of it left. */
export async function runJob({ job, signal, tier, unsafe, toolchains }: Ask): Promise<Ran> {
  if (job.sandboxed && !unsafe && !tierHolds(tier, job)) throw refusal(tier)
  const stamp = job.sandboxed ? tier : 'none'
  const why = obstacle(job, tier)
  if (why !== null) return unstarted(job, { ending: 'not-started', output: why, tier: stamp })
  if (signal.aborted) return unstarted(job, { ending: 'interrupted', output: '', tier: stamp })
  startGuardian(MARKER_PREFIX, scratchOfProcess())
  const launch = prepare(job, tier, toolchains ?? (await findToolchains()))
  try {
    return { ...(await runLaunched(job, launch, signal)), tier: stamp }
  } finally {
    launch.finish()
  }
}

function unstarted(job: Job, { ending, output, tier }: Pick<Ran, 'ending' | 'output' | 'tier'>): Ran {
  writeLog(job.log, output)
  return { ending, exitCode: null, signal: null, seconds: 0, output, tier, stdoutTail: '', channel: null }
}

async function runLaunched(job: Job, launch: Launch, signal: AbortSignal): Promise<Omit<Ran, 'tier'>> {
  const begin = performance.now()
  const child = start(job, launch)
  if (child instanceof Error) return unstarted(job, { ending: 'not-started', output: messageOf(child), tier: 'none' })
  child.stdin?.on('error', () => undefined) // The command may end without having read it.
  child.stdin?.end(job.input)
  const log = openLog(job.log, job.logLimit ?? DEFAULTS.logLimit)
  const stopper = stopperOf(child, launch)
  const heard = listen(child, { job, log, stop: stopper.stop })
  const unwatch = watch(child, { job, stop: stopper.stop, signal })

  const end = await exitOf(child)
  unwatch()
  stopper.done()
  const seconds = (performance.now() - begin) / 1000
  leaveNothing(child, launch)
  await closed(child)
  if (job.sandboxed && stopper.reason() === null && (await overflows(job.writable, diskLimits(job)))) {
    stopper.stop('output-limit')
  }
  if (heard.broken() !== null) throw logError(job.log, heard.broken())
  if (end.problem !== null) log.add(Buffer.from(`${end.problem}\n`))
  if (end.code === 127) log.add(Buffer.from(NOT_FOUND))
  const output = log.excerpt()
  log.close()
  const started = end.problem === null && (!launch.reports || heard.started())
  return {
    ...endingOf({ stopped: stopper.reason(), started, code: end.code, signal: end.signal, output }),
    seconds,
    output,
    stdoutTail: heard.stdoutTail(),
    channel: heard.channel(),
  }
}

/** The running command; the error where the system does not even take its words, as one longer than 128 kB. */
function start(job: Job, launch: Launch): ChildProcess | Error {
  const [file = '', ...words] = launch.words
  const streams = extraStreams({ resultPipe: job.resultPipe ?? false, reports: launch.reports })
  try {
    return spawn(file, words, {
      cwd: launch.folder,
      env: launch.environment,
      detached: true,
      stdio: [job.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...streams],
    })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

type Stop = (why: Ending) => void

/** Kills the job once, for the first reason that comes. */
function stopperOf(child: ChildProcess, launch: Launch): { stop: Stop; reason(): Ending | null; done(): void } {
  let reason: Ending | null = null
  let timer: NodeJS.Timeout | null = null
  let over = false
  return {
    stop(why) {
      if (reason !== null) return
      reason = why
      if (over || child.pid === undefined) return
      const { pid } = child
      if (launch.contained) killNamespace(pid)
      else killNow(-pid)
      timer = setTimeout(() => killNow(-pid), GRACE)
    },
    reason: () => reason,
    done() {
      over = true
      if (timer !== null) clearTimeout(timer)
    },
  }
}

/** Takes in what the job says on its descriptors. */
function listen(child: ChildProcess, { job, log, stop }: { job: Job; log: Log; stop: Stop }) {
  const printLimit = job.printLimit ?? DEFAULTS.printLimit
  const stdout = lastBytes(STDOUT_KEPT)
  const channel: Buffer[] = []
  let [channelSize, started] = [0, false]
  let broken: unknown = null
  const take = (bytes: Buffer): void => {
    if (broken !== null) return
    try {
      log.add(bytes)
    } catch (error) {
      // Thrown from a stream's listener it would end Anneal; kept, it ends the step.
      broken = error
      stop('interrupted')
    }
    if (log.printed() > printLimit) stop('output-limit')
  }
  onBytes(child.stdout, (bytes) => {
    stdout.add(bytes)
    take(bytes)
    job.onOutput?.(bytes)
  })
  onBytes(child.stderr, take)
  onBytes(child.stdio[3], (bytes) => {
    channelSize += bytes.length
    if (channelSize > CHANNEL_LIMIT) stop('output-limit')
    else channel.push(bytes)
  })
  onBytes(child.stdio[4], () => {
    started = true
  })
  return {
    broken: () => broken,
    started: () => started,
    stdoutTail: () => stdout.text(),
    channel: () => (job.resultPipe && channelSize <= CHANNEL_LIMIT ? Buffer.concat(channel).toString('utf8') : null),
  }
}

function onBytes(stream: unknown, take: (bytes: Buffer) => void): void {
  if (!isReadable(stream)) return
  stream.on('data', take)
  stream.on('error', () => {})
}

function isReadable(stream: unknown): stream is Readable {
  return typeof stream === 'object' && stream !== null && 'on' in stream && 'readable' in stream
}

function diskLimits(job: Job): { bytes: number; entries: number } {
  return { bytes: job.diskSize ?? DEFAULTS.diskSize, entries: job.diskEntries ?? DEFAULTS.diskEntries }
}

/** Minds time, memory, disk and the person's wish to stop. Gives what ends the watch. */
function watch(child: ChildProcess, { job, stop, signal }: { job: Job; stop: Stop; signal: AbortSignal }): () => void {
  const interrupt = (): void => stop('interrupted')
  signal.addEventListener('abort', interrupt, { once: true })
  if (signal.aborted) interrupt()
  const deadline = setTimeout(() => stop('timeout'), Math.min(job.timeout * 1000, LONGEST_TIMER))
  let ended = false
  const { pid } = child
  const memory =
    pid === undefined || process.platform !== 'linux'
      ? null
      : setInterval(() => {
          if (memoryOf(familyOf(pid), job.memory) > job.memory) stop('memory')
        }, WATCH)
  if (pid !== undefined) offerToKernel(pid)

  let disk: NodeJS.Timeout | null = null
  const lookAtDisk = async (): Promise<void> => {
    const begin = performance.now()
    if (await overflows(job.writable, diskLimits(job))) stop('output-limit')
    // A tenth of the time at most goes into looking.
    else if (!ended) disk = setTimeout(lookAtDisk, Math.max(DISK_WATCH, 10 * (performance.now() - begin)))
  }
  if (job.sandboxed && job.writable.length > 0) disk = setTimeout(lookAtDisk, DISK_WATCH)

  return () => {
    ended = true
    signal.removeEventListener('abort', interrupt)
    clearTimeout(deadline)
    if (memory !== null) clearInterval(memory)
    if (disk !== null) clearTimeout(disk)
  }
}

function offerToKernel(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, OOM_SCORE)
  } catch {
    // It is gone already, or /proc is read-only: a favour, no guarantee.
  }
}

function logError(path: string, cause: unknown): AnnealError {
  return new AnnealError({
    what: `The log ${path} could not be written.`,
    why: messageOf(cause),
    fix: 'Free some space there, then run `anneal resume`.',
    exit: EXIT.disk,
    cause,
  })
}

type Exit = { code: number | null; signal: string | null; problem: string | null }

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal, problem: null }))
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, problem: messageOf(error) })
    })
  })
}

/** Kills what the command left running. */
function leaveNothing(child: ChildProcess, launch: Launch): void {
  if (child.pid !== undefined) killNow(-child.pid)
  if (launch.contained) return
  if (launch.uid !== null) sweepUser(launch.uid)
  sweepMarked(launch.marker)
}

/** Waits until all that was printed has been read; not for ever, should somebody out of reach hold a stream open. */
async function closed(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return
  const streams = child.stdio.filter(isReadable)
  const all = Promise.all(
    streams.map((stream) =>
      stream.closed ? null : new Promise<void>((resolve) => stream.once('close', () => resolve())),
    ),
  )
  let timer: NodeJS.Timeout | null = null
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSING)
  })
  await Promise.race([all, late])
  if (timer !== null) clearTimeout(timer)
  for (const stream of streams) stream.destroy()
}
