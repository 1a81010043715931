import type { Section } from './document.ts'

/** Characters of a page: pieces are put together up to `FULL` and never exceed `LARGEST`. */
const FULL = 1200
export const LARGEST = 3600

/** The sections of a Markdown text: each heading with what follows it; a heading inside a code fence is none. */
export function markdownSections(text: string): Section[] {
  const lines = text.split('\n')
  const starts: Section[] = []
  let fence: string | null = null
  let [title, from] = ['', 0]
  const end = (to: number) => {
    if (to > from) starts.push({ title, from, to })
  }
  lines.forEach((line, index) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence !== null) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = null
      return
    }
    if (mark) {
      fence = mark
      return
    }
    const heading = /^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$/.exec(line)?.[1] ?? underlined(lines, index)
    if (heading === null) return
    end(index)
    ;[title, from] = [heading, index]
  })
  end(lines.length)
  return starts
}

/** A line that is a heading because of the `===` or `---` under it, as Markdown and reStructuredText have it. */
function underlined(lines: readonly string[], index: number): string | null {
  const [line = '', below = '', above = ''] = [lines[index], lines[index + 1], lines[index - 1]]
  const isText = /^\s{0,3}\S/.test(line) && line.length < 120 && !/^\s{0,3}([-*+>|]|\d+\.)\s?/.test(line)
  return isText && above.trim() === '' && /^\s{0,3}(={3,}|-{3,}|~{3,}|\^{3,})\s*$/.test(below) ? line.trim() : null
}

/** Stretches of a text between blank lines before which nothing is indented. */
export function paragraphs(text: string): Section[] {
  const lines = text.split('\n')
  const cuts = lines.flatMap((line, index) =>
    index > 0 && /^\S/.test(line) && (lines[index - 1] ?? '').trim() === '' ? [index] : [],
  )
  return [0, ...cuts].map((from, index) => ({ title: '', from, to: cuts[index] ?? lines.length }))
}

/**
 * Puts small neighbours together and cuts what is too large, so that each section makes a page of its own.
 * A large section is cut where `inner` says (its definitions, its paragraphs), and else between lines.
 */
export function pack(
  sections: readonly Section[],
  lines: readonly string[],
  inner: (section: Section) => Section[],
): Section[] {
  const size = (from: number, to: number) => lines.slice(from, to).reduce((sum, line) => sum + line.length + 1, 0)
  const fitting = sections.flatMap(function fit(section: Section): Section[] {
    if (size(section.from, section.to) <= LARGEST) return [section]
    const parts = inner(section)
    return parts.length > 1 ? parts.flatMap(fit) : byLines(section, lines)
  })
  const packed: (Section & { size: number })[] = []
  for (const section of fitting) {
    const own = size(section.from, section.to)
    const last = packed.at(-1)
    if (last && last.size < FULL && last.size + own <= LARGEST) {
      const titles = [...new Set(`${last.title}, ${section.title}`.split(', '))].filter(Boolean)
      packed.splice(-1, 1, { title: titles.join(', '), from: last.from, to: section.to, size: last.size + own })
    } else packed.push({ ...section, size: own })
  }
  return packed.map(({ title, from, to }) => ({ title, from, to }))
}

function byLines({ title, from, to }: Section, lines: readonly string[]): Section[] {
  const parts: Section[] = []
  let [start, size] = [from, 0]
  for (let at = from; at < to; at++) {
    const own = (lines[at] ?? '').length + 1
    if (size > 0 && size + own > LARGEST) {
      parts.push({ title, from: start, to: at })
      ;[start, size] = [at, 0]
    }
    size += own
  }
  return [...parts, { title, from: start, to }]
}
