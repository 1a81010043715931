import { type Look, paint } from './look.ts'
import { clip, widthOf } from './width.ts'

const FACT = /^([a-z][a-z -]*?)( {2,}| (?=\d))(.*)$/

/** Lines of the form "name   value" with the names set back, and values that do not fit broken at blanks under their beginning. */
export function factsText(text: string, look: Look): string {
  let indent = 0
  return text
    .split('\n')
    .flatMap((line) => {
      const [, name, gap, value] = FACT.exec(line) ?? []
      if (name === undefined || gap === undefined || value === undefined) {
        const kept = /^ */.exec(line)?.[0].length ?? 0
        return wrapped(line.trimStart(), look.width, kept || indent).map((part) => ' '.repeat(kept) + part)
      }
      indent = name.length + gap.length
      const [first = '', ...rest] = wrapped(value, look.width, indent)
      return [`${paint('quiet', name, look)}${gap}${first}`, ...rest.map((part) => ' '.repeat(indent) + part)]
    })
    .join('\n')
}

/** A text in lines that fit beside an indent, broken at blanks where there are some. */
function wrapped(text: string, width: number, indent: number): string[] {
  const room = Math.max(20, width - indent)
  if (widthOf(text) <= room) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > room) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
    while (widthOf(line) > room) {
      const part = clip(line, room + 1).replace(/…$/, '') || line.slice(0, 1)
      lines.push(part)
      line = line.slice(part.length)
    }
  }
  return line === '' ? lines : [...lines, line]
}
