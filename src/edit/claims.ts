import type { Claim } from '../records/claim.ts'

/** Claims of an attempt at most, and of one section; characters of a claim and of its quote. */
const [MOST, OF_SECTION, LONGEST] = [24, 6, 400]
/** Signs that a quote needs, white space not counted: less bears nothing out. */
const LEAST = 8

/**
 * The claims that the program bears out: those whose quote stands in the file that they name, white space aside. Newer ones (at the end) take the place of older
 * ones with the same quote, and of the oldest where there are too many.
 */
export async function standing(
  claims: readonly Claim[],
  read: (path: string) => Promise<string | null>,
): Promise<Claim[]> {
  const files = new Map<string, Promise<string | null>>()
  const plainFile = (path: string) => {
    const known = files.get(path) ?? read(path).then((text) => (text === null ? null : plain(text)))
    files.set(path, known)
    return known
  }
  const kept: Claim[] = []
  const quotes = new Set<string>()
  for (const { section, claim, path, quote } of claims.toReversed()) {
    const one = { section, claim: claim.trim(), path: path.replace(/^\.\//, ''), quote: quote.trim() }
    const bare = plain(one.quote)
    const key = `${one.path} ${bare}`
    if (one.claim === '' || one.claim.length > LONGEST || one.quote.length > LONGEST || quotes.has(key)) continue
    if (bare.replaceAll(' ', '').length < LEAST || kept.length >= MOST) continue
    if (kept.filter((other) => other.section === section).length >= OF_SECTION) continue
    if (!(await plainFile(one.path))?.includes(bare)) continue
    quotes.add(key)
    kept.push(one)
  }
  return kept.reverse()
}

const plain = (text: string) => text.replace(/\s+/g, ' ').trim()
