import { z } from 'zod'
import { Direction } from './task.ts'

const File = z.object({ path: z.string().min(1).max(300), text: z.string().max(200_000) })

/** An evaluator as a model drafts it, with candidates that put it to the test. */
export const Draft = z.object({
  summary: z.string().max(4000),
  metric: z.string().regex(/^[A-Za-z_][\w.-]*$/, 'a metric is a word'),
  direction: Direction,
  execute: z.string().min(1),
  evaluate: z.string().min(1),
  holdout: z.string().min(1),
  files: z.array(File).min(1).max(20),
  candidates: z
    .array(
      z.object({
        title: z.string().min(1).max(200),
        kind: z.enum(['bad', 'good']),
        files: z.array(File).min(1).max(20),
      }),
    )
    .min(1)
    .max(12),
})
export type Draft = z.infer<typeof Draft>

/** What became of one candidate. `holdout` is null where the hold-out gave no score, or was not asked. */
export type Tried = {
  title: string
  kind: 'bad' | 'good' | 'baseline'
  score: number | null
  holdout: number | null
  reason: string | null
  /** Better than the baseline, on the hold-out too: what would be crowned. */
  wins: boolean
}

/** How a drafted evaluator did. `sound` where no bad candidate wins and some good one does. */
export type Trials = { tried: Tried[]; sound: boolean; why: string }
