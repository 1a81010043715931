import type { Run, Stop } from '../records/run.ts'
import type { Reservation } from '../records/usage.ts'
import { isReached } from './standing.ts'

/** Why no further attempt may start; null while one may. Running attempts count toward `attempts`; the baseline does not. */
export function stopOf(run: Run): Stop | null {
  const { budget } = run.task
  const { attempts, open, spent } = run
  if (isReached(run)) return 'target'
  if (budget.attempts !== undefined && attempts.length + open.length > budget.attempts) return 'attempts'
  if (budget.time !== undefined && spent.seconds >= budget.time - reserve(run)) return 'time'
  if (budget.cost !== undefined && spent.usd >= budget.cost) return 'cost'
  if (budget.tokens !== undefined && spent.tokens >= budget.tokens) return 'tokens'
  return run.exhausted
}

/** The budget in which a call that may take so much does not fit, beside what is spent and what other calls have reserved; null where it does. */
export function lacking({ task: { budget }, spent, reserved }: Run, most: Reservation): 'cost' | 'tokens' | null {
  const held = Object.values(reserved)
  const tokens = spent.tokens + held.reduce((sum, one) => sum + one.tokens, 0) + most.tokens
  const usd = spent.usd + held.reduce((sum, one) => sum + (one.usd ?? 0), 0) + (most.usd ?? 0)
  if (budget.cost !== undefined && usd > budget.cost) return 'cost'
  return budget.tokens !== undefined && tokens > budget.tokens ? 'tokens' : null
}

/**
 * Seconds kept back so that a champion can still be confirmed: three pairs of trials and the hold-out of both sides, as the baseline's trial took; and delivered, as
 * the longest delivery took. At most a fifth of the time.
 */
export function reserve({ attempts, deliveries, task }: Run): number {
  const baseline = attempts[0]?.evaluation
  const trial = baseline
    ? (baseline.seconds.execute + baseline.seconds.evaluate) / Math.max(1, baseline.samples.length)
    : 0
  const delivery = Math.max(0, ...deliveries.map(({ seconds }) => seconds))
  return Math.min(trial * (task.holdout ? 8 : 6) + delivery, (task.budget.time ?? 0) / 5)
}
