import { type Look, paint } from './look.ts'
import { safe } from './words.ts'

/** A diff for a terminal: made safe, what was added green, what was taken out red. */
export function diffText(diff: string, look: Look): string {
  return safe(diff)
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => {
      if (/^(diff --git|index |--- |\+\+\+ |new file|deleted file|old mode|new mode|similarity|rename )/.test(line))
        return paint('strong', line, look)
      if (line.startsWith('@@')) return paint('place', line, look)
      if (line.startsWith('+')) return paint('good', line, look)
      return line.startsWith('-') ? paint('bad', line, look) : line
    })
    .join('\n')
}
