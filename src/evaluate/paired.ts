import type { Direction } from '../records/task.ts'

/** One fresh seed, tried by both sides. */
export type Pair = { seed: number; challenger: number; holder: number }

/** Chance of crowning an attempt that is no better, over all looks at one challenge. */
const ERROR = 0.01
/** Pairs after which the difference is looked at; each look may spend its share of the error. */
const LOOKS = [3, 5, 8]
export const MOST_PAIRS = 8

/** What pairs tell: how much better the challenger is on average, and how sure that it is better at all. */
export type Difference = { mean: number; confidence: number }

/**
 * The one-sided paired t test (Student 1908) of "the challenger is better": pairing on the seed takes out what the seed does to both.
 * Without any spread the sign of the difference is certain. `pairs` must not be empty; of one pair nothing is known but its sign.
 */
export function differenceOf(pairs: readonly Pair[], direction: Direction): Difference {
  const sign = direction === 'maximize' ? 1 : -1
  const gains = pairs.map(({ challenger, holder }) => sign * (challenger - holder))
  const count = gains.length
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / count
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (count - 1)
  if (count === 1) return { mean, confidence: 0.5 }
  if (variance <= (Number.EPSILON * Math.abs(mean)) ** 2) return { mean, confidence: mean > 0 ? 1 : mean < 0 ? 0 : 0.5 }
  return { mean, confidence: studentBelow(mean / Math.sqrt(variance / count), count - 1) }
}

/** Whether the confidence suffices at the look that these pairs allow. */
export const isSure = (confidence: number): boolean => confidence >= 1 - ERROR / LOOKS.length

/** Whether more pairs are needless: the answer is clear, hopeless at a look, or the pairs are used up. */
export function isSettled(pairs: readonly Pair[], direction: Direction): boolean {
  if (pairs.length >= MOST_PAIRS) return true
  if (!LOOKS.includes(pairs.length)) return false
  const { mean, confidence } = differenceOf(pairs, direction)
  return mean <= 0 || isSure(confidence)
}

/** P(T <= t) of Student's distribution with a whole number of degrees of freedom (Abramowitz and Stegun, 26.7.3 and 26.7.4). */
export function studentBelow(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom))
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)]
  let [term, sum] = [freedom % 2 === 1 ? cosine : 1, 0]
  for (let k = freedom % 2 === 1 ? 1 : 0; k <= freedom - 2; k += 2) {
    sum += term
    term *= (cosine * cosine * (k + 1)) / (k + 2)
  }
  const within = freedom % 2 === 1 ? (2 / Math.PI) * (angle + sine * sum) : sine * sum
  return Math.min(1, Math.max(0, (1 + within) / 2))
}
