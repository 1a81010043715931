import { join } from 'node:path'
import type { Layout } from './layout.ts'
import { records, whole } from './scoring/csv.ts'
import { timeOf } from './split.ts'

/** What the training table holds that decides how it is split, by row. */
export type Looked = {
  rows: number
  /** The id of each row; made of its number where the table has no such column. */
  ids: string[]
  /** The values of the targets, or of the label, of each row. */
  truths: string[][]
  time: { column: string; values: (number | null)[] } | null
  group: { column: string; values: string[] } | null
}

export type Wishes = { timeColumn?: string | undefined; group?: string | undefined }

const TIME_NAME = /(^|[_\s])(date|time|timestamp|datetime|day|week|month|year|period)s?($|[_\s\d])/i
/** A column groups rows where it has at least so many groups, of so many rows on average. */
const [FEWEST_GROUPS, SMALLEST_MEAN] = [20, 1.2]
/** More distinct values, or longer ones, are no groups. */
const [MOST_GROUPS, LONGEST] = [500_000, 64]

/** The part of an id before its last `_`, which some competitions use for a group. */
export const stemOf = (id: string): string => /^(.+)_[^_]+$/.exec(id)?.[1] ?? id

/** Reads the training table, and the test table beside it, for columns that order or group rows. Throws Invalid where a table is broken. */
export async function look(layout: Layout, wishes: Wishes): Promise<Looked> {
  const { folder, train, trainColumns, test, id, label, targets } = layout
  const path = join(folder, train)
  const shared = trainColumns.filter((name) => test?.columns.includes(name) && name !== id)
  const before = test ? await profiles(path, trainColumns, shared, id) : new Map<string, Profile>()
  const after = test ? await profiles(join(folder, test.file), test.columns, shared, id) : new Map<string, Profile>()
  const pair = (name: string): [Profile, Profile] | null => {
    const [one, other] = [before.get(name), after.get(name)]
    return one && other ? [one, other] : null
  }
  const time = wishes.timeColumn ?? shared.find((name) => isLater(name, pair(name))) ?? null
  const groups = [...shared, STEM]
    .filter((name) => name !== time && isGroup(pair(name)))
    .toSorted((a, b) => (before.get(a)?.distinct?.size ?? 0) - (before.get(b)?.distinct?.size ?? 0))
  // Of several columns that group rows, the one with the fewest groups keeps the others together too.
  const group = wishes.group === id ? STEM : (wishes.group ?? groups[0] ?? null)

  const found: Looked = {
    ...{ rows: 0, ids: [], truths: [] },
    time: time === null ? null : { column: time, values: [] },
    group: group === null ? null : { column: group === STEM ? `${id} up to its last _` : group, values: [] },
  }
  const answers = (label === null ? targets : [label]).map((name) => trainColumns.indexOf(name))
  const [idAt, timeAt, groupAt] = [id, time ?? '', group ?? ''].map((name) => trainColumns.indexOf(name))
  for await (const fields of rowsOf(path, trainColumns)) {
    const own = fields[idAt ?? -1] ?? `row${++found.rows}`
    found.ids.push(own)
    found.truths.push(answers.map((at) => fields[at] ?? ''))
    found.time?.values.push(timeOf(fields[timeAt ?? -1] ?? ''))
    found.group?.values.push(group === STEM ? stemOf(own) : (fields[groupAt ?? -1] ?? ''))
  }
  return { ...found, rows: found.ids.length }
}

async function* rowsOf(path: string, columns: readonly string[]): AsyncGenerator<string[]> {
  let number = 0
  for await (const { fields } of records(path)) if (++number > 1) yield whole(fields, columns, number)
}

/** What a column holds; `distinct` is null where it can be no group. */
type Profile = {
  rows: number
  dated: boolean
  numeric: boolean
  first: number
  last: number
  distinct: Set<string> | null
}

/** Stands for the ids up to their last `_`. */
const STEM = '\0stem'

async function profiles(
  path: string,
  columns: readonly string[],
  names: readonly string[],
  id: string,
): Promise<Map<string, Profile>> {
  const found = new Map<string, Profile>()
  const watched = [...names, STEM].map((name) => {
    const profile: Profile = {
      ...{ rows: 0, dated: true, numeric: true, distinct: new Set<string>() },
      ...{ first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY },
    }
    found.set(name, profile)
    return { at: columns.indexOf(name === STEM ? id : name), stem: name === STEM, profile }
  })
  for await (const fields of rowsOf(path, columns))
    for (const { at, stem, profile } of watched) {
      const text = fields[at] ?? ''
      profile.rows++
      if (!stem && profile.dated) {
        const time = timeOf(text)
        if (time === null) profile.dated = false
        else [profile.first, profile.last] = [Math.min(profile.first, time), Math.max(profile.last, time)]
        if (profile.numeric && !/^\s*-?\d+(\.\d+)?\s*$/.test(text)) profile.numeric = false
      }
      if (profile.distinct === null) continue
      if (
        text.trim() === '' ||
        text.length > LONGEST ||
        profile.distinct.size > MOST_GROUPS ||
        /^-?\d*\.\d+$/.test(text)
      )
        profile.distinct = null
      else profile.distinct.add(stem ? stemOf(text) : text)
    }
  return found
}

/** A column is a time that the test set lies after where all of it reads as one, and no test row comes before the last training row. */
function isLater(name: string, pair: [Profile, Profile] | null): boolean {
  if (pair === null) return false
  const [train, test] = pair
  if (!train.dated || !test.dated || test.rows === 0) return false
  return (
    (TIME_NAME.test(name) || !(train.numeric || test.numeric)) && train.first < train.last && test.first >= train.last
  )
}

/** A column groups rows where its values repeat, and none of the test set's was seen in training. */
function isGroup(pair: [Profile, Profile] | null): boolean {
  const [train, test] = [pair?.[0], pair?.[1]]
  const [groups, tested] = [train?.distinct, test?.distinct]
  if (!train || !groups || !tested || tested.size === 0) return false
  if (groups.size < FEWEST_GROUPS || train.rows / groups.size < SMALLEST_MEAN) return false
  return [...tested].every((value) => !groups.has(value))
}
