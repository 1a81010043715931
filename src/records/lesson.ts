import { z } from 'zod'

/** What attempts taught. `helped` and `harmed` count attempts that were shown it and went better or worse than their parent. */
export const Lesson = z.object({
  id: z.string(),
  kind: z.enum(['error', 'practice', 'fact']),
  when: z.string().max(2000),
  advice: z.string().max(4000),
  evidence: z.array(z.string().max(2000)),
  confidence: z.number().min(0).max(1),
  helped: z.number().int().nonnegative(),
  harmed: z.number().int().nonnegative(),
})
export type Lesson = z.infer<typeof Lesson>
