import { common } from './lists.ts'
import { mean } from './numbers.ts'

/** Metrics over one column of texts. */
export type OverTexts = (truth: readonly string[], given: readonly string[]) => number

/** The mean number of characters that must be put in, taken out or replaced. */
export const levenshtein: OverTexts = (truth, given) => mean(truth.map((text, row) => distance(text, given[row] ?? '')))

function distance(from: string, to: string): number {
  const [a, b] = [[...from], [...to]]
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (const [at, letter] of a.entries()) {
    const next = [at + 1]
    for (const [to, other] of b.entries())
      next.push(Math.min((row[to + 1] ?? 0) + 1, (next[to] ?? 0) + 1, (row[to] ?? 0) + (letter === other ? 0 : 1)))
    row = next
  }
  return row[b.length] ?? 0
}

/** The mean share of words, in lower case, that both texts have of those that either has. */
export const jaccard: OverTexts = (truth, given) =>
  mean(
    truth.map((text, row) => {
      const [a, b] = [wordsOf(text), wordsOf(given[row] ?? '')]
      const both = common(a, b)
      return a.size + b.size === 0 ? 1 : both / (a.size + b.size - both)
    }),
  )

const wordsOf = (text: string) => new Set(text.toLowerCase().split(/\s+/).filter(Boolean))
