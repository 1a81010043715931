/** Where something stands in one ranked list: "words #3". */
export type Standing = { list: string; rank: number }
export type Fused<T> = { item: T; score: number; standings: Standing[] }

/** The constant of reciprocal rank fusion as its authors give it. */
const DAMPING = 60

/**
 * Fuses ranked lists into one, best first: an item's score is the sum of 1 / (60 + rank) over the lists that hold it (Cormack, Clarke, Büttcher, "Reciprocal rank fusion
 * outperforms Condorcet and individual rank learning methods", SIGIR 2009). An item that stands twice in a list counts where it stands first. Ties keep the order of the lists.
 */
export function fuse<T>(lists: Readonly<Record<string, readonly T[]>>): Fused<T>[] {
  const fused = new Map<T, Fused<T>>()
  for (const [list, items] of Object.entries(lists))
    for (const [index, item] of [...new Set(items)].entries()) {
      const one = fused.get(item) ?? { item, score: 0, standings: [] }
      one.score += 1 / (DAMPING + index + 1)
      one.standings.push({ list, rank: index + 1 })
      fused.set(item, one)
    }
  return [...fused.values()].toSorted((a, b) => b.score - a.score)
}
