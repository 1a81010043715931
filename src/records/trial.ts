import type { Stage } from './evaluation.ts'
import type { Execution } from './execution.ts'

/** One measurement that is wanted: which commit, for what, with which seed. */
export type Trial = { attempt: number; commit: string; stage: Stage; seed: number }

/** A name for one command of a trial, by which an engine that outlives this process finds it again. */
export function commandName({ attempt, commit, stage, seed }: Trial, step: 'execute' | 'evaluate'): string {
  return [attempt, stage, seed, step, commit.slice(0, 12)].join('.')
}

/** One measurement that was made: the metrics, or the reason why there are none. */
export type Sample = {
  trial: Trial
  metrics: Record<string, number> | null
  reason: string | null
  flags: string[]
  signs: string[]
  execution: Execution | null
  evaluation: Execution | null
}
