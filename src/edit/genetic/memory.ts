import type { Attempt } from '../../records/attempt.ts'
import { better, type Direction } from '../../records/task.ts'
import { type GeneticRecipe, type How, type LiteralMove, recipeOf } from './recipe.ts'

/** What is known of one number: how often it was changed, how often that changed the score, and how far it may step. */
export type LiteralCredit = { tries: number; effects: number; gains: number; failures: number; sigma: number }
/** What is known of one place in the code. */
export type PlaceCredit = { tries: number; gains: number; neutral: number; failures: number }

export type Memory = {
  byNumber: ReadonlyMap<number, Attempt>
  programs: ReadonlySet<string>
  literals: ReadonlyMap<string, LiteralCredit>
  places: ReadonlyMap<string, PlaceCredit>
  hows: ReadonlyMap<How, { tries: number; gains: number }>
  /** Sets of literal moves that made their parent better, newest last. */
  wins: readonly { attempt: number; moves: LiteralMove[] }[]
}

const GROW = 1.5
const SHRINK = GROW ** -0.25
const WINS = 60

/** Everything that the genetic editor has learned: one pass over the closed attempts. */
export function remember(history: readonly Attempt[], direction: Direction): Memory {
  const byNumber = new Map(history.map((attempt) => [attempt.attempt, attempt]))
  const programs = new Set<string>()
  const literals = new Map<string, LiteralCredit>()
  const places = new Map<string, PlaceCredit>()
  const hows = new Map<How, { tries: number; gains: number }>()
  const wins: { attempt: number; moves: LiteralMove[] }[] = []
  for (const attempt of history) {
    const recipe = recipeOf(attempt)
    if (!recipe) continue
    programs.add(recipe.program)
    if (attempt.status === 'rejected') continue
    const before = byNumber.get(attempt.parents[0] ?? -1)?.score ?? null
    const moved = differs(attempt.score, before)
    const gained = moved && before !== null && better(direction, attempt.score, before)
    creditLiterals(literals, hows, recipe, gained, moved, attempt.score === null)
    creditPlaces(places, recipe, gained, moved, attempt.score === null)
    const moves = literalMoves(recipe)
    if (gained && moves.length === recipe.moves.length) wins.push({ attempt: attempt.attempt, moves })
  }
  return { byNumber, programs, literals, places, hows, wins: wins.slice(-WINS) }
}

/** Whether two scores differ by more than the order of additions can make them. */
export function differs(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a !== b
  return Math.abs(a - b) > 1e-9 * Math.max(Math.abs(a), Math.abs(b))
}

export function literalMoves(recipe: GeneticRecipe): LiteralMove[] {
  return recipe.moves.filter((move) => move.kind === 'literal')
}

/**
 * The one-fifth success rule (Rechenberg, 1973), kept for each number by itself. Where several moved at once, an effect
 * is put down to those that are known to have one.
 */
function creditLiterals(
  literals: Map<string, LiteralCredit>,
  hows: Map<How, { tries: number; gains: number }>,
  recipe: GeneticRecipe,
  gained: boolean,
  moved: boolean,
  broke: boolean,
): void {
  const moves = literalMoves(recipe)
  const how = moves[0]?.how
  if (how) {
    const known = hows.get(how) ?? { tries: 0, gains: 0 }
    hows.set(how, { tries: known.tries + 1, gains: known.gains + Number(gained) })
  }
  const fresh = { tries: 0, effects: 0, gains: 0, failures: 0, sigma: 1 }
  const rates = moves.map(({ key }) => effectOf(literals.get(key) ?? fresh))
  const most = Math.max(...rates)
  moves.forEach(({ key, how }, index) => {
    const known = literals.get(key) ?? fresh
    const factor = how !== 'step' && how !== 'extend' ? 1 : gained ? GROW : moved ? SHRINK : GROW ** 0.25
    literals.set(key, {
      tries: known.tries + 1,
      effects: known.effects + (moved && !broke ? ((rates[index] ?? 0) / most) ** 2 : 0),
      gains: known.gains + Number(gained),
      failures: known.failures + Number(broke),
      sigma: Math.min(8, Math.max(0.05, known.sigma * factor)),
    })
  })
}

/** How likely a change of this number is to change the score: 1 where nothing is known. */
export const effectOf = ({ tries, effects }: Pick<LiteralCredit, 'tries' | 'effects'>): number => (effects + 1) / (tries + 1)

function creditPlaces(
  places: Map<string, PlaceCredit>,
  recipe: GeneticRecipe,
  gained: boolean,
  moved: boolean,
  broke: boolean,
): void {
  for (const move of recipe.moves) {
    if (move.kind !== 'code') continue
    const known = places.get(move.at) ?? { tries: 0, gains: 0, neutral: 0, failures: 0 }
    places.set(move.at, {
      tries: known.tries + 1,
      gains: known.gains + Number(gained),
      neutral: known.neutral + Number(!moved),
      failures: known.failures + Number(broke),
    })
  }
}
