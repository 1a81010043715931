import { z } from 'zod'

/** A source of knowledge that was taken in: ids of pages, and what was left out or blackened, with reasons. */
export const Learned = z.object({
  source: z.string(),
  /** The commit or date that was read; null where the source could not be read at all. */
  at: z.string().nullable(),
  files: z.object({ read: z.number(), unchanged: z.number(), gone: z.number() }),
  added: z.array(z.string()),
  replaced: z.array(z.string()),
  merged: z.array(z.object({ page: z.string(), into: z.string(), by: z.enum(['rule', 'model']) })),
  removed: z.array(z.string()),
  skipped: z.array(z.object({ what: z.string(), why: z.string() })),
  redacted: z.array(z.object({ what: z.string(), kinds: z.array(z.string()) })),
})
export type Learned = z.infer<typeof Learned>

/** A source of which nothing was taken in yet. */
export const nothingLearned = (source: string): Learned => ({
  source,
  at: null,
  files: { read: 0, unchanged: 0, gone: 0 },
  added: [],
  replaced: [],
  merged: [],
  removed: [],
  skipped: [],
  redacted: [],
})
