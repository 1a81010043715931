import { z } from 'zod'

export const FileChange = z.object({ path: z.string(), added: z.number().nullable(), removed: z.number().nullable() })

/** One commit that an attempt made: what it changed against its first parent. `diff` is bounded. */
export const Change = z.object({
  commit: z.string(),
  tree: z.string(),
  files: z.array(FileChange),
  diff: z.string(),
})
export type Change = z.infer<typeof Change>

/** Why an attempt ended before it had a score: `failed` (it broke) or `rejected` (it was not let through). */
export const Setback = z.object({ status: z.enum(['failed', 'rejected']), reason: z.string() })
export type Setback = z.infer<typeof Setback>

export const failed = (reason: string): Setback => ({ status: 'failed', reason })
export const rejected = (reason: string): Setback => ({ status: 'rejected', reason })
export const isSetback = (value: object): value is Setback =>
  'reason' in value && 'status' in value && !('score' in value)
