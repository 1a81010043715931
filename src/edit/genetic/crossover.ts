import type { Random } from '../../records/random.ts'
import { toAxis } from './coordinates.ts'
import { byLine, hunks, take } from './hunks.ts'
import { type GeneticFiles, type Program, programOf } from './program.ts'
import type { LiteralMove, Move } from './recipe.ts'
import { type Measured, surrogate } from './surrogate.ts'
import { isLone, movesOf } from './tune.ts'

/** Mixtures of the two parents' numbers that are drawn, of which the surrogate's favourite is made. */
const MIXTURES = 60

/**
 * Uniform crossover of numbers (Syswerda, ICGA 1989): each record of numbers that differs comes from either parent, or
 * now and then from between them. Empty where the numbers of the two do not differ.
 */
export function mixNumbers(
  program: Program,
  mate: GeneticFiles,
  points: readonly Measured[],
  random: Random,
): LiteralMove[] {
  const theirs = new Map(
    programOf(mate).groups.flatMap(({ coordinates }) => coordinates.map(({ key, literal }) => [key, literal.value])),
  )
  const centre = program.groups.map(({ coordinates }) => coordinates.map((one) => toAxis(one, one.literal.value)))
  const differing = program.groups.flatMap(({ coordinates }, group) =>
    coordinates.some(({ key, literal }) => (theirs.get(key) ?? literal.value) !== literal.value) ? [group] : [],
  )
  const judge = points.length > 3 ? surrogate(points, centre, program.groups.map(isLone)) : null
  let best: { value: number; moves: LiteralMove[] } | null = null
  for (let tries = 0; tries < (judge ? MIXTURES : 1) && differing.length > 0; tries++) {
    const share = 0.1 + 0.8 * random()
    const places = new Map<number, number[]>()
    for (const group of differing) {
      if (random() >= share) continue
      const between = random() < 0.2 ? random() : 1
      const to = (program.groups[group]?.coordinates ?? []).map((one, index) => {
        const here = centre[group]?.[index] ?? 0
        return here + between * (toAxis(one, theirs.get(one.key) ?? one.literal.value) - here)
      })
      places.set(group, to)
    }
    const moves = movesOf(program.groups, { how: 'mate', places })
    const value = judge ? judge(places) : random()
    if (moves.length > 0 && (!best || value > best.value)) best = { value, moves }
  }
  return best?.moves ?? []
}

/** Some of the lines in which another attempt differs, taken over. `share` is how many of them, on average. */
export function mixLines(
  files: GeneticFiles,
  from: { attempt: number; files: GeneticFiles },
  share: number,
  random: Random,
): { changed: Map<string, string>; moves: Move[] } {
  const changed = new Map<string, string>()
  const moves: Move[] = []
  for (const path of [...files.keys()].sort()) {
    const own = files.get(path) ?? ''
    const other = from.files.get(path)
    if (other === undefined || other === own) continue
    const taken = hunks(own, other)
      .flatMap(byLine)
      .filter(() => random() < share)
    if (taken.length === 0) continue
    changed.set(path, take(own, taken))
    for (const { line } of taken) moves.push({ kind: 'hunk', path, line, other: from.attempt })
  }
  return { changed, moves }
}
