import { clip, widthOf } from '../reports/width.ts'

export type Tone = 'strong' | 'good' | 'bad' | 'quiet' | 'chosen' | 'plain'
export type Piece = { text: string; tone: Tone }
export type Line = readonly Piece[]
export type Size = { columns: number; rows: number }

export const plain = (text: string): Piece => ({ text, tone: 'plain' })
export const quiet = (text: string): Piece => ({ text, tone: 'quiet' })
export const strong = (text: string): Piece => ({ text, tone: 'strong' })

/** Keys with what they do. */
export const keysLine = (keys: [string, string][]): Line =>
  keys.flatMap(([key, does], index) => [plain(index === 0 ? '' : ' · '), strong(key), quiet(` ${does}`)])

export const lengthOf = (line: Line): number => line.reduce((sum, { text }) => sum + widthOf(text), 0)

/** A line with words at both ends; what stands at the right wins where there is no room for both. */
export function ends(left: Line, right: Line, columns: number): Line {
  const room = Math.max(0, columns - lengthOf(right) - 2)
  const start = cut(left, room)
  return [...start, plain(' '.repeat(Math.max(0, columns - lengthOf(right) - lengthOf(start)))), ...right]
}

/** The start of a line that fits. */
export function cut(line: Line, columns: number): Line {
  const kept: Piece[] = []
  let left = columns
  for (const { text, tone } of line) {
    const shown = clip(text, left)
    if (shown !== '') kept.push({ text: shown, tone })
    left -= widthOf(shown)
    if (shown !== text) break
  }
  return kept
}

/** A text in lines that fit, broken anywhere. */
export function wrapped(text: string, columns: number): string[] {
  const width = Math.max(10, columns)
  return text.split('\n').flatMap((line) => {
    const spaced = line.replaceAll('\t', '  ').replaceAll('\r', '')
    const parts: string[] = []
    let rest = spaced
    while (widthOf(rest) > width) {
      const part = clip(rest, width + 1).replace(/…$/, '')
      const taken = part === '' ? rest.slice(0, 1) : part
      parts.push(taken)
      rest = rest.slice(taken.length)
    }
    return [...parts, rest]
  })
}

/** At least so many lines. */
export const padded = (lines: Line[], rows: number): Line[] => [
  ...lines,
  ...Array.from({ length: Math.max(0, rows - lines.length) }, () => []),
]
