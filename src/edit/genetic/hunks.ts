/** A stretch of lines that differ: `a` gives way to `b`. */
export type Hunk = { line: number; a: string[]; b: string[] }

/** Lines beyond which a difference is taken as one hunk. */
const LIMIT = 1500

/** The hunks that turn the lines of one text into those of another, by a longest common subsequence. */
export function hunks(before: string, after: string): Hunk[] {
  const a = before.split('\n')
  const b = after.split('\n')
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const x = a.slice(head, a.length - tail)
  const y = b.slice(head, b.length - tail)
  if (x.length === 0 && y.length === 0) return []
  if (x.length > LIMIT || y.length > LIMIT) return [{ line: head, a: x, b: y }]
  return trace(x, y).map((hunk) => ({ ...hunk, line: hunk.line + head }))
}

function trace(x: readonly string[], y: readonly string[]): Hunk[] {
  const width = y.length + 1
  const common = new Uint16Array((x.length + 1) * width)
  const at = (i: number, j: number) => common[i * width + j] ?? 0
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = y.length - 1; j >= 0; j--) {
      common[i * width + j] = x[i] === y[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const found: Hunk[] = []
  let open: Hunk | null = null
  for (let i = 0, j = 0; i < x.length || j < y.length; ) {
    if (i < x.length && j < y.length && x[i] === y[j]) {
      open = null
      i++
      j++
      continue
    }
    if (!open) {
      open = { line: i, a: [], b: [] }
      found.push(open)
    }
    if (j >= y.length || (i < x.length && at(i + 1, j) >= at(i, j + 1))) open.a.push(x[i++] ?? '')
    else open.b.push(y[j++] ?? '')
  }
  return found
}

/** A text with some of the hunks against another text taken over. */
export function take(text: string, chosen: readonly Hunk[]): string {
  const lines = text.split('\n')
  for (const { line, a, b } of [...chosen].sort((one, other) => other.line - one.line))
    lines.splice(line, a.length, ...b)
  return lines.join('\n')
}

/** Hunks of many lines that are replaced one for one, cut into single lines, so that each can be taken by itself. */
export function byLine(hunk: Hunk): Hunk[] {
  if (hunk.a.length !== hunk.b.length) return [hunk]
  return hunk.a.map((line, index) => ({ line: hunk.line + index, a: [line], b: [hunk.b[index] ?? ''] }))
}
