import type { Strategy } from './choice.ts'
import { debuggable } from './debuggable.ts'
import { topOf } from './standing.ts'

const DRAFTS = 3
const DEBUG_DEPTH = 3
const DEBUG_CHANCE = 0.5
const CROSSOVER_CHANCE = 0.1
/** Attempts behind the best that a wished crossover takes its mate from. */
const MATES = 4

/**
 * Greedy tree search (AIDE, arXiv 2502.13138): a few drafts from the baseline first, then mostly the best attempt improved;
 * a failed leaf is debugged with an even chance, at most three deep. Now and then two good attempts are crossed.
 */
export const greedyTree: Strategy = (run, random, wish) => {
  const [best, ...others] = topOf(run, 1 + MATES)
  if (wish) {
    const mate = others[Math.floor(random() * others.length)]
    if (wish === 'crossover' && mate) return { parents: [best?.attempt ?? 0, mate.attempt], operator: wish }
    return { parents: [best?.attempt ?? 0], operator: wish === 'crossover' ? 'improve' : wish }
  }
  const { attempts, open } = run
  const drafts = [...attempts, ...open].filter(({ operator }) => operator === 'draft').length
  if (drafts < DRAFTS) return { parents: [0], operator: 'draft' }
  const failed = random() < DEBUG_CHANCE ? debuggable(run, DEBUG_DEPTH).at(-1) : undefined
  if (failed) return { parents: [failed.attempt], operator: 'debug' }
  const second = others[0]
  if (best && second && second.attempt !== 0 && random() < CROSSOVER_CHANCE)
    return { parents: [best.attempt, second.attempt], operator: 'crossover' }
  return best && best.attempt !== 0
    ? { parents: [best.attempt], operator: 'improve' }
    : { parents: [0], operator: 'draft' }
}
