import type { Random } from '../../records/random.ts'
import { gaussian, heavyTail, pick, weighted } from './choose.ts'
import { anywhere, type Coordinate, fromAxis, type Group, toAxis } from './coordinates.ts'
import { effectOf, type Memory } from './memory.ts'
import type { How, LiteralMove } from './recipe.ts'
import { type Measured, surrogate } from './surrogate.ts'

/** A step of one on the axis is a factor of 20, or the whole range of a list; a first step is a tenth of that. */
const STEP = 0.06
/** Moves that are drawn and judged by the surrogate, of which one is made. */
const CANDIDATES = 25
/** How often the surrogate's favourite is made in place of any of them. */
const TRUST = 0.95
/** With fewer measurements than this the surrogate has nothing to say. */
const ENOUGH = 3

export type Candidate = { how: How; places: Map<number, number[]> }

/**
 * One move over the numbers of a program: many moves are drawn, and the one is made that a surrogate of the score thinks
 * best (as in DYCORS: Regis & Shoemaker, "Combining radial basis function surrogates and dynamic coordinate search",
 * Engineering Optimization 2013). `boldness` multiplies the step.
 */
export function tuneMoves(
  all: readonly Group[],
  points: readonly Measured[],
  memory: Memory,
  random: Random,
  boldness = 1,
): LiteralMove[] {
  const centre = all.map(({ coordinates }) => coordinates.map((one) => toAxis(one, one.literal.value)))
  const context = { all, centre, memory, random, boldness, weights: all.map((group) => weightOf(group, memory)) }
  const judge = points.length >= ENOUGH && random() < TRUST ? surrogate(points, centre, all.map(isLone)) : null
  let best: { value: number; moves: LiteralMove[] } | null = null
  for (let tries = 0; tries < (judge ? CANDIDATES : 1) || (!best && tries < 30); tries++) {
    const drawn = draw(context)
    const moves = drawn && movesOf(all, drawn)
    if (!drawn || !moves || moves.length === 0) continue
    const value = judge ? judge(drawn.places) : 0
    if (!best || value > best.value) best = { value, moves }
    if (!judge) break
  }
  return best?.moves ?? []
}

export const isLone = ({ list }: Group): boolean => list === null

type Context = {
  all: readonly Group[]
  centre: readonly (readonly number[])[]
  memory: Memory
  random: Random
  boldness: number
  weights: readonly number[]
}

/** Numbers whose change changes the score are chosen more; those that never did fade. */
function weightOf({ coordinates }: Group, { literals }: Memory): number {
  const weights = coordinates.map(({ key, prior }) => {
    const { tries, effects, gains, failures } = literals.get(key) ?? { tries: 0, effects: 0, gains: 0, failures: 0 }
    return (prior * effectOf({ tries, effects }) ** 2 * (1 + (2 * gains) / (tries + 2))) / (1 + failures)
  })
  return Math.max(...weights)
}

const SHARES: Partial<Record<How, number>> = { step: 6, relocate: 2, swap: 0.05, extend: 1, combine: 1 }

function draw(context: Context): Candidate | null {
  const { memory, random } = context
  const pays = (how: How) => {
    const { tries, gains } = memory.hows.get(how) ?? { tries: 0, gains: 0 }
    return (SHARES[how] ?? 0) * (0.3 + (gains + 2) / (tries + 8))
  }
  const how = weighted<How>(['step', 'relocate', 'swap', 'extend', 'combine'], pays, random) ?? 'step'
  const places = DRAWERS[how]?.(context) ?? null
  return places && { how, places }
}

type Drawer = (context: Context) => Map<number, number[]> | null

const step: Drawer = (context) => {
  const { all, centre, memory, random, boldness, weights } = context
  const top = Math.max(...weights)
  const most = Math.ceil(weights.reduce((sum, weight) => sum + weight / top, 0) / 2)
  const places = new Map<number, number[]>()
  for (let left = heavyTail(most, random); left > 0; left--) {
    const group = chosen(context)
    const coordinates = all[group]?.coordinates ?? []
    const from = places.get(group) ?? centre[group] ?? []
    const scale = STEP * boldness * Math.exp(gaussian(random))
    const only = coordinates.length > 1 && random() < 0.4 ? Math.floor(random() * coordinates.length) : null
    const to = coordinates.map((one, index) => {
      const sigma =
        scale * Math.min(one.literal.list === null ? 8 : 2, Math.max(0.3, memory.literals.get(one.key)?.sigma ?? 1))
      return only === null || only === index
        ? nudge(one, from[index] ?? 0, sigma * gaussian(random))
        : (from[index] ?? 0)
    })
    places.set(group, to)
  }
  return places
}

