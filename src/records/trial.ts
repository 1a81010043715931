import type { Stage } from './evaluation.ts'
import type { Execution } from './execution.ts'

/** One measurement that is wanted: which commit, for what, with which seed. */
export type Trial = { attempt: number; commit: string; stage: Stage; seed: number }

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
