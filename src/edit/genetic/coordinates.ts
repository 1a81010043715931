import type { Literal } from '../../syntax/literals.ts'

/** One number of the program as an axis of search: `toAxis` maps it to a scale on which a step of 0.1 is a natural one. */
export type Coordinate = {
  key: string
  path: string
  literal: Literal
  prior: number
  axis: Axis
}
type Axis = { kind: 'linear'; unit: number; low: number; high: number } | { kind: 'log' } | { kind: 'complement' }

/** Numbers that are moved together: a record such as [x, y], or a number by itself. */
export type Group = { coordinates: Coordinate[]; list: string | null }

/** A factor e^3, about 20, is one unit of a logarithmic axis. */
const DECADE = 3
/** How far a whole number as small as 0, 1 or 2 is from the next. */
const SMALL = 5

/** The groups of numbers in some files. Priors are low where a change seldom helps: indices, and a lone 0 or 1. */
export function groups(files: ReadonlyMap<string, readonly Literal[]>): Group[] {
  const found: Group[] = []
  for (const [path, literals] of files) {
    const lists = Map.groupBy(literals, ({ list }) => list)
    const records = new Map<number, Group>()
    for (const literal of literals) {
      const members = literal.list === null ? [literal] : (lists.get(literal.list) ?? [literal])
      const coordinate = coordinateOf(path, literal, members)
      const open = literal.group === null ? undefined : records.get(literal.group)
      if (open) open.coordinates.push(coordinate)
      else {
        const group = {
          coordinates: [coordinate],
          list: literal.list === null ? null : `${path}:${literal.list}:${literal.group === null}`,
        }
        found.push(group)
        if (literal.group !== null) records.set(literal.group, group)
      }
    }
  }
  return found
}

const axes = new WeakMap<readonly Literal[], Map<number, { axis: Axis; isInteger: boolean }>>()

function coordinateOf(path: string, literal: Literal, members: readonly Literal[]): Coordinate {
  if (members.length < 3) {
    return { key: literal.key, path, literal, prior: priorOf(literal), axis: loneAxis(literal) }
  }
  const known = axes.get(members) ?? new Map<number, { axis: Axis; isInteger: boolean }>()
  axes.set(members, known)
  const column = known.get(literal.column) ?? listAxis(members, literal.column)
  known.set(literal.column, column)
  const shown = { ...literal, isInteger: literal.isInteger && column.isInteger }
  return { key: literal.key, path, literal: shown, prior: literal.delicate ? 0.05 : 1, axis: column.axis }
}

function priorOf({ value, isInteger, delicate }: Literal): number {
  if (delicate) return 0.05
  if (value === 0 || (value === 1 && isInteger)) return 0.1
  if (value === 2 && isInteger) return 0.3
  return 1
}

function loneAxis({ value, isInteger }: Literal): Axis {
  if (isInteger && Math.abs(value) <= 2) return { kind: 'linear', unit: SMALL, low: -Infinity, high: Infinity }
  if (value === 0) return { kind: 'linear', unit: 1, low: -Infinity, high: Infinity }
  if (!isInteger && value > 0.5 && value < 1) return { kind: 'complement' }
  return { kind: 'log' }
}

/** The numbers of a list share the list's spread as their unit; columns of very different spread keep their own. */
function listAxis(members: readonly Literal[], column: number): { axis: Axis; isInteger: boolean } {
  const values = members.filter((member) => member.column === column).map(({ value }) => value)
  const isInteger = members.filter((member) => member.column === column).every((member) => member.isInteger)
  let low = Math.min(...values)
  let high = Math.max(...values)
  if (low > 0 && high / low > 300) return { axis: { kind: 'log' }, isInteger }
  if (!isInteger && low >= 0 && high <= 1 && high > 0.3) [low, high] = [0, 1]
  const unit = high - low || Math.abs(high) || 1
  const floor = low >= 0 ? Math.max(0, low - unit / 2) : low - unit / 2
  return { axis: { kind: 'linear', unit, low: floor, high: low === 0 && high === 1 ? 1 : high + unit / 2 }, isInteger }
}

export function toAxis({ axis, literal }: Coordinate, value: number): number {
  if (axis.kind === 'linear') return value / axis.unit
  if (axis.kind === 'complement') return -Math.log(Math.max(1e-12, 1 - value)) / DECADE
  return (Math.sign(literal.value) * Math.log(Math.max(1e-300, Math.abs(value)))) / DECADE
}

/** The number at a place on the axis, rounded to what a step of that size can mean, and kept whole where it was whole. */
export function fromAxis(coordinate: Coordinate, at: number): number {
  const { axis, literal } = coordinate
  if (axis.kind === 'linear') return round(Math.min(axis.high, Math.max(axis.low, at * axis.unit)), axis.unit, literal)
  if (axis.kind === 'complement') {
    const rest = Math.exp(-at * DECADE)
    return round(1 - Math.min(1, rest), rest, literal)
  }
  const sign = Math.sign(literal.value)
  const value = sign * Math.exp(Math.min(690, Math.max(-690, sign * at * DECADE)))
  return round(value, Math.abs(value), literal)
}

function round(value: number, unit: number, { isInteger }: Literal): number {
  if (isInteger) return Math.round(value) || 0
  const digits = Math.min(15, Math.max(0, 4 - Math.floor(Math.log10(unit || 1))))
  return Number(value.toFixed(digits)) || 0
}

/** A place drawn evenly from the range of a number's list, or from around the number itself. */
export function anywhere(coordinate: Coordinate, value: number, draw: number): number {
  const { axis } = coordinate
  if (axis.kind !== 'linear' || !Number.isFinite(axis.low)) return toAxis(coordinate, value) + (draw - 0.5) * 1.5
  return (axis.low + draw * (axis.high - axis.low)) / axis.unit
}
