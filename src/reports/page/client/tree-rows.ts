import type { PageData, Row } from '../shape.ts'
import { beats } from './text.ts'

export const ORDERS = ['tree', 'best first', 'newest first'] as const
export type Order = (typeof ORDERS)[number]
export type Wanted = { order: Order; status: Row['status'] | 'all'; text: string }

/** One line of the list: an attempt at its depth, with its place among its brothers. */
export type Line = { row: Row; depth: number; children: number; open: boolean; position: number; of: number }

/** Attempts from which on only the way to the best one stands open at first. */
const FEW = 60

/** The attempts whose children are shown at first. */
export function openedAtFirst({ rows, best }: PageData): Set<number> {
  return new Set(rows.length <= FEW ? rows.map(({ attempt }) => attempt) : [0, ...(best?.way ?? [])])
}

/** The lines to show: the tree below its open attempts, or a flat list where an order or a filter asks for one. */
export function linesOf(data: PageData, open: ReadonlySet<number>, wanted: Wanted): Line[] {
  const fits = ({ status, title, attempt, operator, reason, model }: Row) =>
    (wanted.status === 'all' || wanted.status === status) &&
    (wanted.text === '' ||
      `${attempt} ${title} ${operator} ${model ?? ''} ${reason ?? ''}`
        .toLowerCase()
        .includes(wanted.text.toLowerCase()))
  if (wanted.order !== 'tree' || wanted.status !== 'all' || wanted.text !== '') {
    const rows = data.rows.filter(fits)
    const sorted =
      wanted.order === 'best first'
        ? rows.toSorted((a, b) => byScore(data, a, b))
        : wanted.order === 'newest first'
          ? rows.toReversed()
          : rows
    return sorted.map((row, at) => ({ row, depth: 0, children: 0, open: false, position: at + 1, of: sorted.length }))
  }
  const children = childrenOf(data)
  const lines: Line[] = []
  const roots = data.rows.filter(({ parents }) => parents.length === 0)
  const stack = roots.map((row, at) => ({ row, depth: 0, position: at + 1, of: roots.length })).toReversed()
  for (let top = stack.pop(); top; top = stack.pop()) {
    const below = children.get(top.row.attempt) ?? []
    const opened = open.has(top.row.attempt) && below.length > 0
    lines.push({ ...top, children: below.length, open: opened })
    if (!opened) continue
    for (let at = below.length - 1; at >= 0; at--) {
      const row = below[at]
      if (row) stack.push({ row, depth: top.depth + 1, position: at + 1, of: below.length })
    }
  }
  return lines
}

export function childrenOf({ rows }: PageData): Map<number, Row[]> {
  const children = new Map<number, Row[]>()
  for (const row of rows) {
    const [parent] = row.parents
    if (parent === undefined) continue
    const below = children.get(parent)
    if (below) below.push(row)
    else children.set(parent, [row])
  }
  return children
}

function byScore({ about }: PageData, a: Row, b: Row): number {
  if (a.score === null || b.score === null)
    return Number(a.score === null) - Number(b.score === null) || b.attempt - a.attempt
  return beats(about.direction, a.score, b.score)
    ? -1
    : beats(about.direction, b.score, a.score)
      ? 1
      : a.attempt - b.attempt
}

/** Attempts that beat all before them. */
export function recordsOf({ rows, about }: PageData): Set<number> {
  const records = new Set<number>()
  let best: number | null = null
  for (const { attempt, status, score } of rows)
    if (status === 'scored' && score !== null && (best === null || beats(about.direction, score, best))) {
      if (attempt > 0) records.add(attempt)
      best = score
    }
  return records
}
