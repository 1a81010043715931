import type { Attempt } from '../../records/attempt.ts'
import type { Direction } from '../../records/task.ts'
import { type Group, toAxis } from './coordinates.ts'
import type { Memory } from './memory.ts'
import { recipeOf } from './recipe.ts'
import type { Measured } from './surrogate.ts'

/** Runs that the surrogate learns from, at most; its cost grows with their cube. */
const POINTS = 180

/** What the numbers of an attempt came to be since its root, and what changes of code since then were worth. */
type Lineage = { values: ReadonlyMap<string, number>; offset: number }

/**
 * What history says of other values of the parent's numbers: attempts that come from the same root by recipes alone,
 * and so have the same numbers. What a change of code was worth is taken off the scores of all that descends from it.
 */
export function measured(
  parent: Attempt,
  groups: readonly Group[],
  history: readonly Attempt[],
  memory: Memory,
  direction: Direction,
): Measured[] {
  const rootOf = roots(memory)
  const lineageOf = lineages(memory)
  const root = rootOf(parent)
  const own = lineageOf(parent)
  const related = history.filter((attempt) => attempt !== parent && rootOf(attempt) === root && isNumeric(attempt))
  const chosen = [...related.slice(-POINTS + 1), parent]
  const before = firstValues(history, (attempt) => rootOf(attempt) === root)
  const sign = direction === 'maximize' ? 1 : -1
  const places = groups.map(({ coordinates }) => coordinates.map((one) => toAxis(one, one.literal.value)))
  const points = chosen.map((attempt) => {
    const { values, offset } = lineageOf(attempt)
    const at = groups.map(({ coordinates }, index) => {
      const here = places[index] ?? []
      const moved = coordinates.some(({ key }) => values.get(key) !== own.values.get(key))
      if (!moved) return here
      return coordinates.map((one) => toAxis(one, values.get(one.key) ?? before.get(one.key) ?? one.literal.value))
    })
    return { at, score: attempt.score === null ? null : sign * (attempt.score - offset) }
  })
  return tamed(points)
}

function isNumeric(attempt: Attempt): boolean {
  if (attempt.status === 'rejected') return false
  return recipeOf(attempt)?.moves.every(({ kind }) => kind === 'literal') ?? attempt.score !== null
}

/** The value that each number had before any move of it. */
function firstValues(history: readonly Attempt[], isRelated: (attempt: Attempt) => boolean): Map<string, number> {
  const first = new Map<string, number>()
  for (const attempt of history) {
    const moves = recipeOf(attempt)?.moves ?? []
    if (moves.length === 0 || !isRelated(attempt)) continue
    for (const move of moves) if (move.kind === 'literal' && !first.has(move.key)) first.set(move.key, move.from)
  }
  return first
}

/** The nearest forebear that no recipe explains. */
function roots(memory: Memory): (attempt: Attempt) => number {
  const known = new Map<number, number>()
  return (attempt) => {
    const path: number[] = []
    let at: Attempt | undefined = attempt
    while (at && !known.has(at.attempt) && recipeOf(at)) {
      path.push(at.attempt)
      at = memory.byNumber.get(at.parents[0] ?? -1)
    }
    const root = at ? (known.get(at.attempt) ?? at.attempt) : -1
    for (const number of path) known.set(number, root)
    return root
  }
}

function lineages(memory: Memory): (attempt: Attempt) => Lineage {
  const known = new Map<number, Lineage>()
  return (attempt) => {
    const path: Attempt[] = []
    let at: Attempt | undefined = attempt
    while (at && !known.has(at.attempt) && recipeOf(at)) {
      path.push(at)
      at = memory.byNumber.get(at.parents[0] ?? -1)
    }
    let lineage: Lineage = (at && known.get(at.attempt)) ?? { values: new Map(), offset: 0 }
    let above = at
    for (const next of path.reverse()) {
      lineage = stepped(lineage, above, next)
      known.set(next.attempt, lineage)
      above = next
    }
    return lineage
  }
}

function stepped({ values, offset }: Lineage, above: Attempt | undefined, attempt: Attempt): Lineage {
  const moves = recipeOf(attempt)?.moves ?? []
  const next = new Map(values)
  let numeric = true
  for (const move of moves) {
    if (move.kind === 'literal') next.set(move.key, move.to)
    else numeric = false
  }
  const worth = numeric ? 0 : (attempt.score ?? 0) - (above?.score ?? attempt.score ?? 0)
  return { values: next, offset: offset + worth }
}

/** Failures count as the worst score, and no score counts as much worse than the middle as the best is better, thrice. */
function tamed(points: readonly { at: Measured['at']; score: number | null }[]): Measured[] {
  const scores = points.flatMap(({ score }) => (score === null ? [] : [score])).sort((a, b) => a - b)
  const best = scores.at(-1) ?? 0
  const middle = scores[scores.length >> 1] ?? 0
  const floor = Math.max(scores[0] ?? 0, best - 4 * (best - middle || Math.abs(best) || 1))
  return points.map(({ at, score }) => ({ at, score: Math.max(floor, score ?? floor) }))
}
