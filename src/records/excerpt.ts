/** Characters kept of a log that a person or a model reads. */
export const EXCERPT_CHARACTERS = 6000

/**
 * Text cut to at most `limit` characters: its head and its tail, with the number of characters left out between them.
 * The tail gets two thirds, for that is where a program says why it ended.
 */
export function excerpt(text: string, limit = EXCERPT_CHARACTERS): string {
  if (text.length <= limit) return text
  const head = Math.floor(limit / 3)
  const tail = limit - head
  return `${text.slice(0, head)}\n[… ${text.length - head - tail} characters left out …]\n${text.slice(text.length - tail)}`
}
