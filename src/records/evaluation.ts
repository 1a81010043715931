import { z } from 'zod'
import { Tier } from './execution.ts'

export const STAGES = ['smoke', 'full', 'confirm', 'holdout'] as const
export const Stage = z.enum(STAGES)
export type Stage = z.infer<typeof Stage>

export const Metrics = z.record(z.string(), z.number())
export type Metrics = z.infer<typeof Metrics>

/**
 * What the trusted command said of one candidate. `scored` has a finite `score` (the median over `samples`);
 * `failed` has a `reason` and never a score. `isolation` is `shared` when candidate code ran in the evaluator's process.
 */
export const Evaluation = z.object({
  status: z.enum(['scored', 'failed']),
  reason: z.string().nullable(),
  score: z.number().nullable(),
  metrics: Metrics,
  samples: z.array(z.number()),
  seeds: z.array(z.number()),
  stage: Stage,
  isolation: z.enum(['separate', 'shared']),
  tier: Tier,
  /** Why the score cannot be crowned as it is. */
  flags: z.array(z.string()),
  /** What looks like an attempt to get a score without earning it. */
  signs: z.array(z.string()).default([]),
  output: z.string(),
  seconds: z.object({ execute: z.number(), evaluate: z.number() }),
})
export type Evaluation = z.infer<typeof Evaluation>
