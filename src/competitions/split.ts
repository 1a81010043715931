import { type Random, shuffled } from './examples/drawing.ts'

export const SPLITS = ['group', 'time', 'stratified', 'random'] as const
export type SplitKind = (typeof SPLITS)[number]

/** Where a row of the training data goes: it is trained on, or predicted for the score, or predicted for the hold-out alone; `dropped` rows are not used. */
export type Part = 'train' | 'validation' | 'holdout' | 'dropped'

/** How many rows are wanted in each part. */
export type Sizes = { validation: number; holdout: number }

/** Draws rows without looking at them. */
export function randomSplit(rows: number, sizes: Sizes, random: Random): Part[] {
  return stratifiedSplit(
    Array.from({ length: rows }, () => ''),
    sizes,
    random,
  )
}

/** Draws from each class what its share of the rows is; of every class with three rows or more, some are trained on. */
export function stratifiedSplit(labels: readonly string[], sizes: Sizes, random: Random): Part[] {
  const classes = new Map<string, number[]>()
  for (const [row, label] of labels.entries()) {
    const rows = classes.get(label)
    if (rows) rows.push(row)
    else classes.set(label, [row])
  }
  return drawn(classes, labels.length, sizes, random)
}

function drawn(classes: ReadonlyMap<string, number[]>, total: number, sizes: Sizes, random: Random): Part[] {
  const parts: Part[] = new Array(total).fill('train')
  const owed = { validation: 0, holdout: 0 }
  for (const rows of classes.values()) {
    const waiting = shuffled(random, rows)
    for (const part of ['validation', 'holdout'] as const) {
      owed[part] += (rows.length * sizes[part]) / total
      const count = Math.min(Math.floor(owed[part] + 1e-9), Math.max(0, waiting.length - 1))
      owed[part] -= count
      for (const row of waiting.splice(0, count)) parts[row] = part
    }
  }
  return parts
}

/** Keeps the rows of a group together: whole groups are drawn until each part has its rows. */
export function groupSplit(groups: readonly string[], sizes: Sizes, random: Random): Part[] {
  const counts = new Map<string, number>()
  for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1)
  const partOf = new Map<string, Part>()
  const filled = { validation: 0, holdout: 0 }
  for (const group of shuffled(random, [...counts.keys()])) {
    const rows = counts.get(group) ?? 0
    const part = (['validation', 'holdout'] as const).find((one) => filled[one] + rows / 2 <= sizes[one])
    if (part) filled[part] += rows
    partOf.set(group, part ?? 'train')
  }
  return groups.map((group) => partOf.get(group) ?? 'train')
}

/** Keeps the future apart: the latest rows are the hold-out, those before them the validation. Rows of one time stay together; those without one are trained on. */
export function timeSplit(times: readonly (number | null)[], sizes: Sizes): Part[] {
  const known = times.filter((time) => time !== null).toSorted((a, b) => b - a)
  const cut = (rows: number) =>
    rows <= 0 ? Number.POSITIVE_INFINITY : (known[Math.min(rows, known.length) - 1] ?? Number.POSITIVE_INFINITY)
  const [late, later] = [cut(sizes.validation + sizes.holdout), cut(sizes.holdout)]
  return times.map((time) => (time === null || time < late ? 'train' : time < later ? 'validation' : 'holdout'))
}

/** The moment that a field names: a number as it is, a date in milliseconds; null where it names none. */
export function timeOf(text: string): number | null {
  const word = text.trim()
  if (/^-?\d+(\.\d+)?$/.test(word)) return Number(word)
  if (!/^\d{4}-\d{1,2}(-\d{1,2})?|^\d{1,2}[./]\d{1,2}[./]\d{4}/.test(word)) return null
  const parsed = Date.parse(
    /^\d{4}-\d{2}-\d{2}[ T]\d/.test(word)
      ? `${word.replace(' ', 'T').replace(/ ?UTC$/, '')}${/Z|UTC|[+-]\d\d:?\d\d$/.test(word) ? '' : 'Z'}`
      : word,
  )
  return Number.isNaN(parsed) ? null : parsed
}
