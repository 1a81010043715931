import type { Attempt } from '../records/attempt.ts'
import type { Operator } from '../records/idea.ts'
import type { Random } from '../records/random.ts'
import { better, type Direction } from '../records/task.ts'
import { weighted } from './genetic/choose.ts'
import { differs } from './genetic/memory.ts'
import { recipeOf } from './genetic/recipe.ts'

export type Mixture = Record<'tune' | 'improve' | 'crossover' | 'draft', number>

const PRIOR: Mixture = { tune: 0.72, improve: 0.2, crossover: 0.05, draft: 0.03 }
/** Attempts of one operator that count; older ones speak of another stage of the search. */
const WINDOW = 40
const LEAST = 0.03

/**
 * How often each operator of the genetic editor should be used: more while it pays, after its success rate over its
 * last attempts (probability matching, as in Thierens, "An adaptive pursuit strategy", GECCO 2005). Sums to 1.
 */
export function mixture(history: readonly Attempt[], direction: Direction): Mixture {
  const scores = new Map(history.map(({ attempt, score }) => [attempt, score]))
  const seen: Record<string, { tries: number; gains: number }> = {}
  for (let index = history.length - 1; index >= 0; index--) {
    const attempt = history[index]
    if (!attempt || !recipeOf(attempt)) continue
    const known = seen[attempt.operator] ?? { tries: 0, gains: 0 }
    seen[attempt.operator] = known
    if (known.tries >= WINDOW) continue
    const before = scores.get(attempt.parents[0] ?? -1) ?? null
    known.tries++
    known.gains += Number(before !== null && differs(attempt.score, before) && better(direction, attempt.score, before))
  }
  const worth = (operator: keyof Mixture) => {
    const { tries, gains } = seen[operator] ?? { tries: 0, gains: 0 }
    return PRIOR[operator] * ((gains + 1) / (tries + 5))
  }
  const total = worth('tune') + worth('improve') + worth('crossover') + worth('draft')
  const share = (operator: keyof Mixture) => LEAST + (1 - 4 * LEAST) * (worth(operator) / total)
  return { tune: share('tune'), improve: share('improve'), crossover: share('crossover'), draft: share('draft') }
}

/** The operator to use next with the genetic editor. A crossover is never the first: it needs two scored attempts. */
export function geneticOperators(history: readonly Attempt[], direction: Direction, random: Random): Operator {
  const shares = mixture(history, direction)
  const scored = history.filter(({ score }) => score !== null).length
  const operators = (['tune', 'improve', 'crossover', 'draft'] as const).filter(
    (one) => one !== 'crossover' || scored > 2,
  )
  return weighted(operators, (operator) => shares[operator], random) ?? 'tune'
}
