import { NAME, type Outline, wordsOf } from './outline.ts'

/** A file of the program in the order of its relevance; `worth` tells the relevance of each of its landmarks. */
export type Ranked = { outline: Outline; rank: number; worth: number[] }

/** Names that stand in more files than this are nobody's in particular. */
const COMMON = 8
const [ROUNDS, RESTART] = [30, 0.4]
/** The share of the start that files get whether they match or not. */
const EVEN = 0.05
/** A name of several words is seldom used for two things; how much less a plain one counts. */
const COMPOUND = /[a-z0-9][A-Z]|[a-zA-Z0-9]_[a-zA-Z0-9]/
const PLAIN = 0.2
/** How much more a reference counts whose name the step speaks of. */
const SPOKEN = 10

/**
 * Ranks files by their relevance to a text: a personalised PageRank (Page et al., 1998; Haveliwala, 2002) over references between files, as in Aider's repository
 * map (2023), that starts anew at the files which match the text by BM25 (Robertson et al., 1994). The most relevant come first; pure.
 */
export function rankFiles(outlines: readonly Outline[], about: string): Ranked[] {
  const words = new Set(wordsOf(about))
  const spoken = new Set(about.match(NAME) ?? [])
  const weight = rarity(outlines, words)
  const matches = likenesses(outlines, weight)
  const links = referencesOf(outlines, spoken)
  // Squared, so that thousands of files that share a common word do not outweigh the few that match well.
  const start = normalised(matches.map((one) => one ** 2)).map((one) => (1 - EVEN) * one + EVEN / outlines.length)
  let rank = start
  const out = outlines.map((_, from) => links[from]?.reduce((sum, { share }) => sum + share, 0) ?? 0)
  for (let round = 0; round < ROUNDS; round++) {
    const next = start.map((one) => one * RESTART)
    for (const [from, edges] of links.entries()) {
      const flow = ((1 - RESTART) * (rank[from] ?? 0)) / (out[from] || 1)
      // What refers to nothing begins anew.
      if (edges.length === 0)
        for (const [to, one] of start.entries()) next[to] = (next[to] ?? 0) + (1 - RESTART) * (rank[from] ?? 0) * one
      for (const { to, share } of edges) next[to] = (next[to] ?? 0) + flow * share
    }
    rank = next
  }
  const called = callsTo(links)
  return outlines
    .map((outline, index) => ({
      outline,
      rank: rank[index] ?? 0,
      worth: outline.landmarks.map(
        ({ name }) =>
          Math.sqrt(called.get(`${index} ${name}`) ?? 0) * 0.1 +
          wordsOf(name).reduce((sum, word) => sum + (weight.get(word) ?? 0), 0) +
          (spoken.has(name) ? SPOKEN : 0),
      ),
    }))
    .toSorted((a, b) => b.rank - a.rank || (a.outline.path < b.outline.path ? -1 : 1))
}

/** How rare each of the words is among the files; words that stand in none are left out. */
function rarity(outlines: readonly Outline[], words: ReadonlySet<string>): Map<string, number> {
  const found = new Map<string, number>()
  for (const word of words) {
    const files = outlines.filter((outline) => outline.words.has(word)).length
    if (files > 0) found.set(word, Math.log(1 + (outlines.length - files + 0.5) / (files + 0.5)))
  }
  return found
}

/** How well each file matches the words, by BM25 with its usual constants. */
function likenesses(outlines: readonly Outline[], weight: ReadonlyMap<string, number>): number[] {
  const usual = outlines.reduce((sum, { length }) => sum + length, 0) / Math.max(1, outlines.length)
  return outlines.map(({ words, length }) =>
    [...weight].reduce((sum, [word, rare]) => {
      const times = words.get(word) ?? 0
      return sum + (rare * times * 2.2) / (times + 1.2 * (0.25 + (0.75 * length) / Math.max(1, usual)))
    }, 0),
  )
}

type Reference = { to: number; name: string; share: number }

