import type { Attempt } from '../records/attempt.ts'
import type { Random } from '../records/random.ts'
import type { Run } from '../records/run.ts'
import { better } from '../records/task.ts'
import type { Strategy } from './choice.ts'
import { debuggable } from './debuggable.ts'
import { fromBaseline } from './from-baseline.ts'

const ISLANDS = 4
const DRAFTS_EACH = 1
const DEBUG_DEPTH = 3
const DEBUG_CHANCE = 0.5
const DRAFT_CHANCE = 0.05
const CROSSOVER_CHANCE = 0.2
/** How often an island works on its best; else on any of its elites. */
const EXPLOIT_CHANCE = 0.6
/** How often the mate of a crossover comes from the island's neighbour: the migration around the ring. */
const MIGRATION_CHANCE = 0.5

/**
 * Islands with a quality-diversity archive: MAP-Elites (Mouret and Clune, arXiv 1504.04909) in the form in which FunSearch (Nature 625, 2024),
 * AlphaEvolve (arXiv 2506.13131) and OpenEvolve use it. Each island keeps the best attempt of each cell; a cell is how much longer the program
 * became and how broad the diff is. Islands take turns, and lend their neighbour on the ring an elite as a mate.
 */
export const mapElites: Strategy = (run, random, wish) => {
  const turn = (run.attempts.length + run.open.length) % ISLANDS
  const islands = archive(run)
  const [island, neighbour] = [islands[turn], islands[(turn + 1) % ISLANDS]]
  const elites = [...(island?.cells.values() ?? [])]
  if (!wish) {
    if ((island?.drafts ?? 0) < DRAFTS_EACH || random() < DRAFT_CHANCE) return { parents: [0], operator: 'draft' }
    const broken = random() < DEBUG_CHANCE ? debuggable(run, DEBUG_DEPTH) : []
    const failed = broken.findLast(({ attempt }) => island?.members.has(attempt))
    if (failed) return { parents: [failed.attempt], operator: 'debug' }
  }
  const { direction } = run.task.evaluate
  const best = elites.reduce<Attempt | undefined>(
    (top, one) => (!top || better(direction, one.score, top.score) ? one : top),
    undefined,
  )
  const parent = random() < EXPLOIT_CHANCE ? best : any(elites, random)
  if (!parent) return fromBaseline(wish)
  const crosses = wish ? wish === 'crossover' : random() < CROSSOVER_CHANCE
  const mates = neighbour && random() < MIGRATION_CHANCE ? [...neighbour.cells.values()] : elites
  const mate = crosses
    ? any(
        mates.filter((one) => one !== parent),
        random,
      )
    : undefined
  if (mate) return { parents: [parent.attempt, mate.attempt], operator: 'crossover' }
  return { parents: [parent.attempt], operator: wish && wish !== 'crossover' ? wish : 'improve' }
}

const any = <T>(items: readonly T[], random: Random): T | undefined => items[Math.floor(random() * items.length)]

type Island = { cells: Map<string, Attempt>; members: Set<number>; drafts: number }

/** The islands of a run. Children of the baseline settle on the island whose turn it was, their offspring with the first parent. */
function archive({ attempts, open, task }: Run): Island[] {
  const islands = Array.from({ length: ISLANDS }, (): Island => ({ cells: new Map(), members: new Set(), drafts: 0 }))
  const homes = new Map<number, number>()
  const lengths = new Map<number, number>()
  for (const one of attempts) {
    const first = one.parents[0] ?? 0
    const home = homes.get(first) ?? one.attempt % ISLANDS
    const length = (lengths.get(first) ?? 0) + grown(one)
    lengths.set(one.attempt, length)
    if (one.attempt === 0) continue
    homes.set(one.attempt, home)
    const island = islands[home]
    if (!island) continue
    island.members.add(one.attempt)
    if (first === 0) island.drafts++
    if (one.status !== 'scored') continue
    const cell = `${magnitude(length)} ${breadth(one)}`
    if (better(task.evaluate.direction, one.score, island.cells.get(cell)?.score ?? null)) island.cells.set(cell, one)
  }
  for (const { attempt, parents } of open)
    if ((parents[0] ?? 0) === 0 && attempt !== 0) {
      const island = islands[attempt % ISLANDS]
      if (island) island.drafts++
    }
  return islands
}

/** Lines that an attempt added, less those that it removed. */
const grown = ({ files }: Attempt): number =>
  files.reduce((sum, { added, removed }) => sum + (added ?? 0) - (removed ?? 0), 0)

/** The power of four that a count of lines, with its sign, comes near. */
const magnitude = (lines: number): number => Math.sign(lines) * Math.round(Math.log2(1 + Math.abs(lines)) / 2)

const known = new WeakMap<Attempt, number>()

/** How broad a change is: the power of four that its number of different words comes near. Kept by attempt, since a diff may be long. */
function breadth(attempt: Attempt): number {
  const before = known.get(attempt)
  if (before !== undefined) return before
  const words = new Set((attempt.diff.match(/^[+-].*$/gm) ?? []).flatMap((line) => line.match(/\w+/g) ?? []))
  const found = magnitude(words.size)
  known.set(attempt, found)
  return found
}
