import { z } from 'zod'
import type { Idea } from './idea.ts'

export const FileChange = z.object({ path: z.string(), added: z.number().nullable(), removed: z.number().nullable() })

/** One commit that an attempt made: what it changed against its first parent. `diff` is bounded. */
export const Change = z.object({
  commit: z.string(),
  tree: z.string(),
  files: z.array(FileChange),
  diff: z.string(),
  /** A digest of the program, layout and comments left out. */
  program: z.string().optional(),
})
export type Change = z.infer<typeof Change>

/** Why an attempt ended before it had a score, with what there was by then: `failed` (it broke) or `rejected` (it was not let through). */
export type Setback = {
  status: 'failed' | 'rejected'
  reason: string
  idea?: Idea
  change?: Change
  signs?: string[]
  seconds?: number
}

export const failed = (reason: string): Setback => ({ status: 'failed', reason })
export const rejected = (reason: string): Setback => ({ status: 'rejected', reason })

/** Tells a setback from the value of a step that went well. */
export const isSetback = (value: object): value is Setback =>
  'status' in value && 'reason' in value && !('attempt' in value)
