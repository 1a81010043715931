import { stem } from './stem.ts'

/** Words that say nothing of what a text is about: the articles, pronouns, prepositions, conjunctions and auxiliaries of English. */
const STOP = new Set(
  `a about above after again against all also am an and any are as at be because been before being below between both but by can cannot
  could did do does doing done down during each either else ever few for from further had has have having he her here hers him his how i
  if in into is it its itself just may me might more most must my neither no nor not now of off on once only or other our ours out over
  own per same shall she should since so some such than that the their theirs them then there these they this those through thus to too
  under until up upon us very via was we were what when where whether which while who whom whose why will with within without would yet
  you your yours`.split(/\s+/),
)

const LONGEST = 40

/**
 * The words of a text as they are indexed: folded to lower case without accents, stemmed, stop words left out. An identifier
 * counts whole and by its parts: `maxPoolSize` is also max, pool and size.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = []
  for (const [token] of text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .matchAll(/[\p{L}\p{N}_]+/gu)) {
    const parts = token
      .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1_$2')
      .split('_')
      .filter((part) => part !== '')
    for (const part of parts.length > 1 ? [parts.join(''), ...parts] : parts) {
      const word = part.toLowerCase()
      if (word.length <= LONGEST && !STOP.has(word)) words.push(stemmed(word))
    }
  }
  return words
}

const CACHED = 100_000
const stems = new Map<string, string>()

function stemmed(word: string): string {
  const known = stems.get(word)
  if (known !== undefined) return known
  if (stems.size >= CACHED) stems.clear()
  const made = stem(word)
  stems.set(word, made)
  return made
}
