import { createHash } from 'node:crypto'

/** Words in a row that count as one feature, and the smallest hashes of a text that stand for it. */
const SHINGLE = 4
const SKETCH = 64

/** The words of a text in small letters: what two texts share when they differ in layout and marks alone. */
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/** A digest that is the same for texts of the same words and signs, whatever their white space. */
export const digestOf = (text: string): string =>
  createHash('sha256')
    .update(text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim())
    .digest('hex')
    .slice(0, 24)

/** The features of a text: hashes of its word shingles. */
export function shinglesOf(text: string): Set<number> {
  const words = wordsOf(text).map(hashOf)
  const shingles = new Set<number>()
  for (let at = 0; at + SHINGLE <= Math.max(words.length, SHINGLE); at++) {
    let hash = 0
    for (let step = 0; step < SHINGLE; step++) hash = mixed(hash, words[at + step] ?? 0)
    shingles.add(hash)
  }
  return shingles
}

/** The share of features that two texts have in common (Jaccard). */
export function likeness(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  let shared = 0
  for (const feature of small) if (large.has(feature)) shared++
  return shared / Math.max(1, a.size + b.size - shared)
}

/**
 * The smallest hashes of a set stand for it: two sets whose likeness is j share about j of them
 * (bottom-k sketch; Broder: On the resemblance and containment of documents, 1997).
 */
export const sketchOf = (shingles: ReadonlySet<number>): number[] =>
  [...shingles].toSorted((a, b) => a - b).slice(0, SKETCH)

/** FNV-1a, 32 bits. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** The finaliser of MurmurHash3 over a running hash: every bit of the sketch's order depends on every word. */
function mixed(hash: number, next: number): number {
  let one = Math.imul(hash, 31) + next
  one = Math.imul(one ^ (one >>> 16), 0x85ebca6b)
  one = Math.imul(one ^ (one >>> 13), 0xc2b2ae35)
  return (one ^ (one >>> 16)) >>> 0
}
