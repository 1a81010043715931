import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { BenchOutcome, BenchPoint } from '../records/bench-run.ts'
import { AnnealError, EXIT, messageOf } from '../records/error.ts'
import { attemptOf, type Run } from '../records/run.ts'
import { better } from '../records/task.ts'
import { leaderOf } from '../reports/documents.ts'
import type { Listener } from '../wire.ts'
import { listRuns, openProject } from '../wiring/project.ts'
import { type Ready, resumeRun, startRun } from './open-run.ts'
import { prepare } from './prepare.ts'
import { work } from './session.ts'
import { learnForTask } from './teach.ts'

// The process of one run of a benchmark: told by its parent what to work on, and stopped with it, even where that was killed.

const Order = z.object({
  folder: z.string(),
  taskFile: z.string(),
  own: z.object({ sandboxOff: z.boolean(), allowNetwork: z.boolean() }),
})
type Order = z.infer<typeof Order>

/** Seconds that a process of an earlier, killed benchmark may take to stop. */
const PATIENCE = 30

const stop = new AbortController()
process.on('disconnect', () => stop.abort())
process.on('SIGTERM', () => stop.abort())
// Ctrl-C goes to the whole group; the parent decides.
process.on('SIGINT', () => undefined)
process.once('message', (message) => {
  answer(Order.parse(message)).then(
    (outcome) => end({ outcome }),
    (fault: unknown) => {
      const known =
        fault instanceof AnnealError
          ? fault
          : new AnnealError({
              what: messageOf(fault),
              why: 'A fault of Anneal’s own.',
              fix: 'Please report it.',
              exit: EXIT.fault,
            })
      end({ fault: { what: known.what, why: known.why, fix: known.fix, exit: known.exit } })
    },
  )
})

function end(answer: object): void {
  if (process.connected) process.send?.(answer, () => process.disconnect())
}

/** Null where it was stopped before its end. */
async function answer(order: Order): Promise<BenchOutcome | null> {
  const ready = await open(order, (event, run) => {
    if (event.type !== 'attempt.closed' || !process.connected) return
    process.send?.({ attempt: event.attempt.attempt, best: leaderOf(run)?.attempt.score ?? null })
  })
  const never = new AbortController().signal
  const signals = { finish: never, abort: stop.signal, code: () => null, release: () => undefined }
  const { run } = await work(ready, signals, false)
  return run.stopped === 'interrupted' ? null : outcomeOf(run)
}

async function open({ folder, taskFile, own }: Order, listen: Listener): Promise<Ready> {
  const project = await openProject(folder)
  if ((await listRuns(project)).length === 0) {
    const prepared = await prepare(folder, taskFile, {}, own)
    await learnForTask(prepared, own, () => undefined, stop.signal)
    return startRun(prepared, own, listen, stop.signal)
  }
  for (let second = 0; ; second++) {
    try {
      return await resumeRun(project, undefined, {}, own, listen, stop.signal)
    } catch (fault) {
      const locked = fault instanceof AnnealError && fault.exit === EXIT.locked
      if (!locked || second >= PATIENCE) throw fault
      await wait(1000, undefined, { signal: stop.signal })
    }
  }
}

function outcomeOf(run: Run): BenchOutcome {
  const leader = leaderOf(run)
  const [baseline, score] = [attemptOf(run, 0)?.score ?? null, leader?.attempt.score ?? null]
  if (leader === null || baseline === null || score === null || run.stopped === null)
    throw new Error('a run that ended without a score')
  const held = run.confirmations.findLast(({ attempt }) => attempt === leader.attempt.attempt)?.holdout?.score ?? null
  return {
    run: run.run,
    ...{ baseline, score, confirmed: leader.confirmed, holdout: held },
    attempts: run.attempts.length - 1,
    failed: run.attempts.filter(({ status }) => status !== 'scored').length,
    stopped: run.stopped,
    seconds: run.spent.seconds,
    usd: run.spent.usdUnknown ? null : run.spent.usd,
    tokens: run.spent.tokens,
    points: pointsOf(run),
  }
}

function pointsOf({ attempts, task }: Run): BenchPoint[] {
  let [best, seconds, usd, tokens]: [number | null, number, number | null, number] = [null, 0, 0, 0]
  return attempts
    .toSorted((a, b) => a.attempt - b.attempt)
    .map((one) => {
      const score = one.status === 'scored' ? one.score : null
      if (better(task.evaluate.direction, score, best)) best = score
      seconds += one.seconds.ideate + one.seconds.edit + one.seconds.execute + one.seconds.evaluate
      usd = usd === null || one.usd === null ? null : usd + one.usd
      tokens += one.tokens
      return { attempt: one.attempt, status: one.status, score, best, seconds, usd, tokens }
    })
}
