import type { Idea } from '../records/idea.ts'

type Text = Pick<Idea, 'title' | 'plan'>
type Counts = ReadonlyMap<string, number>

const known = new WeakMap<Text, Counts>()

/** How often each word and each pair of neighbouring words stands in an idea's title and plan. Kept by idea: plans may be long. */
function termsOf(idea: Text): Counts {
  const before = known.get(idea)
  if (before) return before
  const words = `${idea.title}\n${idea.plan}`.toLowerCase().match(/[\p{L}\p{N}_.]+/gu) ?? []
  const counts = new Map<string, number>()
  for (const [index, word] of words.entries()) {
    counts.set(word, (counts.get(word) ?? 0) + 1)
    const pair = `${words[index - 1] ?? ''} ${word}`
    counts.set(pair, (counts.get(pair) ?? 0) + 1)
  }
  known.set(idea, counts)
  return counts
}

/**
 * How like each of `others` an idea is, from 0 to 1: the cosine of their terms, each weighed by how few of them all hold it
 * (TF-IDF; Salton and Buckley, 1988). Numbers are terms too, so that the same plan with another value is less than the same.
 */
export function likeness(idea: Text, others: readonly Text[]): number[] {
  const all = [idea, ...others].map(termsOf)
  const holders = new Map<string, number>()
  for (const counts of all) for (const term of counts.keys()) holders.set(term, (holders.get(term) ?? 0) + 1)
  const weight = (term: string) => Math.log(1 + all.length / (holders.get(term) ?? 1))
  const lengthOf = (counts: Counts) => {
    let sum = 0
    for (const [term, count] of counts) sum += (count * weight(term)) ** 2
    return Math.sqrt(sum)
  }
  const [own, ...rest] = all
  if (!own) return []
  const length = lengthOf(own)
  return rest.map((counts) => {
    let sum = 0
    for (const [term, count] of own) sum += count * (counts.get(term) ?? 0) * weight(term) ** 2
    const both = length * lengthOf(counts)
    return both === 0 ? 0 : Math.min(1, sum / both)
  })
}
