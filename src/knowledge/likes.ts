import type { Page } from '../records/page.ts'
import { digestOf, likeness, shinglesOf, sketchOf } from './likeness.ts'

/** From this share of word shingles in common on, two pages say the same. */
export const SAME = 0.85
/** From here to there a model is asked, where there is one. */
export const ALIKE = 0.35
/** Pages that share a hash beyond which it tells nothing: a licence's words, say. */
const COMMON = 200

export type Like = { id: string; likeness: number }

/** Pages, found by what they say. */
export type Likes = {
  add(page: Page): void
  remove(id: string): void
  /** The page of the same type with the same words and signs; null where there is none. */
  equal(page: Page): string | null
  /** Pages of the same type that share at least this much of their words' shingles with it, the nearest first. */
  near(page: Page, least: number, among?: ReadonlySet<string>): Like[]
}

/** Opens an index over no pages yet. */
export function openLikes(): Likes {
  const pages = new Map<string, Page>()
  const byDigest = new Map<string, string>()
  const byHash = new Map<string, Map<number, string[]>>()
  const digest = ({ type, body }: Page) => `${type} ${digestOf(body)}`
  return {
    add(page) {
      pages.set(page.id, page)
      const own = digest(page)
      if (!byDigest.has(own)) byDigest.set(own, page.id)
      const hashes = byHash.get(page.type) ?? new Map<number, string[]>()
      byHash.set(page.type, hashes)
      for (const hash of sketchOf(shinglesOf(page.body))) {
        const ids = hashes.get(hash)
        if (!ids) hashes.set(hash, [page.id])
        else if (ids.length < COMMON) ids.push(page.id)
      }
    },
    remove(id) {
      const page = pages.get(id)
      if (page && byDigest.get(digest(page)) === id) byDigest.delete(digest(page))
      pages.delete(id)
    },
    equal: (page) => byDigest.get(digest(page)) ?? null,
    near(page, least, among) {
      const own = shinglesOf(page.body)
      const shared = new Map<string, number>()
      const sketch = sketchOf(own)
      for (const hash of sketch)
        for (const id of byHash.get(page.type)?.get(hash) ?? [])
          if (pages.has(id) && (!among || among.has(id))) shared.set(id, (shared.get(id) ?? 0) + 1)
      return [...shared]
        .filter(([, count]) => count >= (least / 2) * sketch.length)
        .flatMap(([id]) => {
          const other = pages.get(id)
          return other ? [{ id, likeness: likeness(own, shinglesOf(other.body)) }] : []
        })
        .filter((like) => like.likeness >= least)
        .toSorted((a, b) => b.likeness - a.likeness || (a.id < b.id ? -1 : 1))
    },
  }
}
