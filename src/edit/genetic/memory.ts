import type { Attempt } from '../../records/attempt.ts'
import { better, type Direction } from '../../records/task.ts'
import { type GeneticRecipe, type How, type LiteralMove, recipeOf } from './recipe.ts'

/** What is known of one number: how often it was changed, how often that changed the score, and how far it may step. */
export type LiteralCredit = { tries: number; effects: number; gains: number; failures: number; sigma: number }
/** What is known of one place in the code. */
export type PlaceCredit = { tries: number; gains: number; neutral: number; failures: number }

type HowCredit = { tries: number; gains: number }

export type Memory = {
  byNumber: ReadonlyMap<number, Attempt>
  programs: ReadonlySet<string>
  literals: ReadonlyMap<string, LiteralCredit>
  places: ReadonlyMap<string, PlaceCredit>
  hows: ReadonlyMap<How, HowCredit>
  /** Sets of literal moves that made their parent better, newest last. */
  wins: readonly { attempt: number; moves: LiteralMove[] }[]
}

const GROW = 1.5
const SHRINK = GROW ** -0.25
const WINS = 60

type Outcome = { gained: boolean; moved: boolean; broke: boolean }

/** Everything that the genetic editor has learned: one pass over the closed attempts. */
export function remember(history: readonly Attempt[], direction: Direction): Memory {
  const byNumber = new Map(history.map((attempt) => [attempt.attempt, attempt]))
  const programs = new Set<string>()
  const literals = new Map<string, LiteralCredit>()
  const places = new Map<string, PlaceCredit>()
  const hows = new Map<How, HowCredit>()
  const wins: { attempt: number; moves: LiteralMove[] }[] = []
  for (const attempt of history) {
    const recipe = recipeOf(attempt)
    if (!recipe) continue
    programs.add(recipe.program)
    if (attempt.status === 'rejected') continue
    const before = byNumber.get(attempt.parents[0] ?? -1)?.score ?? null
    const moved = differs(attempt.score, before)
    const gained = moved && before !== null && better(direction, attempt.score, before)
    const outcome = { gained, moved, broke: attempt.score === null }
    const moves = literalMoves(recipe)
    creditHow(hows, moves[0]?.how, outcome)
    creditLiterals(literals, moves, outcome)
    creditPlaces(places, recipe, outcome)
    if (gained && moves.length > 0 && moves.length === recipe.moves.length)
      wins.push({ attempt: attempt.attempt, moves })
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

function creditHow(hows: Map<How, HowCredit>, how: How | undefined, { gained }: Outcome): void {
  if (!how) return
  const credit = hows.get(how) ?? { tries: 0, gains: 0 }
  credit.tries += 1
  credit.gains += Number(gained)
  hows.set(how, credit)
}

/**
 * The one-fifth success rule (Rechenberg, 1973), kept for each number by itself. Where several moved at once, an effect
 * is put down to those that are known to have one.
 */
function creditLiterals(
  literals: Map<string, LiteralCredit>,
  moves: readonly LiteralMove[],
  { gained, moved, broke }: Outcome,
): void {
  const credits = moves.map(({ key }) => {
    const credit = literals.get(key) ?? { tries: 0, effects: 0, gains: 0, failures: 0, sigma: 1 }
    literals.set(key, credit)
    return { credit, rate: effectOf(credit) }
  })
  const most = Math.max(...credits.map(({ rate }) => rate))
  const stepped = moves[0]?.how === 'step' || moves[0]?.how === 'extend'
  const factor = !stepped ? 1 : gained ? GROW : moved ? SHRINK : 1 / SHRINK
  for (const { credit, rate } of credits) {
    credit.tries += 1
    credit.effects += moved && !broke ? (rate / most) ** 2 : 0
    credit.gains += Number(gained)
    credit.failures += Number(broke)
    credit.sigma = Math.min(8, Math.max(0.05, credit.sigma * factor))
  }
}

/** How likely a change of this number is to change the score: 1 where nothing is known. */
export const effectOf = ({ tries, effects }: Pick<LiteralCredit, 'tries' | 'effects'>): number =>
  (effects + 1) / (tries + 1)

function creditPlaces(places: Map<string, PlaceCredit>, { moves }: GeneticRecipe, outcome: Outcome): void {
  for (const move of moves) {
    if (move.kind !== 'code') continue
    const credit = places.get(move.at) ?? { tries: 0, gains: 0, neutral: 0, failures: 0 }
    credit.tries += 1
    credit.gains += Number(outcome.gained)
    credit.neutral += Number(!outcome.moved)
    credit.failures += Number(outcome.broke)
    places.set(move.at, credit)
  }
}
