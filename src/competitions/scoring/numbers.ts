import { Invalid } from './csv.ts'

/** Metrics over one column of numbers: what is true, and what was given. Both have the same length, at least 1. */
export type OverNumbers = (truth: readonly number[], given: readonly number[]) => number

export const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length

const pairs = (truth: readonly number[], given: readonly number[], of: (t: number, g: number) => number): number[] =>
  truth.map((t, at) => of(t, given[at] ?? Number.NaN))

export const mse: OverNumbers = (truth, given) => mean(pairs(truth, given, (t, g) => (t - g) ** 2))
export const rmse: OverNumbers = (truth, given) => Math.sqrt(mse(truth, given))
export const mae: OverNumbers = (truth, given) => mean(pairs(truth, given, (t, g) => Math.abs(t - g)))

/** The root of the mean squared difference of log(1 + x). Throws Invalid on a number of -1 or less. */
export const rmsle: OverNumbers = (truth, given) => {
  const low = given.find((one) => one <= -1)
  if (low !== undefined) throw new Invalid(`${low} is given, and the logarithm of 1 + ${low} is asked for`)
  return rmse(truth.map(Math.log1p), given.map(Math.log1p))
}

export const medianAe: OverNumbers = (truth, given) => median(pairs(truth, given, (t, g) => Math.abs(t - g)))

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  const [low = Number.NaN, high = low] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]]
  return (low + high) / 2
}

/** The mean of |error| / |truth|, a share and not a percentage. A truth of 0 counts as 2^-52, as in scikit-learn. */
export const mape: OverNumbers = (truth, given) =>
  mean(pairs(truth, given, (t, g) => Math.abs(t - g) / Math.max(Math.abs(t), Number.EPSILON)))

/** The mean of 200 |error| / (|truth| + |given|), from 0 to 200; 0 where both are 0. */
export const smape: OverNumbers = (truth, given) =>
  mean(pairs(truth, given, (t, g) => (t === g ? 0 : (200 * Math.abs(t - g)) / (Math.abs(t) + Math.abs(g)))))

/** The coefficient of determination. Where the truth is constant: 1 for a perfect answer, 0 for any other. */
export const r2: OverNumbers = (truth, given) => {
  const centre = mean(truth)
  const total = truth.reduce((sum, t) => sum + (t - centre) ** 2, 0)
  const left = mse(truth, given) * truth.length
  if (total === 0) return left === 0 ? 1 : 0
  return 1 - left / total
}

/** Pearson's correlation; 0 where a side is constant, which correlates with nothing. */
export const pearson: OverNumbers = (truth, given) => {
  const [a, b] = [mean(truth), mean(given)]
  const [both, one, other] = truth.reduce<[number, number, number]>(
    ([sum, left, right], t, at) => {
      const [x, y] = [t - a, (given[at] ?? Number.NaN) - b]
      return [sum + x * y, left + x * x, right + y * y]
    },
    [0, 0, 0],
  )
  return one === 0 || other === 0 ? 0 : Math.max(-1, Math.min(1, both / Math.sqrt(one * other)))
}

export const spearman: OverNumbers = (truth, given) => pearson(ranks(truth), ranks(given))

/** Ranks from 1; those that tie share the mean of theirs. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, at) => at).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const found: number[] = new Array(values.length)
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end++
    for (const at of order.slice(start, end)) found[at] = (start + 1 + end) / 2
  }
  return found
}

/** The area under the ROC curve: the share of pairs of a 1 and a 0 that are in the right order; a tie counts one half. Throws Invalid where there is no such pair. */
export const auc: OverNumbers = (truth, given) => {
  const ones = truth.filter((one) => one === 1).length
  const zeros = truth.length - ones
  if (ones === 0 || zeros === 0) throw new Invalid('the answers are all of one class: there is no ROC curve')
  const sum = ranks(given).reduce((total, rank, at) => (truth[at] === 1 ? total + rank : total), 0)
  return (sum - (ones * (ones + 1)) / 2) / (ones * zeros)
}

const SMALL = 1e-15
const clip = (share: number): number => Math.max(SMALL, Math.min(1 - SMALL, share))

/** Logarithmic loss of the probabilities of a 1, which are kept 1e-15 off 0 and 1. */
export const logLoss: OverNumbers = (truth, given) =>
  -mean(pairs(truth, given, (t, g) => t * Math.log(clip(g)) + (1 - t) * Math.log(1 - clip(g))))

/** The sum over thresholds of precision times the recall gained, as in scikit-learn. Throws Invalid where there is no 1. */
export const averagePrecision: OverNumbers = (truth, given) => {
  const ones = truth.filter((one) => one === 1).length
  if (ones === 0) throw new Invalid('the answers have no 1: there is no precision to average')
  const order = given.map((_, at) => at).sort((a, b) => (given[b] ?? 0) - (given[a] ?? 0))
  let [sum, hits] = [0, 0]
  for (let start = 0, end = 0; start < order.length; start = end) {
    const before = hits
    while (end < order.length && given[order[end] ?? 0] === given[order[start] ?? 0])
      hits += truth[order[end++] ?? 0] === 1 ? 1 : 0
    sum += ((hits - before) / ones) * (hits / end)
  }
  return sum
}

/** The mean over classes of each one's area under the ROC curve against the rest; `given` has a column for each class. */
export function aucOneVersusRest(truth: readonly number[], given: readonly (readonly number[])[]): number {
  return mean(
    given.map((column, one) =>
      auc(
        truth.map((each) => (each === one ? 1 : 0)),
        column,
      ),
    ),
  )
}

/** Logarithmic loss over several classes; each row is divided by its sum first. */
export function logLossOfClasses(truth: readonly number[], given: readonly (readonly number[])[]): number {
  return -mean(
    truth.map((one, row) => {
      const sum = given.reduce((total, column) => total + (column[row] ?? 0), 0)
      return Math.log(clip((given[one]?.[row] ?? 0) / sum))
    }),
  )
}
