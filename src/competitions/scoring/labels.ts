import { Invalid } from './csv.ts'
import { mean } from './numbers.ts'

/** Metrics over one column of labels. Labels that are numbers or truth values have been brought to one spelling: `1`, not `1.0` or `True`. */
export type OverLabels = (truth: readonly string[], given: readonly string[]) => number

export const accuracy: OverLabels = (truth, given) => mean(truth.map((one, at) => (one === given[at] ? 1 : 0)))

type Counts = { right: number; given: number; true: number }

function counted(truth: readonly string[], given: readonly string[]): Map<string, Counts> {
  const counts = new Map<string, Counts>()
  const of = (label: string): Counts => {
    const found = counts.get(label) ?? { right: 0, given: 0, true: 0 }
    counts.set(label, found)
    return found
  }
  for (const [at, label] of truth.entries()) {
    const said = given[at] ?? ''
    of(label).true++
    of(said).given++
    if (said === label) of(label).right++
  }
  return counts
}

/** The mean recall over the classes that the answers hold. */
export const balancedAccuracy: OverLabels = (truth, given) =>
  mean([...counted(truth, given).values()].filter((one) => one.true > 0).map((one) => one.right / one.true))

/** Twice the right ones over all given and all true ones; 0 where there are neither. */
const f1 = ({ right, given, true: all }: Counts): number => (given + all === 0 ? 0 : (2 * right) / (given + all))

/** F1 of the class 1. Throws Invalid where the answers have other labels than 0 and 1. */
export const f1Binary: OverLabels = (truth, given) => {
  const counts = counted(truth, given)
  const odd = truth.find((label) => label !== '0' && label !== '1')
  if (odd !== undefined)
    throw new Invalid(`F1 of two classes is asked for, and the answers hold ${JSON.stringify(odd)}`)
  return f1(counts.get('1') ?? { right: 0, given: 0, true: 0 })
}

export const f1Macro: OverLabels = (truth, given) => mean([...counted(truth, given).values()].map(f1))

export const f1Weighted: OverLabels = (truth, given) =>
  [...counted(truth, given).values()].reduce((sum, one) => sum + f1(one) * one.true, 0) / truth.length

/** With one label to a row, micro-averaged F1 is accuracy. */
export const f1Micro: OverLabels = accuracy

/** Matthews' correlation for any number of classes (Gorodkin 2004); 0 where a side has one class alone. */
export const mcc: OverLabels = (truth, given) => {
  const counts = [...counted(truth, given).values()]
  const n = truth.length
  const sum = (of: (one: Counts) => number) => counts.reduce((total, one) => total + of(one), 0)
  const right = sum((one) => one.right)
  const top = right * n - sum((one) => one.given * one.true)
  const below = (n * n - sum((one) => one.given ** 2)) * (n * n - sum((one) => one.true ** 2))
  return below === 0 ? 0 : top / Math.sqrt(below)
}

/** Cohen's kappa; with `weigh`, of how far apart two classes are. 1 where all agree on one class. */
function kappa(truth: readonly string[], given: readonly string[], weigh: (a: string, b: string) => number): number {
  const counts = [...counted(truth, given)]
  const n = truth.length
  const seen = truth.reduce((sum, one, at) => sum + weigh(one, given[at] ?? ''), 0)
  const expected = counts.reduce(
    (sum, [a, left]) =>
      sum + counts.reduce((inner, [b, right]) => inner + (weigh(a, b) * left.true * right.given) / n, 0),
    0,
  )
  return expected === 0 ? 1 : 1 - seen / expected
}

export const cohensKappa: OverLabels = (truth, given) => kappa(truth, given, (a, b) => (a === b ? 0 : 1))

/** Kappa with the squared distance of ratings as the weight. Throws Invalid where a label is no whole number. */
export const quadraticKappa: OverLabels = (truth, given) => {
  const odd = [...truth, ...given].find((label) => !/^-?\d+$/.test(label))
  if (odd !== undefined)
    throw new Invalid(`${JSON.stringify(odd)} is not a whole number, and ratings are compared by their distance`)
  return kappa(truth, given, (a, b) => (Number(a) - Number(b)) ** 2)
}
