import type { Format } from '../scoring/submission.ts'

/** One row of a competition: what all may see, the truth, and what the truth was drawn from. */
export type DrawnRow = { id: string; columns: Record<string, string>; truth: string; signal: number[] }

/** What a generator draws. */
export type Drawn = {
  description: string
  rows: DrawnRow[]
  /** How many of the first rows are for training. */
  trained: number
  format: Omit<Format, 'competition'>
  /** The values of a row of the sample submission. */
  sample: string[]
  teams: number
  /** The skills of the worst and the best team. */
  skills: [number, number]
  /** What a team of a skill from 0 to 1 would say of a row: the signal, mixed with noise. */
  guess(signal: number[], skill: number, noise: () => number): string[]
}
