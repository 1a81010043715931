import type { Attempt } from '../records/attempt.ts'
import type { Challenge, Champion, Run } from '../records/run.ts'
import { challengerOf, championOf, reaches } from './standing.ts'

/** Would-be champions that are tried when a run ends, best first, until one is confirmed. */
const LAST_TRIALS = 5

/**
 * Who should be judged now, beside whom. While the run goes on only an attempt that reaches the target is: judging costs trials, and most leaders are soon overtaken.
 * When it ends, the best one is, and the next best after it fails.
 */
export function challenge(run: Run, ending: boolean): Challenge | null {
  const challenger = challengerOf(run)
  const holder = championOf(run) ?? run.attempts[0]
  if (!challenger || !holder || !isChampion(challenger) || !isChampion(holder)) return null
  if (!ending) return reaches(run, challenger.score) ? { challenger, holder } : null
  const failures = run.confirmations.filter(({ confirmed }) => !confirmed).length
  return failures < LAST_TRIALS ? { challenger, holder } : null
}

const isChampion = (attempt: Attempt): attempt is Champion => attempt.commit !== null && attempt.score !== null
