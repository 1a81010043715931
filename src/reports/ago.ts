const STEPS: readonly [number, string][] = [
  [60, 's'],
  [60, 'min'],
  [24, 'h'],
  [14, 'd'],
  [Number.POSITIVE_INFINITY, 'weeks'],
]
const DAYS_IN_A_WEEK = 7

/** How long ago a moment is, such as "3 min ago"; the moment itself where `now` is null. Both in milliseconds since 1970. */
export function ago(moment: number, now: number | null): string {
  if (now === null) return Number.isFinite(moment) ? new Date(moment).toISOString().slice(0, 19).concat('Z') : ''
  let left = (now - moment) / 1000
  if (!Number.isFinite(left)) return ''
  if (left < 5) return 'just now'
  for (const [size, unit] of STEPS) {
    if (unit === 'weeks') return `${Math.floor(left / DAYS_IN_A_WEEK)} weeks ago`
    if (left < size) return `${Math.floor(left)} ${unit} ago`
    left /= size === 14 ? 1 : size
  }
  return ''
}