/** A step along an axis that is at least one whole number long where numbers are whole. */
function nudge(coordinate: Coordinate, from: number, by: number): number {
  const value = fromAxis(coordinate, from)
  const to = fromAxis(coordinate, from + by)
  if (!coordinate.literal.isInteger || to !== value) return toAxis(coordinate, to)
  return toAxis(coordinate, value + (by > 0 ? 1 : -1))
}

const relocate: Drawer = (context) => {
  const { all, random } = context
  const group = chosen(context)
  const coordinates = all[group]?.coordinates ?? []
  const places = new Map([[group, coordinates.map((one) => anywhere(one, one.literal.value, random()))]])
  if (random() < 0.6) return places
  for (const [other, place] of step(context) ?? []) if (other !== group) places.set(other, place)
  return places
}

/** Two records of one list change places. */
const swap: Drawer = ({ all, centre, random, weights }) => {
  const a = chosen({ random, weights })
  const mates = all.flatMap(({ list }, index) => (list !== null && index !== a && list === all[a]?.list ? [index] : []))
  const b = pick(mates, random)
  if (b === undefined) return null
  return new Map([
    [a, [...(centre[b] ?? [])]],
    [b, [...(centre[a] ?? [])]],
  ])
}

/** A pattern move: a step that paid is made again (Hooke & Jeeves, "Direct search", J. ACM 1961). */
const extend: Drawer = ({ all, centre, memory, random }) => {
  const win = memory.wins[memory.wins.length - 1 - Math.floor(random() ** 2 * memory.wins.length)]
  const factor = 0.3 + 1.2 * random()
  return win ? applied(all, centre, win.moves, (here, from, to) => here + factor * (to - from)) : null
}

/** Moves that paid elsewhere in the tree, joined to this parent. */
const combine: Drawer = ({ all, centre, memory, random }) => {
  const win = pick(memory.wins, random)
  return win ? applied(all, centre, win.moves, (_here, _from, to) => to) : null
}

function applied(
  all: readonly Group[],
  centre: readonly (readonly number[])[],
  moves: readonly LiteralMove[],
  place: (here: number, from: number, to: number) => number,
): Map<number, number[]> {
  const byKey = new Map(moves.map((move) => [move.key, move]))
  const places = new Map<number, number[]>()
  all.forEach(({ coordinates }, group) => {
    if (!coordinates.some(({ key }) => byKey.has(key))) return
    const to = coordinates.map((one, index) => {
      const here = centre[group]?.[index] ?? 0
      const move = byKey.get(one.key)
      return move ? place(here, toAxis(one, move.from), toAxis(one, move.to)) : here
    })
    places.set(group, to)
  })
  return places
}

const DRAWERS: Partial<Record<How, Drawer>> = { step, relocate, swap, extend, combine }

function chosen({ weights, random }: Pick<Context, 'weights' | 'random'>): number {
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0)
  const at = weights.findIndex((weight) => {
    left -= weight
    return left < 0
  })
  return Math.max(0, at)
}

/** The moves that bring the numbers to their new places; a number that stays the same is none. */
export function movesOf(all: readonly Group[], { how, places }: Candidate): LiteralMove[] {
  return [...places].flatMap(([group, to]) =>
    (all[group]?.coordinates ?? []).flatMap((one, index): LiteralMove[] => {
      const place = to[index]
      const from = one.literal.value
      const value = place === undefined || Math.abs(place - toAxis(one, from)) < 1e-12 ? from : fromAxis(one, place)
      return value === from || !Number.isFinite(value) ? [] : [{ kind: 'literal', key: one.key, from, to: value, how }]
    }),
  )
}
