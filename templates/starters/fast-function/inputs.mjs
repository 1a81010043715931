/** A small seeded generator of random numbers in [0, 1): mulberry32's scheme of a Weyl sequence and a mixing function. */
export function randomFrom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const ALPHABETS = ['abcdefghijklmnopqrstuvwxyz', 'ab', 'etaoinshr', 'aäbcdéfgß語中😀', '01234567']

/** Words that share stems, as words do, and queries that are words with a few slips. */
export function cases(random, { queries, count, longest, alphabet, k }) {
  const below = (n) => Math.floor(random() * n)
  const letters = [...alphabet]
  const stem = (length) => Array.from({ length }, () => letters[below(letters.length)]).join('')
  const stems = Array.from({ length: 12 }, () => stem(1 + below(longest / 2)))
  const word = () => (stems[below(stems.length)] + stem(below(longest / 2 + 1))).slice(0, longest)
  const slip = (text) => {
    const at = below(text.length + 1)
    return text.slice(0, at) + (random() < 0.5 ? stem(1) : '') + text.slice(at + (random() < 0.5 ? 1 : 0))
  }
  return Array.from({ length: queries }, () => {
    const words = Array.from({ length: count }, word)
    const query = random() < 0.7 && count > 0 ? slip(slip(words[below(count)])) : word()
    return { query, words, k }
  })
}

/**
 * The same cases with their letters exchanged for others: as much work and the same distances, but nothing that a cache
 * of earlier answers could know.
 */
export function relabel(random, batch, alphabet) {
  const letters = [...alphabet]
  const others = [...letters]
  for (let i = others.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[others[i], others[j]] = [others[j], others[i]]
  }
  const other = new Map(letters.map((letter, index) => [letter, others[index]]))
  const change = (text) => [...text].map((letter) => other.get(letter)).join('')
  return batch.map(({ query, words, k }) => ({ query: change(query), words: words.map(change), k }))
}

/** A seed from $ANNEAL_SEED, or a new one each time. */
export function seedFrom(text) {
  if (!text) return Math.floor(Math.random() * 2 ** 32)
  let hash = 2166136261
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619)
  return hash >>> 0
}
