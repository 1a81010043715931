import type { Lesson } from '../records/lesson.ts'
import { wordsOf } from '../records/words.ts'

/** An index from words to what holds them, ranked by BM25 (Robertson and Zaragoza, "The probabilistic relevance framework", 2009; k1 = 1.2, b = 0.75). */
export type WordIndex = {
  set(id: string, text: string): void
  delete(id: string): void
  /** What shares words with the text, with its score, in no order. */
  rank(text: string): Map<string, number>
}

const [K1, B] = [1.2, 0.75]

export function openWordIndex(): WordIndex {
  const holders = new Map<string, Map<string, number>>()
  const sizes = new Map<string, { size: number; words: string[] }>()
  let total = 0
  const remove = (id: string) => {
    const own = sizes.get(id)
    if (!own) return
    total -= own.size
    sizes.delete(id)
    for (const word of own.words) holders.get(word)?.delete(id)
  }
  return {
    delete: remove,
    set(id, text) {
      remove(id)
      const words = wordsOf(text)
      for (const word of words) {
        const own = holders.get(word) ?? new Map<string, number>()
        own.set(id, (own.get(id) ?? 0) + 1)
        holders.set(word, own)
      }
      sizes.set(id, { size: words.length, words: [...new Set(words)] })
      total += words.length
    },
    rank(text) {
      const scores = new Map<string, number>()
      const mean = total / Math.max(1, sizes.size)
      for (const word of new Set(wordsOf(text))) {
        const own = holders.get(word)
        if (!own || own.size === 0) continue
        const rare = Math.log(1 + (sizes.size - own.size + 0.5) / (own.size + 0.5))
        for (const [id, count] of own) {
          const long = 1 - B + (B * (sizes.get(id)?.size ?? 0)) / Math.max(1, mean)
          scores.set(id, (scores.get(id) ?? 0) + (rare * count * (K1 + 1)) / (count + K1 * long))
        }
      }
      return scores
    },
  }
}

/** The share of words from which two lessons of a kind say the same. */
const LIKE = 0.75

/** Whether two lessons say the same in nearly the same words (Jaccard over stems), and are of a kind. Numbers tell lessons apart. */
export function areAlike(a: Lesson, b: Lesson): boolean {
  if (a.kind !== b.kind) return false
  const [one, other] = [a, b].map(({ when, advice }) => new Set(wordsOf(`${when} ${advice}`)))
  if (!one || !other) return false
  const numbers = (words: ReadonlySet<string>) =>
    [...words]
      .filter((word) => /^\d+$/.test(word))
      .toSorted()
      .join(' ')
  const shared = [...one].filter((word) => other.has(word)).length
  return shared / Math.max(1, one.size + other.size - shared) >= LIKE && numbers(one) === numbers(other)
}
