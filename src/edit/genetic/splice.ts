export type Splice = { from: number; to: number; text: string }

/** A text with some spans replaced. Spans must not overlap. */
export function splice(text: string, splices: readonly Splice[]): string {
  const ordered = [...splices].sort((a, b) => a.from - b.from || a.to - b.to)
  let at = 0
  let result = ''
  for (const { from, to, text: insert } of ordered) {
    result += text.slice(at, from) + insert
    at = to
  }
  return result + text.slice(at)
}
