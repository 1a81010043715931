/** The stem of an English word in lower case. M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980. */
export function stem(word: string): string {
  if (word.length < 3 || !/^[a-z]+$/.test(word)) return word
  return [plurals, pastAndPresent, finalY, doubleSuffixes, simpleSuffixes, lastSuffixes, tidy].reduce(
    (left, step) => step(left),
    word,
  )
}

const isVowel = (word: string, at: number): boolean => {
  const letter = word[at] ?? ''
  return 'aeiou'.includes(letter) || (letter === 'y' && at > 0 && !isVowel(word, at - 1))
}

/** Porter's m: how often a run of vowels is followed by consonants. */
function measure(word: string): number {
  let count = 0
  for (let at = 1; at < word.length; at++) if (!isVowel(word, at) && isVowel(word, at - 1)) count++
  return count
}

const hasVowel = (word: string) => [...word].some((_, at) => isVowel(word, at))
const endsDouble = (word: string) => word.at(-1) === word.at(-2) && !isVowel(word, word.length - 1)

/** Consonant, vowel, consonant at the end, the last not w, x or y: "hop", but not "snow". */
function endsShort(word: string): boolean {
  const last = word.length - 1
  return (
    last >= 2 && !isVowel(word, last) && isVowel(word, last - 1) && !isVowel(word, last - 2) && !/[wxy]$/.test(word)
  )
}

function plurals(word: string): string {
  if (/(ss|i)es$/.test(word)) return word.slice(0, -2)
  return /[^s]s$/.test(word) ? word.slice(0, -1) : word
}

function pastAndPresent(word: string): string {
  if (word.endsWith('eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word
  const root = /^(.+)(?:ed|ing)$/.exec(word)?.[1]
  if (root === undefined || !hasVowel(root)) return word
  if (/(at|bl|iz)$/.test(root)) return `${root}e`
  if (endsDouble(root) && !/[lsz]$/.test(root)) return root.slice(0, -1)
  return measure(root) === 1 && endsShort(root) ? `${root}e` : root
}

const finalY = (word: string) => (word.endsWith('y') && hasVowel(word.slice(0, -1)) ? `${word.slice(0, -1)}i` : word)

/** The longest suffix of a table gives way to its replacement where what is left is long enough. */
function replacing(table: Readonly<Record<string, string>>, least: number): (word: string) => string {
  const suffixes = Object.keys(table).toSorted((a, b) => b.length - a.length)
  return (word) => {
    const suffix = suffixes.find((one) => word.endsWith(one))
    if (suffix === undefined) return word
    const root = word.slice(0, word.length - suffix.length)
    return measure(root) >= least ? root + table[suffix] : word
  }
}

const doubleSuffixes = replacing(
  {
    ational: 'ate',
    tional: 'tion',
    enci: 'ence',
    anci: 'ance',
    izer: 'ize',
    abli: 'able',
    alli: 'al',
    entli: 'ent',
    eli: 'e',
    ousli: 'ous',
    ization: 'ize',
    ation: 'ate',
    ator: 'ate',
    alism: 'al',
    iveness: 'ive',
    fulness: 'ful',
    ousness: 'ous',
    aliti: 'al',
    iviti: 'ive',
    biliti: 'ble',
  },
  1,
)
const simpleSuffixes = replacing({ icate: 'ic', ative: '', alize: 'al', iciti: 'ic', ical: 'ic', ful: '', ness: '' }, 1)

const LAST = /(ement|ment|ance|ence|able|ible|ent|ant|ism|ate|iti|ous|ive|ize|ion|al|er|ic|ou)$/

function lastSuffixes(word: string): string {
  const suffix = LAST.exec(word)?.[0]
  if (suffix === undefined) return word
  const root = word.slice(0, -suffix.length)
  return measure(root) > 1 && (suffix !== 'ion' || /[st]$/.test(root)) ? root : word
}

function tidy(word: string): string {
  const root = word.slice(0, -1)
  if (word.endsWith('e') && (measure(root) > 1 || (measure(root) === 1 && !endsShort(root)))) return root
  return word.endsWith('ll') && measure(word) > 1 ? root : word
}
