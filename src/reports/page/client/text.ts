import type { Row } from '../shape.ts'

/** Makes characters visible that would change how the text around them is shown: C0 and C1 controls, marks and overrides of direction. Tabs and line feeds stay. */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g,
    (sign) => {
      const code = sign.charCodeAt(0)
      if (code === 13) return ''
      if (code < 32) return String.fromCharCode(0x2400 + code)
      return `⟨${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
    },
  )
}

/** A log without the colours of a terminal. */
export const withoutColours = (text: string): string => text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '')

const MINUS = '\u2212'

export function figure(value: number | null): string {
  if (value === null) return '–'
  return String(Number(value.toPrecision(7))).replace('-', MINUS)
}

/** A difference with its sign. */
export function change(value: number): string {
  const text = figure(Number(value.toPrecision(4)))
  return value > 0 ? `+${text}` : text
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Dollars, fine enough to tell cheap things apart. */
export function money(usd: number | null): string {
  if (usd === null) return 'unknown'
  if (usd === 0) return '$0'
  return `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`
}

export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** A big count, short. */
export function short(value: number): string {
  if (value < 10_000) return count(value)
  return value < 1e6
    ? `${(value / 1e3).toFixed(value < 1e5 ? 1 : 0)}k`
    : `${(value / 1e6).toFixed(value < 1e8 ? 1 : 0)}M`
}

/** A share; never rounded up to certainty. */
export function percent(share: number): string {
  if (share > 0.9999 && share < 1) return 'over 99.99 %'
  return `${(100 * share).toFixed(share > 0.99 && share < 1 ? 2 : 0)} %`
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let [left, unit] = [value, 0]
  while (left >= 1000 && unit < units.length - 1) [left, unit] = [left / 1000, unit + 1]
  return `${left.toFixed(left < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`
}

export const plural = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`

/** Whether score `a` beats score `b`. */
export const beats = (direction: 'maximize' | 'minimize', a: number, b: number): boolean =>
  direction === 'maximize' ? a > b : a < b

/** How an attempt comes from its parents, in words. */
export function origin({ operator, parents }: Pick<Row, 'operator' | 'parents'>): string {
  if (operator === 'baseline') return 'baseline'
  return `${operator} of ${parents.join(' and ')}`
}

export const nameOf = (attempt: number): string => (attempt === 0 ? 'the baseline' : `attempt ${attempt}`)

/** An attempt by its number: slots end them in any order, so a number may be missing. */
export function rowOf(rows: readonly Row[], number: number | undefined): Row | undefined {
  const likely = number === undefined ? undefined : rows[number]
  return likely?.attempt === number ? likely : rows.find(({ attempt }) => attempt === number)
}

const GLYPHS = { scored: '●', failed: '×', rejected: '◇' } as const
export const glyph = (status: Row['status']): string => GLYPHS[status]
