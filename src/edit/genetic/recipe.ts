import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Attempt } from '../../records/attempt.ts'

export const HOWS = ['step', 'relocate', 'swap', 'extend', 'combine', 'mate', 'shrink'] as const
export const How = z.enum(HOWS)
export type How = z.infer<typeof How>

export const CHANGES = ['delete', 'copy', 'swap', 'move', 'replace', 'operator', 'leave', 'hoist'] as const

/** A number that changed; `key` is its identity across attempts, see `Literal`. */
export const LiteralMove = z.object({
  kind: z.literal('literal'),
  key: z.string(),
  from: z.number(),
  to: z.number(),
  how: How,
})
export type LiteralMove = z.infer<typeof LiteralMove>

/** A change of the program's text; `at` is a digest of what stood there, so that a place is known again. */
export const CodeMove = z.object({
  kind: z.literal('code'),
  change: z.enum(CHANGES),
  path: z.string(),
  at: z.string(),
  text: z.string().max(300),
})
export type CodeMove = z.infer<typeof CodeMove>

/** Lines taken from another attempt: the mate's, or those of before the last move. */
export const HunkMove = z.object({ kind: z.literal('hunk'), path: z.string(), line: z.number(), other: z.number() })
export type HunkMove = z.infer<typeof HunkMove>

export const Move = z.discriminatedUnion('kind', [LiteralMove, CodeMove, HunkMove])
export type Move = z.infer<typeof Move>

/** What the genetic editor remembers of one attempt. `program` is a digest of the whole program that came out. */
export const GeneticRecipe = z.object({ editor: z.literal('genetic'), program: z.string(), moves: z.array(Move) })
export type GeneticRecipe = z.infer<typeof GeneticRecipe>

const read = new WeakMap<Attempt, GeneticRecipe | null>()

/** The recipe of an attempt, or null where another editor made it. An attempt never changes, so each is read once. */
export function recipeOf(attempt: Attempt): GeneticRecipe | null {
  const known = read.get(attempt)
  if (known !== undefined) return known
  const recipe = GeneticRecipe.safeParse(attempt.recipe).data ?? null
  read.set(attempt, recipe)
  return recipe
}

/** A short name for a text, the same on every machine. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 12)
}
