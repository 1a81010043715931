import type { Attempt } from '../records/attempt.ts'
import { type Challenge, type Champion, championOf, type Run } from '../records/run.ts'
import { challengerOf, reaches } from './standing.ts'

/** Would-be champions that may fail, best first, each time a run ends. */
const LAST_TRIALS = 5

/**
 * Who should be judged now, beside whom. While the run goes on only an attempt that reaches the target is: judging costs trials, and most leaders are soon overtaken.
 * When it ends, the best one is, whatever is left of the budget, and the next best after it fails, while there is time.
 */
export function challenge(run: Run, ending: boolean): Challenge | null {
  const challenger = challengerOf(run)
  const holder = championOf(run)?.attempt ?? run.attempts[0]
  if (!challenger || !holder || !isChampion(challenger) || !isChampion(holder)) return null
  if (!ending) return reaches(run, challenger.score) ? { challenger, holder } : null
  const { attempts, confirmations, spent, task } = run
  const failures = confirmations.filter(({ confirmed, after }) => !confirmed && after === attempts.length).length
  const late = task.budget.time !== undefined && spent.seconds >= task.budget.time
  return failures < (late ? 1 : LAST_TRIALS) ? { challenger, holder } : null
}

const isChampion = (attempt: Attempt): attempt is Champion => attempt.commit !== null && attempt.score !== null
