import type { Attempt } from '../records/attempt.ts'
import type { Run } from '../records/run.ts'

/** The share of the budget that is spent, from 0 to 1, by whichever bound is nearest; 0 where there is no bound. */
export function progressOf({ attempts, open, spent, task: { budget } }: Run): number {
  const used = (amount: number, bound: number | undefined) => (bound === undefined ? 0 : amount / bound)
  return Math.min(
    1,
    Math.max(
      used(attempts.length + open.length - 1, budget.attempts),
      used(spent.seconds, budget.time),
      used(spent.usd, budget.cost),
      used(spent.tokens, budget.tokens),
    ),
  )
}

/** The share of the budget that one attempt took, by whichever bound it used most of. Without a bound all attempts cost the same. */
export function costOf({ seconds, usd, tokens }: Attempt, { task: { budget, search } }: Pick<Run, 'task'>): number {
  const { ideate, edit, execute, evaluate } = seconds
  const slot = (ideate + edit + execute + evaluate) / search.parallel
  const used = (amount: number, bound: number | undefined) => (bound === undefined ? 0 : amount / bound)
  const share = Math.max(
    used(1, budget.attempts),
    used(slot, budget.time),
    used(usd ?? 0, budget.cost),
    used(tokens, budget.tokens),
  )
  return share > 0 ? share : 1
}
