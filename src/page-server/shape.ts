import type { Steered } from '../records/steering.ts'
import type { PageData, Row } from '../reports/page/shape.ts'

/** One run in the list of all. */
export type RunLine = {
  run: string
  goal: string
  created: string
  atWork: boolean
  paused: boolean
  stopped: string | null
  attempts: number
  best: number | null
  baseline: number | null
}

/** What the live page knows of a run beyond what its report shows. */
export type LiveState = {
  atWork: boolean
  steering: Pick<Steered, 'paused' | 'pinned' | 'banned' | 'hints'>
  /** Attempts that are worked on; `since` is when each was opened (ISO 8601). */
  working: { attempt: number; operator: string; parents: number[]; since: string | null }[]
}

/** What the server tells the page, an event each: all runs in short; and of the one that is watched all but its rows, with the rows that are new or have changed. */
export type Told = { kind: 'runs'; runs: RunLine[] } | { kind: 'run'; whole: boolean; data: PageData; live: LiveState }

/** The rows of a page with those that are new or have changed, in the order of their numbers. */
export function mergeRows(rows: readonly Row[], changed: readonly Row[]): Row[] {
  const merged = new Map(rows.map((row) => [row.attempt, row]))
  for (const row of changed) merged.set(row.attempt, row)
  return [...merged.values()].sort((a, b) => a.attempt - b.attempt)
}
