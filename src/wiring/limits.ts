import type { Steps } from '../loop.ts'
import type { Task } from '../records/task.ts'

type Gate = <T>(job: () => Promise<T>, signal: AbortSignal) => Promise<T>

/** Lets at most `most` jobs run at a time, in the order in which they came. Who waits when all is stopped does not begin. */
export function gate(most: number): Gate {
  let running = 0
  const waiting: (() => void)[] = []
  return async (job, signal) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      signal.throwIfAborted()
      return await job()
    } finally {
      // Whoever waits longest takes over the place.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

/** The steps of a run within the task's limits on what may happen at a time in all of its slots: asking models, and running candidates. */
export function withLimits(steps: Steps, { calls, evaluations }: Task['search']): Steps {
  const [asking, running] = [gate(calls ?? Number.POSITIVE_INFINITY), gate(evaluations ?? Number.POSITIVE_INFINITY)]
  return {
    ...steps,
    ideate: (opening, run, signal) => asking(() => steps.ideate(opening, run, signal), signal),
    edit: (opening, thought, run, signal) => asking(() => steps.edit(opening, thought, run, signal), signal),
    learn: (attempt, run, signal) => asking(() => steps.learn(attempt, run, signal), signal),
    execute: (trial, signal) => running(() => steps.execute(trial, signal), signal),
    evaluate: (trial, execution, signal) => running(() => steps.evaluate(trial, execution, signal), signal),
    deliver: (best, signal) => running(() => steps.deliver(best, signal), signal),
  }
}
