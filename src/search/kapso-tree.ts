import type { Attempt } from '../records/attempt.ts'
import type { Run } from '../records/run.ts'
import type { Strategy } from './choice.ts'
import { debuggable } from './debuggable.ts'
import { fromBaseline } from './from-baseline.ts'
import { progressOf } from './progress.ts'
import { topOf } from './standing.ts'

const DRAFTS = 4
const DEBUG_DEPTH = 5
const DEBUG_CHANCE = 0.5
/** Shares of the budget after which weak leaves are pruned, and after which the best few are worked on alone. */
const PRUNE = 0.2
const EXPLORE = 0.3
const EXPLOITED = 3
/** Of the scored attempts, the better share that survives pruning. */
const KEPT = 0.5

/**
 * KAPSO's tree search (Leeroo's KAPSO, `benchmark_tree_search`): the tree is expanded first, its least visited attempts before others; after a fifth of the
 * budget the weaker half is pruned; after three tenths only the best few are improved. Failures are debugged up to five deep.
 */
export const kapsoTree: Strategy = (run, random, wish) => {
  const progress = progressOf(run)
  const drafts = [...run.attempts, ...run.open].filter(({ operator }) => operator === 'draft').length
  if (!wish && drafts < DRAFTS) return { parents: [0], operator: 'draft' }
  const failed = !wish && random() < DEBUG_CHANCE ? debuggable(run, DEBUG_DEPTH).at(-1) : undefined
  if (failed) return { parents: [failed.attempt], operator: 'debug' }
  const scored = run.attempts.filter(({ status }) => status === 'scored').length
  const kept = progress < PRUNE ? scored : progress < EXPLORE ? Math.ceil(scored * KEPT) : EXPLOITED
  const alive = topOf(run, kept)
  const parent = progress < EXPLORE ? leastVisited(run, alive) : alive[Math.floor(random() * alive.length)]
  if (!parent) return fromBaseline(wish)
  const mate = wish === 'crossover' ? topOf(run, EXPLOITED + 1).find((one) => one !== parent) : undefined
  if (mate) return { parents: [parent.attempt, mate.attempt], operator: 'crossover' }
  if (wish) return { parents: [parent.attempt], operator: wish === 'crossover' ? 'improve' : wish }
  return { parents: [parent.attempt], operator: parent.attempt === 0 ? 'draft' : 'improve' }
}

/** The attempt with the fewest children; of equals the one that scores best. */
function leastVisited({ attempts, open }: Run, alive: readonly Attempt[]): Attempt | undefined {
  const visits = new Map<number, number>()
  const count = (parents: readonly number[]) => {
    for (const parent of parents) visits.set(parent, (visits.get(parent) ?? 0) + 1)
  }
  for (const { parents } of attempts) count(parents)
  for (const { parents } of open) count(parents)
  let least: Attempt | undefined
  for (const one of alive) if (!least || (visits.get(one.attempt) ?? 0) < (visits.get(least.attempt) ?? 0)) least = one
  return least
}
