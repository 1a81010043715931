import type { Attempt } from '../records/attempt.ts'
import type { Operator } from '../records/idea.ts'
import type { Random } from '../records/random.ts'
import type { Run } from '../records/run.ts'
import { ranking } from './standing.ts'

export type Choice = { parents: number[]; operator: Operator }

const DRAFTS = 3
const DEBUG_DEPTH = 3
const DEBUG_CHANCE = 0.5
const CROSSOVER_CHANCE = 0.1

/**
 * Greedy tree search (AIDE, arXiv 2502.13138): a few drafts from the baseline first, then mostly the best attempt improved;
 * a failed leaf is debugged with an even chance, at most three deep. Now and then two good attempts are crossed.
 */
export function greedyTree(run: Run, random: Random): Choice {
  const { attempts, open } = run
  const drafts = [...attempts, ...open].filter(({ operator }) => operator === 'draft').length
  if (drafts < DRAFTS) return { parents: [0], operator: 'draft' }
  const failed = random() < DEBUG_CHANCE ? debuggable(run).at(-1) : undefined
  if (failed) return { parents: [failed.attempt], operator: 'debug' }
  const [best, second] = ranking(run)
  if (!best) return { parents: [0], operator: 'draft' }
  if (second && second.attempt !== 0 && random() < CROSSOVER_CHANCE)
    return { parents: [best.attempt, second.attempt], operator: 'crossover' }
  return { parents: [best.attempt], operator: best.attempt === 0 ? 'draft' : 'improve' }
}

/** Failed attempts that left a commit, have no child yet, and hang at most `DEBUG_DEPTH` failures below one that works. */
function debuggable({ attempts, open }: Run): Attempt[] {
  const byNumber = new Map(attempts.map((attempt) => [attempt.attempt, attempt]))
  const parents = new Set([...attempts, ...open].flatMap((one) => one.parents))
  const depth = (attempt: Attempt | undefined): number =>
    attempt?.status === 'failed' ? 1 + depth(byNumber.get(attempt.parents[0] ?? -1)) : 0
  return attempts.filter(
    (one) => one.status === 'failed' && one.commit !== null && !parents.has(one.attempt) && depth(one) <= DEBUG_DEPTH,
  )
}

/** The same tree for an editor without a model: its failures carry no insight to debug, and its operators are chosen by what they have paid. */
export function greedyMutation(run: Run, operator: Operator, random: Random): Choice {
  const ranked = ranking(run)
  const best = ranked[0]?.attempt ?? 0
  const mate = ranked[1 + Math.floor(random() * Math.min(4, ranked.length - 1))]
  if (operator === 'crossover' && mate) return { parents: [best, mate.attempt], operator }
  return { parents: [best], operator: operator === 'crossover' ? 'improve' : operator }
}
