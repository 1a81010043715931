import type { PageType } from '../../records/page.ts'
import { type Document, type Piece, type Section, Unreadable } from './document.ts'
import { fenced } from './notebook.ts'
import { LARGEST, markdownSections, pack, paragraphs } from './sections.ts'

/** A named part of a source text: characters `from` to before `to`. */
export type Definition = { name: string; from: number; to: number }
/** The definitions of a code file, outermost first; none where the language is not known. */
export type DefinitionsOf = (path: string, text: string) => Definition[]

/** Characters below which a text teaches nothing. */
const SMALLEST = 40
/** Characters a line on average, beyond which code was written by a program. */
const MINIFIED = 300

/** The pieces of a document: one for each heading or definition, small neighbours put together. Throws Unreadable where there is nothing to learn from. */
export function piecesOf(path: string, document: Document, definitionsOf: DefinitionsOf): Piece[] {
  const { kind, text, title, language, position } = document
  if (text.trim().length < SMALLEST) throw new Unreadable('there is too little in it')
  const lines = text.split('\n')
  if (kind === 'code' && text.length / lines.length > MINIFIED)
    throw new Unreadable('written by a program: its lines are too long')
  const within = ({ title: own, from, to }: Section) =>
    paragraphs(lines.slice(from, to).join('\n')).map((part) => ({
      title: own,
      from: part.from + from,
      to: part.to + from,
    }))
  const code = kind === 'code' ? definitionSections(text, definitionsOf(path, text)) : null
  const sections =
    kind === 'environment'
      ? [{ title: '', from: 0, to: lines.length }]
      : code
        ? pack(code.sections, lines, (section) => code.inside(section) ?? within(section))
        : pack(markdownSections(text), lines, within)
  const fence = kind === 'code' || kind === 'environment'
  return sections.flatMap((section) => {
    const raw = lines.slice(section.from, section.to).join('\n')
    return inParts(fence ? raw.replace(/^\n+/, '').trimEnd() : raw.trim())
      .filter((part) => /[\p{L}\p{N}]{3}/u.test(part))
      .map((part) => ({
        type: typeOf(kind, path, section.title || title, part),
        title: titleOf(title, section.title),
        body: fence ? fenced(part, language).trimEnd() : part,
        domains: language === '' ? [] : [language],
        position: position(section.from, section.to),
        names: namesIn(part),
      }))
  })
}

/** A text cut at white space where it is far too long to be one page, which only a text with very long lines is. */
function inParts(text: string): string[] {
  if (text.length <= LARGEST * 1.5) return [text]
  const space = Math.max(text.lastIndexOf('. ', LARGEST) + 1, text.lastIndexOf('\n', LARGEST))
  const at = space > LARGEST / 2 ? space : LARGEST
  return [text.slice(0, at).trim(), ...inParts(text.slice(at).trim())]
}

/** Sections of a code file by its outermost definitions, each with what stands before it; and those inside a section, for one that is too large. */
function definitionSections(text: string, definitions: readonly Definition[]) {
  const starts = lineStarts(text)
  const lineOf = (offset: number) => lastAtMost(starts, offset)
  const spans = definitions.map(({ name, from, to }) => ({
    name,
    from: lineOf(from),
    to: lineOf(Math.max(from, to - 1)) + 1,
  }))
  const cover = (from: number, to: number, all: readonly { name: string; from: number; to: number }[]) => {
    const sections: Section[] = []
    let at = from
    for (const span of all) {
      if (span.from < at) continue
      sections.push({ title: span.name, from: at, to: Math.min(to, span.to) })
      at = span.to
    }
    if (at < to) sections.push({ title: '', from: at, to })
    return sections
  }
  const outermost = spans.length > 0 ? cover(0, starts.length, spans) : paragraphs(text)
  return {
    sections: outermost,
    inside({ title, from, to }: Section): Section[] | null {
      const own = spans.find((span) => span.name === title && span.from >= from && span.to <= to)
      if (!own) return null
      const parts = spans.filter((span) => span.from > own.from && span.to <= own.to)
      if (parts.length === 0) return null
      return cover(from, to, parts).map((part) => ({
        ...part,
        title: part.title === '' ? title : `${title}.${part.title}`,
      }))
    },
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The index of the last of ascending numbers that is at most `value`. */
function lastAtMost(ascending: readonly number[], value: number): number {
  let [low, high] = [0, ascending.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((ascending[middle] ?? 0) <= value) low = middle
    else high = middle - 1
  }
  return low
}

/** What headings and paths say about the type of a page. */
const TYPES: readonly (readonly [PageType, RegExp])[] = [
  [
    'heuristic',
    /\b(tips?|tricks?|best practices?|pitfalls?|caveats?|gotchas?|troubleshoot\w*|faq|performance|optimi[sz]\w+|mistakes?|known issues|rules? of thumb|advice|debugging|profiling|dos? and don'?ts)\b/i,
  ],
  [
    'environment',
    /\b(install\w*|set-?up|requirements?|prerequisites?|environments?|dependenc\w+|docker|configuration|compatibility|hardware|supported (versions|platforms))\b/i,
  ],
  [
    'workflow',
    /\b(how to|tutorials?|walk-?through|getting started|quick ?start|guides?|workflows?|step by step|steps|recipes?|procedures?|pipelines?|usage)\b/i,
  ],
]

function typeOf(kind: Document['kind'], path: string, heading: string, body: string): PageType {
  if (kind === 'code') return 'implementation'
  if (kind === 'environment') return 'environment'
  const named = [heading, path.replace(/[/_.-]+/g, ' ')].flatMap(
    (words) => TYPES.find(([, pattern]) => pattern.test(words))?.[0] ?? [],
  )
  if (named[0]) return named[0]
  const code = [...body.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].reduce((sum, [whole]) => sum + whole.length, 0)
  return code > 0.6 * body.length ? 'implementation' : 'principle'
}

function titleOf(document: string, section: string): string {
  const plain = (text: string) =>
    text
      .replace(/[`*_#]|\[|\]\([^)]*\)|\\/g, '')
      .replace(/\s+/g, ' ')
      .trim()
  const [first, second] = [plain(document), plain(section)]
  const repeated = first !== '' && second.startsWith(`${first}, `)
  const whole = repeated
    ? `${first}: ${second.slice(first.length + 2)}`
    : second === '' || second === first
      ? first
      : first === ''
        ? second
        : `${first}: ${second}`
  return whole.length > 200 ? `${whole.slice(0, 199)}…` : whole || 'Untitled'
}

/** Paths that a text names, in links and in code marks. */
const namesIn = (body: string): string[] =>
  [
    ...new Set(
      [...body.matchAll(/\]\(([^)\s#?]{1,200})[^)\s]*\)|`([\w./-]{3,200}\.\w{1,6})`/g)].map(
        ([, link, mark]) => link ?? mark ?? '',
      ),
    ),
  ].filter((name) => !/^[a-z][a-z0-9+.-]*:/i.test(name))
