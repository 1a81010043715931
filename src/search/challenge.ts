import type { Attempt } from '../records/attempt.ts'
import type { Run } from '../records/run.ts'
import { challengerOf, reaches } from './standing.ts'

/** Would-be champions that are tried when a run ends, best first, until one is confirmed. */
const LAST_TRIALS = 5

/**
 * Who should be judged now. While the run goes on only an attempt that reaches the target is: judging costs a trial, and most leaders are soon overtaken.
 * When it ends, the best one is, and the next best after it fails.
 */
export function challenge(run: Run, ending: boolean): Attempt | null {
  const challenger = challengerOf(run)
  if (!challenger) return null
  if (!ending) return reaches(run, challenger.score) ? challenger : null
  const failures = run.confirmations.filter(({ confirmed }) => !confirmed).length
  return failures < LAST_TRIALS ? challenger : null
}
