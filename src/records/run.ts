import { z } from 'zod'
import type { Attempt, Opening } from './attempt.ts'
import { Evaluation } from './evaluation.ts'
import { Tier } from './execution.ts'
import type { Lesson } from './lesson.ts'
import type { Steered } from './steering.ts'
import { Task } from './task.ts'
import type { Sample } from './trial.ts'
import type { Reservation } from './usage.ts'

export const STOPS = ['target', 'attempts', 'time', 'cost', 'tokens', 'interrupted'] as const
export const Stop = z.enum(STOPS)
export type Stop = z.infer<typeof Stop>

/** What a run is fixed to when it starts. `base` is the user's HEAD; `evaluator` a digest of everything that decides a score. */
export const RunStart = z.object({
  format: z.literal(1),
  run: z.string(),
  task: Task,
  base: z.string(),
  branch: z.string().nullable(),
  editor: z.string(),
  evaluator: z.string(),
  tier: Tier,
  created: z.string(),
  /** The run whose openings and model replies this one repeats. */
  replays: z.string().optional(),
})
export type RunStart = z.infer<typeof RunStart>

/**
 * A would-be champion's second trial, in fresh checkouts beside the holder of the title (the champion so far, or the baseline): the same fresh seeds for both,
 * and the hold-out where there is one. `confidence` is the chance that it is better at all, by a paired test.
 */
export const Confirmation = z.object({
  attempt: z.number().int(),
  holder: z.number().int(),
  pairs: z.array(z.object({ seed: z.number(), challenger: z.number(), holder: z.number() })),
  confidence: z.number().nullable(),
  confirmed: z.boolean(),
  reason: z.string().nullable(),
  confirm: Evaluation,
  holdout: Evaluation.nullable(),
  /** The holder's score on the hold-out. */
  holderHoldout: z.number().nullable(),
  signs: z.array(z.string()),
})
export type Confirmation = z.infer<typeof Confirmation>

/** What an attempt delivered; `reason` says why it did not, and then what was delivered before still stands. */
export const Delivery = z.object({ attempt: z.number().int(), reason: z.string().nullable(), seconds: z.number() })
export type Delivery = z.infer<typeof Delivery>

/** An attempt by its number; slots close them in any order. */
export function attemptOf({ attempts }: Pick<Run, 'attempts'>, number: number | undefined): Attempt | undefined {
  const likely = number === undefined ? undefined : attempts[number]
  return likely?.attempt === number ? likely : attempts.find(({ attempt }) => attempt === number)
}

/** The champion with its second trial: the last one that was confirmed, since each was better than the holder before it. Null where none was. */
export function championOf(
  run: Pick<Run, 'attempts' | 'confirmations'>,
): { attempt: Attempt; trial: Confirmation } | null {
  const trial = run.confirmations.findLast(({ confirmed }) => confirmed)
  const attempt = trial && attemptOf(run, trial.attempt)
  return attempt ? { attempt, trial } : null
}

/** An attempt that has a commit and a score. */
export type Champion = Attempt & { commit: string; score: number }
/** A would-be champion, and the holder of the title: the champion so far, or the baseline. */
export type Challenge = { challenger: Champion; holder: Champion }
/** The samples of both sides, pair by pair. */
export type Duel = { challenger: Sample[]; holder: Sample[] }

/** `usd` is null where a price is not known. */
export type Bill = { usd: number | null; tokens: number }
/**
 * `seconds` are active ones: neither what passed between two processes nor a pause is counted.
 * `cached` are those of the tokens that a server read from its cache.
 */
export type Spent = { seconds: number; usd: number; usdUnknown: boolean; tokens: number; cached: number }

/** The state of a run: a fold over its events, and nothing else. */
export type Run = RunStart & {
  attempts: readonly Attempt[]
  open: readonly Opening[]
  /** In order; `after` counts the attempts that were closed by then. */
  confirmations: readonly (Confirmation & { after: number })[]
  /** In order; `at` is the run's active time in seconds. */
  deliveries: readonly (Delivery & { at: number })[]
  lessons: readonly Lesson[]
  spent: Spent
  /** What the open attempts have cost so far. */
  bills: Readonly<Record<number, Bill>>
  /** What calls that are being made may take, by call. A call whose end nobody saw is charged in full when the run goes on. */
  reserved: Readonly<Record<string, Reservation & { attempt: number }>>
  /** The budget that has no room for a further call, until a bigger one is given. */
  exhausted: Stop | null
  steering: Steered
  stopped: Stop | null
}
