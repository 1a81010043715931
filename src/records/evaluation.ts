import { z } from 'zod'
import { GpuUse, Tier } from './execution.ts'

export const STAGES = ['smoke', 'fast', 'full', 'confirm', 'holdout'] as const
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
  /** What the cheap variant said before, where there is one: never ranked with full scores. */
  fast: z.object({ score: z.number(), seconds: z.number() }).optional(),
  /** Why it was measured no further. Such a score is not a full one and stands in no ranking. */
  doubt: z.string().optional(),
  isolation: z.enum(['separate', 'shared']),
  tier: Tier,
  /** Why the score cannot be crowned as it is. */
  flags: z.array(z.string()),
  /** What looks like an attempt to get a score without earning it. */
  signs: z.array(z.string()).default([]),
  output: z.string(),
  seconds: z.object({ execute: z.number(), evaluate: z.number() }),
  gpu: GpuUse.optional(),
})
export type Evaluation = z.infer<typeof Evaluation>

/** The last of an attempt's stages, with the time of all of them and what the fast one said; null where there is none. */
export function joined(stages: readonly Evaluation[]): Evaluation | null {
  const last = stages.at(-1)
  if (!last) return null
  const sum = (part: 'execute' | 'evaluate') => stages.reduce((total, { seconds }) => total + seconds[part], 0)
  const seconds = { execute: sum('execute'), evaluate: sum('evaluate') }
  const fast = stages.find(({ stage }) => stage === 'fast')
  if (!fast || fast === last || fast.score === null) return { ...last, seconds }
  return { ...last, seconds, fast: { score: fast.score, seconds: fast.seconds.execute + fast.seconds.evaluate } }
}
