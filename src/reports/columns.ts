import { clip, widthOf } from './width.ts'

/** One cell: its text, and how it is painted once it has its place. */
export type Cell = { text: string; paint?: (text: string) => string; right?: boolean }

const LEAST = 10

/**
 * Rows in aligned columns, two blanks between them. Where the lines are wider than `width`, the column `gives` is cut,
 * and where little would be left of it the columns `drops` are left out first, one after the other.
 */
export function columns(
  rows: readonly (readonly Cell[])[],
  width: number,
  gives: number,
  drops: readonly number[] = [],
): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, at) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[at]?.text ?? '')), 0),
  )
  const over = () => widths.reduce((sum, one) => sum + one + (one > 0 ? 2 : 0), -2) - width
  for (const drop of drops) if ((widths[gives] ?? 0) - over() < LEAST) widths[drop] = 0
  if (over() > 0) widths[gives] = Math.max(LEAST, (widths[gives] ?? 0) - over())
  return rows.map((row) =>
    row
      .flatMap(({ text, paint = (same) => same, right = false }, at) => {
        const room = widths[at] ?? 0
        if (room === 0) return []
        const shown = clip(text, room)
        const blank = ' '.repeat(Math.max(0, room - widthOf(shown)))
        return [right ? blank + paint(shown) : at === count - 1 ? paint(shown) : paint(shown) + blank]
      })
      .join('  ')
      .trimEnd(),
  )
}
