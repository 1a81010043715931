import { z } from 'zod'

export const OPERATORS = ['baseline', 'draft', 'improve', 'debug', 'crossover', 'tune'] as const
/** How an attempt comes from its parents. */
export const Operator = z.enum(OPERATORS)
export type Operator = z.infer<typeof Operator>

/** What a candidate is to try, before any code is written. `cites` holds ids of pages and lessons. */
export const Idea = z.object({
  title: z.string().trim().min(1).max(200),
  hypothesis: z.string().max(4000),
  plan: z.string().max(20_000),
  expected: z.string().max(2000),
  cites: z.array(z.string().max(200)).max(50),
  /** The lens that it was seen through, where several were drawn. */
  lens: z.string().max(40).optional(),
})
export type Idea = z.infer<typeof Idea>
