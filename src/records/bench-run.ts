import { z } from 'zod'
import { STATUSES } from './attempt.ts'
import { Stop } from './run.ts'
import { Direction } from './task.ts'

/** One attempt of a benchmark's run. `best` is the best score so far; `seconds`, `usd` and `tokens` are what the attempts up to this one took. */
export const BenchPoint = z.object({
  attempt: z.number().int(),
  status: z.enum(STATUSES),
  score: z.number().nullable(),
  best: z.number().nullable(),
  seconds: z.number(),
  usd: z.number().nullable(),
  tokens: z.number(),
})
export type BenchPoint = z.infer<typeof BenchPoint>

/** What a run came to. `score` is that of the attempt to deliver; `attempts` do not count the baseline. */
export const BenchOutcome = z.object({
  run: z.string(),
  baseline: z.number(),
  score: z.number(),
  confirmed: z.boolean(),
  holdout: z.number().nullable(),
  attempts: z.number().int(),
  failed: z.number().int(),
  stopped: Stop,
  seconds: z.number(),
  usd: z.number().nullable(),
  tokens: z.number(),
  points: z.array(BenchPoint),
})
export type BenchOutcome = z.infer<typeof BenchOutcome>

/** One run of a benchmark: a setting on a task with a seed. `outcome` is null where it failed, and `reason` says why. */
export const BenchRun = z.object({
  /** A digest of all that decides what the run does. */
  key: z.string(),
  task: z.string(),
  setting: z.string(),
  seed: z.number(),
  metric: z.string(),
  direction: Direction,
  reason: z.string().nullable(),
  outcome: BenchOutcome.nullable(),
})
export type BenchRun = z.infer<typeof BenchRun>
