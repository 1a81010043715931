import { studentBelow } from './paired.ts'

/** A mean with its 95 % interval; the bounds are null where one value says nothing of the spread. */
export type Interval = { count: number; mean: number; low: number | null; high: number | null }

/** Paired differences: their mean with its interval, the chance `p` of one as large where there is none (two-sided paired t test), and who won how often. */
export type Comparison = Interval & { p: number | null; wins: number; ties: number; losses: number }

/** The mean with Student's t interval: the mean of so many runs lies outside it once in twenty where runs are about normal. `values` must not be empty. */
export function intervalOf(values: readonly number[]): Interval {
  const { count, mean, error } = spreadOf(values)
  if (error === null) return { count, mean, low: null, high: null }
  const reach = studentQuantile(0.975, count - 1) * error
  return { count, mean, low: mean - reach, high: mean + reach }
}

/** Holds differences against nought. `differences` must not be empty. */
export function comparisonOf(differences: readonly number[]): Comparison {
  const { count, mean, error } = spreadOf(differences)
  const sure =
    error === null ? null : error === 0 ? (mean === 0 ? 0.5 : 1) : studentBelow(Math.abs(mean) / error, count - 1)
  return {
    ...intervalOf(differences),
    p: sure === null ? null : 2 * (1 - sure),
    wins: differences.filter((one) => one > 0).length,
    ties: differences.filter((one) => one === 0).length,
    losses: differences.filter((one) => one < 0).length,
  }
}

/** Chances raised so that the smallest of them is still honest when many were looked at (Holm 1979). */
export function holm(chances: readonly (number | null)[]): (number | null)[] {
  const order = chances.flatMap((p, at) => (p === null ? [] : [{ p, at }])).toSorted((a, b) => a.p - b.p)
  const raised: (number | null)[] = chances.map(() => null)
  let floor = 0
  order.forEach(({ p, at }, rank) => {
    floor = Math.max(floor, Math.min(1, p * (order.length - rank)))
    raised[at] = floor
  })
  return raised
}

/** The t below which Student's distribution has the share `below` (above one half), by bisection. */
export function studentQuantile(below: number, freedom: number): number {
  let [low, high] = [0, 1]
  while (studentBelow(high, freedom) < below) high *= 2
  for (let round = 0; round < 80; round++) {
    const middle = (low + high) / 2
    if (studentBelow(middle, freedom) < below) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function spreadOf(values: readonly number[]): { count: number; mean: number; error: number | null } {
  const count = values.length
  const [first = Number.NaN] = values
  // Around the first value, so that equal ones give just that.
  const mean = first + values.reduce((sum, value) => sum + (value - first), 0) / count
  if (count < 2) return { count, mean, error: null }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
  return { count, mean, error: Math.sqrt(variance / count) }
}
