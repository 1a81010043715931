import type { PageData, Row } from '../shape.ts'
import { beats } from './text.ts'

export const SCALES = ['attempts', 'dollars', 'tokens', 'time'] as const
/** What the chart's horizontal axis counts. */
export type Scale = (typeof SCALES)[number]

/** One attempt on the chart; `best` is the best score of the run when it ended. */
export type Point = { row: Row; x: number; best: number | null }

/** The scales along which a run's attempts differ. */
export function scalesOf({ spent, rows }: PageData): Scale[] {
  const moves = {
    attempts: true,
    dollars: spent.usd > 0,
    tokens: spent.tokens > 0,
    time: rows.some(({ at }) => at > 0),
  }
  return SCALES.filter((scale) => moves[scale])
}

/** Every attempt as a point, in the order of the axis. */
export function pointsOf({ rows, about }: PageData, scale: Scale): Point[] {
  const place = ({ attempt, spent, at }: Row) =>
    scale === 'attempts' ? attempt : scale === 'dollars' ? spent.usd : scale === 'tokens' ? spent.tokens : at
  let best: number | null = null
  return rows
    .map((row) => ({ row, x: place(row) }))
    .toSorted((a, b) => a.x - b.x || a.row.attempt - b.row.attempt)
    .map(({ row, x }) => {
      if (row.status === 'scored' && row.score !== null && (best === null || beats(about.direction, row.score, best)))
        best = row.score
      return { row, x, best }
    })
}

/** Share of the scores that may lie outside what is shown, so that a few bad ones do not flatten all others. */
const OUTSIDE = 0.05
/** Scores from which on some may be left outside. */
const MANY = 20

/** The scores to show: all of best-so-far, and of the others all but the worst few. */
export function rangeOf(points: readonly Point[], direction: 'maximize' | 'minimize'): [number, number] | null {
  const scores = points.flatMap(({ row }) => (row.status === 'scored' && row.score !== null ? [row.score] : []))
  if (scores.length === 0) return null
  const worstFirst = scores.toSorted((a, b) => (direction === 'maximize' ? a - b : b - a))
  const cut = worstFirst.length < MANY ? 0 : Math.floor(worstFirst.length * OUTSIDE)
  const line = points.flatMap(({ best }) => (best === null ? [] : [best]))
  const shown = [worstFirst[0] ?? 0, worstFirst.at(-1) ?? 0, ...line]
  const kept = [worstFirst[cut] ?? 0, worstFirst.at(-1) ?? 0, ...line]
  const span = (values: readonly number[]) => Math.max(...values) - Math.min(...values)
  // Only where it makes a difference.
  const values = span(shown) > 2 * span(kept) ? kept : shown
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const room = (high - low || Math.abs(high) || 1) * 0.06
  return [low - room, high + room]
}
