import { z } from 'zod'
import { FileChange } from './change.ts'
import { Claim } from './claim.ts'
import { Evaluation, Metrics } from './evaluation.ts'
import { Idea, Operator } from './idea.ts'

export const STATUSES = ['scored', 'failed', 'rejected'] as const

/** What search decided: the number of the next attempt, its parents and how it comes from them. */
export const Opening = z.object({
  attempt: z.number().int().nonnegative(),
  parents: z.array(z.number().int().nonnegative()),
  operator: Operator,
  editor: z.string(),
  model: z.string().nullable(),
  seed: z.number().int(),
})
export type Opening = z.infer<typeof Opening>

/** One candidate, finished: the value that a run is a list of. */
export const Attempt = Opening.extend({
  status: z.enum(STATUSES),
  reason: z.string().nullable(),
  score: z.number().nullable(),
  metrics: Metrics,
  branch: z.string().nullable(),
  commit: z.string().nullable(),
  tree: z.string().nullable(),
  idea: Idea,
  /** Ideas that were had for it and not picked: a later attempt may take them up. */
  spare: z.array(Idea).optional(),
  files: z.array(FileChange),
  diff: z.string(),
  program: z.string().optional(),
  evaluation: Evaluation.nullable(),
  /** What looks like an attempt to get a score without earning it: told to the next ideas as what not to do. */
  signs: z.array(z.string()).default([]),
  /** What is known of the program as this attempt left it: each borne out by a quote. */
  claims: z.array(Claim).optional(),
  /** What the editor wishes to remember of how it made this change (the genetic editor's moves, say). */
  recipe: z.unknown().optional(),
  seconds: z.object({ ideate: z.number(), edit: z.number(), execute: z.number(), evaluate: z.number() }),
  usd: z.number().nullable(),
  tokens: z.number(),
  shown: z.array(z.string()),
  lessons: z.array(z.string()),
})
export type Attempt = z.infer<typeof Attempt>