/** Which files mention what others define. */
function referencesOf(outlines: readonly Outline[], spoken: ReadonlySet<string>): Reference[][] {
  const definers = new Map<string, number[]>()
  for (const [index, { landmarks }] of outlines.entries())
    for (const name of new Set(landmarks.map((one) => one.name))) {
      const known = definers.get(name)
      if (known) known.push(index)
      else definers.set(name, [index])
    }
  const users = new Map<string, number>()
  for (const { names } of outlines) for (const name of names.keys()) users.set(name, (users.get(name) ?? 0) + 1)
  return outlines.map(({ names }, from) =>
    [...names].flatMap(([name, times]) => {
      const there = definers.get(name) ?? []
      if (there.length > COMMON || there.includes(from)) return []
      const rare = Math.log(1 + outlines.length / (users.get(name) ?? 1)) * (COMPOUND.test(name) ? 1 : PLAIN)
      const share = (Math.sqrt(times) * rare * (spoken.has(name) ? SPOKEN : 1)) / there.length
      return there.map((to) => ({ to, name, share }))
    }),
  )
}

function callsTo(links: readonly (readonly Reference[])[]): Map<string, number> {
  const calls = new Map<string, number>()
  for (const { to, name, share } of links.flat()) {
    const key = `${to} ${name}`
    calls.set(key, (calls.get(key) ?? 0) + share)
  }
  return calls
}

function normalised(values: readonly number[]): number[] {
  const sum = values.reduce((all, one) => all + one, 0)
  return values.map((one) => (sum > 0 ? one / sum : 1 / values.length))
}

/** Landmarks of a file in a map at most. */
const SHOWN = 12

/**
 * The map of ranked files in at most `limit` characters: each with its most relevant landmarks, in the order in which they stand; then files by name alone, then how
 * many are left. `note` is said of a file behind its name.
 */
export function mapText(ranked: readonly Ranked[], limit: number, note: (path: string) => string = () => ''): string {
  const shown: string[] = []
  let left = limit
  for (const [index, { outline, worth }] of ranked.entries()) {
    const best = [...outline.landmarks.keys()].toSorted((a, b) => (worth[b] ?? 0) - (worth[a] ?? 0)).slice(0, SHOWN)
    const lines = best
      .toSorted((a, b) => a - b)
      .flatMap((one) => outline.landmarks[one] ?? [])
      .map(({ line, head }) => `  ${line}: ${head}`)
    const name = `${outline.path} (${outline.lines} lines${note(outline.path)})`
    const text = [name, ...lines].join('\n')
    const fits = text.length < left ? text : name
    if (fits.length >= left) {
      shown.push(`(and ${ranked.length - index} further files)`)
      break
    }
    shown.push(fits)
    left -= fits.length + 1
  }
  return shown.join('\n')
}

/**
 * The most relevant parts of a text in about `limit` characters: whole landmarks by their worth, outermost ones that do not fit by those inside them.
 * Gives spans of lines, first and last, in order and joined where they touch.
 */
export function partsOf({ outline, worth }: Ranked, text: string, limit: number): { from: number; to: number }[] {
  const lines = text.split('\n')
  const sizeOf = (from: number, to: number) => lines.slice(from - 1, to).reduce((sum, line) => sum + line.length + 1, 0)
  const order = [...outline.landmarks.keys()].toSorted((a, b) => (worth[b] ?? 0) - (worth[a] ?? 0) || a - b)
  const head = Math.min(20, lines.length)
  const spans = [{ from: 1, to: head }]
  let left = limit - sizeOf(1, head)
  for (const index of order) {
    const mark = outline.landmarks[index]
    if (!mark || spans.some(({ from, to }) => from <= mark.line && to >= mark.to)) continue
    const size = sizeOf(mark.line, mark.to)
    if (size > left) continue
    spans.push({ from: mark.line, to: mark.to })
    left -= size
  }
  const joined: { from: number; to: number }[] = []
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last && span.from <= last.to + 2) last.to = Math.max(last.to, span.to)
    else joined.push({ ...span })
  }
  return joined
}
