import { z } from 'zod'

const quantity = (kind: string, units: Record<string, number>, example: string) =>
  z.union([z.number(), z.string()]).transform((value, context) => {
    if (typeof value === 'number') return value
    const match = /^\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*$/.exec(value)
    const factor = match ? units[(match[2] ?? '').toLowerCase()] : undefined
    if (match?.[1] !== undefined && factor !== undefined) return Number(match[1]) * factor
    context.addIssue({ code: 'custom', message: `not a ${kind}: ${JSON.stringify(value)}; write it like ${example}` })
    return z.NEVER
  })

/** Seconds, from `90`, `90s`, `1.5m`, `2h`, `1d`, `250ms`. */
export const Duration = quantity(
  'duration',
  { '': 1, ms: 0.001, s: 1, m: 60, min: 60, h: 3600, d: 86_400 },
  '60s, 5m or 2h',
).pipe(z.number().positive())

/** Bytes, from `4GB`, `512MB`, `4G`, `1024`. */
export const Bytes = quantity(
  'size',
  { '': 1, b: 1, k: 2 ** 10, kb: 2 ** 10, m: 2 ** 20, mb: 2 ** 20, g: 2 ** 30, gb: 2 ** 30, t: 2 ** 40, tb: 2 ** 40 },
  '512MB or 4GB',
).pipe(z.number().positive())

/** A count, from `2000`, `200k`, `2M`. */
export const Count = quantity('count', { '': 1, k: 1e3, m: 1e6, b: 1e9 }, '200k or 2M').pipe(z.number().nonnegative())
