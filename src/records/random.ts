/** A source of numbers in [0, 1), the same for the same seed. */
export type Random = () => number

/** mulberry32 by Tommy Ettinger: 32 bits of state, good enough for search, the same on every machine. */
export function seeded(...parts: number[]): Random {
  let state = parts.reduce((hash, part) => Math.imul(hash ^ (part >>> 0), 0x9e3779b1) ^ (hash >>> 15), 0x85ebca6b)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
