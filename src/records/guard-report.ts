import type { Direction } from './task.ts'

/** What the guard found: HEAD beside its base, measured in pairs on the same seeds. */
export type GuardReport = {
  verdict: 'worse' | 'no worse' | 'better'
  metric: string
  direction: Direction
  /** `score` is the mean over the pairs. */
  base: { ref: string; commit: string; score: number | null }
  head: { commit: string; score: number | null }
  /** HEAD less base, and the same as a share of the base's score. */
  change: number | null
  relative: number | null
  /** The chance that HEAD is worse by more than the tolerance. */
  confidence: number | null
  tolerance: number
  pairs: readonly { seed: number; base: number; head: number }[]
  reason: string
  /** Changed files that were not compared: the base's stood on both sides. */
  sealed: string[]
  notes: string[]
  seconds: number
}
