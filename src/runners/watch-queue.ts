import { readdir } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { AnnealError, EXIT, messageOf } from '../records/error.ts'
import type { Queue, State } from './queue.ts'

/** What became of a job: its result lies in done/, or the engine says how it ended without one. */
export type Outcome = { result: true } | { result: false; state: State | 'vanished'; detail: string }

export type Pace = {
  /** Milliseconds between two looks into done/. */
  tick: number
  /** Milliseconds between two questions to the engine. */
  interval: number
  /** Milliseconds that a result may take to be seen here after the engine saw the end. */
  lag: number
  /** Milliseconds that the engine may be out of reach. */
  patience: number
}
export const PACE: Pace = { tick: 100, interval: 3000, lag: 60_000, patience: 15 * 60_000 }

/** Questions in a row in which the engine must not know a job before it counts as vanished. */
const SURE = 3

type Watched = {
  name: string
  id: string | null
  settle(outcome: Outcome): void
  fail(fault: unknown): void
  endedAt: number | null
  missed: number
}

/** Watches all jobs at once: one look into a folder and one question to the engine, however many there are. */
export type Watch = {
  /** What becomes of the job whose result will be `done/KEY.json`; undefined once `signal` is aborted. */
  outcome(key: string, name: string, id: string, signal: AbortSignal): Promise<Outcome | undefined>
}

export function openWatch(queue: Queue, done: string, pace: Pace = PACE): Watch {
  const watched = new Map<string, Watched>()
  let going = false
  let reached = 0

  const go = async () => {
    if (going) return
    going = true
    reached = performance.now()
    let asked = performance.now()
    while (watched.size > 0) {
      await wait(pace.tick)
      await collect()
      if (performance.now() - asked < pace.interval || watched.size === 0) continue
      await ask()
      asked = performance.now()
    }
    going = false
  }

  const end = (key: string, outcome: Outcome) => {
    watched.get(key)?.settle(outcome)
    watched.delete(key)
  }

  const collect = async () => {
    const files = await readdir(done).catch(() => [])
    for (const file of files) end(file.replace(/\.json$/, ''), { result: true })
  }

  const ask = async () => {
    const asking = [...watched]
    const standings = await queue
      .look(asking.map(([, { name, id }]) => ({ name, id })))
      .catch((fault: unknown) => (performance.now() - reached < pace.patience ? null : giveUp(fault)))
    if (standings === null) return
    reached = performance.now()
    // What ended while the engine was asked has its result by now.
    await collect()
    for (const [key, one] of asking) {
      if (watched.get(key) !== one) continue
      const standing = standings.get(one.name)
      one.missed = standing === undefined ? one.missed + 1 : 0
      if (standing === undefined) {
        if (one.missed >= SURE) end(key, { result: false, state: 'vanished', detail: 'the engine no longer knows it' })
        continue
      }
      const { state, detail } = standing
      if (state === 'waiting' || state === 'running') continue
      one.endedAt ??= reached
      // A shared folder may show the result late; only a job that ended by itself can have left one.
      if (state === 'completed' && reached - one.endedAt < pace.lag) continue
      end(key, { result: false, state, detail })
    }
  }

  const giveUp = (fault: unknown): null => {
    for (const { fail } of watched.values()) fail(outOfReach(fault))
    watched.clear()
    return null
  }

  return {
    outcome: (key, name, id, signal) =>
      new Promise((resolve, fail) => {
        if (signal.aborted) return resolve(undefined)
        const leave = () => {
          watched.delete(key)
          resolve(undefined)
        }
        signal.addEventListener('abort', leave, { once: true })
        const settle = (outcome: Outcome) => {
          signal.removeEventListener('abort', leave)
          resolve(outcome)
        }
        watched.set(key, { name, id, settle, fail, endedAt: null, missed: 0 })
        void go()
      }),
  }
}

/** The error where an engine has been out of reach for too long. Its jobs go on, and `anneal resume` finds them. */
export function outOfReach(fault: unknown): AnnealError {
  return new AnnealError({
    what: 'The cluster has been out of reach for too long.',
    why: messageOf(fault),
    fix: 'When it answers again, run `anneal resume`: jobs that still run are found, not sent again.',
    exit: EXIT.unavailable,
    cause: fault,
  })
}
