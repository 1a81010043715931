import type { Operator } from '../records/idea.ts'
import type { Choice } from './choice.ts'

/** From the baseline, where nothing else is there to start from. */
export const fromBaseline = (wish: Operator | null): Choice => ({
  parents: [0],
  operator: wish === 'crossover' ? 'improve' : (wish ?? 'draft'),
})
