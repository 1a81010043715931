import type { Attempt } from '../records/attempt.ts'
import type { Stage } from '../records/evaluation.ts'
import type { Run } from '../records/run.ts'
import { better } from '../records/task.ts'

/** Of the latest fast scores, the better share that earns a full measurement: asynchronous successive halving (ASHA, Li et al., MLSys 2020) with a third. */
const PROMOTED = 1 / 3
/** Fast scores that a new one is held against: older ones speak of weaker programs. */
const WINDOW = 30
/** Attempts measured both ways before their ranks are held against each other, and the least agreement (Kendall's tau) that makes a probe worth while. */
const JUDGED = 8
const LEAST_AGREEMENT = 0.2
/** Attempts measured both ways before their cost is believed more than the task's word. */
const TIMED = 3

type Both = { fast: number; full: number; fastSeconds: number; fullSeconds: number }

/** What an attempt that is opened now must pass, the cheap before the dear. The last one gives its score. */
export function stagesOf(run: Run): Stage[] {
  const { smoke } = run.task.evaluate
  return [...(smoke ? (['smoke'] as const) : []), ...(worthProbing(run) ? (['fast'] as const) : []), 'full']
}

/**
 * Whether a fast measurement comes first: it must cost less than it is likely to save, its ranking must have agreed with the full one so far,
 * and the time must not suffice to measure all that is left in full. The baseline is measured both ways.
 */
export function worthProbing(run: Run): boolean {
  const { fast } = run.task.evaluate
  if (!fast) return false
  if (run.attempts.length === 0) return true
  const both = run.attempts.flatMap(bothOf)
  const sum = (key: 'fastSeconds' | 'fullSeconds') => both.reduce((total, one) => total + one[key], 0)
  const full = sum('fullSeconds')
  const cost = both.length >= TIMED && full > 0 ? sum('fastSeconds') / full : fast.cost
  if (cost + PROMOTED >= 1) return false
  if (both.length >= JUDGED && agreement(both.slice(-WINDOW)) < LEAST_AGREEMENT) return false
  return both.length === 0 || !affordsAll(run, full / both.length)
}

/** Why a fast score does not earn a full measurement; null where it does. */
export function fastDoubt(run: Run, score: number): string | null {
  const { direction } = run.task.evaluate
  const scores = run.attempts.flatMap(({ evaluation }) => fastOf(evaluation) ?? []).slice(-WINDOW)
  const above = scores.filter((one) => better(direction, one, score)).length
  if (scores.length < 1 / PROMOTED || above < PROMOTED * (scores.length + 1)) return null
  return `its fast score ${score} lies behind ${above} of the last ${scores.length}: it was not measured in full`
}

const fastOf = (evaluation: Attempt['evaluation']): number | null =>
  (evaluation?.stage === 'fast' ? evaluation.score : evaluation?.fast?.score) ?? null

function bothOf({ evaluation, score }: Attempt): Both[] {
  if (!evaluation?.fast || score === null) return []
  const { execute, evaluate } = evaluation.seconds
  const { score: fast, seconds: fastSeconds } = evaluation.fast
  return [{ fast, full: score, fastSeconds, fullSeconds: execute + evaluate - fastSeconds }]
}

/** Kendall's tau (1938) between fast and full scores, from -1 to 1. */
function agreement(both: readonly Both[]): number {
  let [sum, pairs] = [0, 0]
  for (const [index, one] of both.entries())
    for (const other of both.slice(index + 1)) {
      sum += Math.sign(one.fast - other.fast) * Math.sign(one.full - other.full)
      pairs++
    }
  return pairs === 0 ? 1 : sum / pairs
}

/** Whether the time that is left pays for a full measurement of every attempt that is left. */
function affordsAll({ attempts, open, spent, task: { budget, search } }: Run, seconds: number): boolean {
  if (budget.time === undefined || budget.attempts === undefined) return false
  const left = budget.attempts + 1 - attempts.length - open.length
  return (left * seconds) / search.parallel <= budget.time - spent.seconds
}
