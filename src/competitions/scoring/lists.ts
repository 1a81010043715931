import { mean } from './numbers.ts'

/** Metrics over rows that hold several labels, the likeliest first. */
export type OverLists = (truth: readonly (readonly string[])[], given: readonly (readonly string[])[]) => number

const over =
  (of: (truth: readonly string[], given: readonly string[]) => number): OverLists =>
  (truth, given) =>
    mean(truth.map((labels, row) => of(labels, given[row] ?? [])))

/** Mean average precision over the first `k`: each right label, counted once, adds the precision at its place; divided by the number of right ones, `k` at most. */
export const mapAt = (k: number): OverLists =>
  over((truth, given) => {
    const right = new Set(truth)
    let [sum, hits] = [0, 0]
    const seen = new Set<string>()
    for (const [at, label] of given.slice(0, k).entries()) {
      if (right.has(label) && !seen.has(label)) sum += ++hits / (at + 1)
      seen.add(label)
    }
    return right.size === 0 ? 0 : sum / Math.min(right.size, k)
  })

/** Normalised discounted cumulative gain over the first `k`, where a right label gains 1: 1 / log2(place + 1), against the best order. */
export const ndcgAt = (k: number): OverLists =>
  over((truth, given) => {
    const right = new Set(truth)
    const gain = (at: number) => 1 / Math.log2(at + 2)
    const seen = new Set<string>()
    let sum = 0
    for (const [at, label] of given.slice(0, k).entries()) {
      if (right.has(label) && !seen.has(label)) sum += gain(at)
      seen.add(label)
    }
    const best = Array.from({ length: Math.min(right.size, k) }, (_, at) => gain(at)).reduce((a, b) => a + b, 0)
    return best === 0 ? 0 : sum / best
  })

/** The mean over rows of the F1 of each one's set of labels; two empty sets agree. */
export const f1OfSets: OverLists = over((truth, given) => {
  const [a, b] = [new Set(truth), new Set(given)]
  if (a.size + b.size === 0) return 1
  return (2 * common(a, b)) / (a.size + b.size)
})

/** F1 over all labels of all rows together. */
export const f1OfAllSets: OverLists = (truth, given) => {
  const sets = truth.map((labels, row) => [new Set(labels), new Set(given[row])] as const)
  const right = sets.reduce((sum, [a, b]) => sum + common(a, b), 0)
  const all = sets.reduce((sum, [a, b]) => sum + a.size + b.size, 0)
  return all === 0 ? 1 : (2 * right) / all
}

/** How many members two sets share. */
export const common = (a: ReadonlySet<string>, b: ReadonlySet<string>): number =>
  [...a].filter((one) => b.has(one)).length
