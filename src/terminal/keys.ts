/** Where the person is in the live view. `chosen` is an attempt's number; null follows the newest. `scroll` counts lines of a page that are above the screen. */
export type Place = { page: 'run' | 'attempt' | 'help'; chosen: number | null; scroll: number }
export const START: Place = { page: 'run', chosen: null, scroll: 0 }

/** What a key asks of the run. */
export type Act = 'pause' | 'stop' | 'quit' | 'report' | null
export type Press = { place: Place; act: Act }

/** A key by its name, or the character that it types. */
export type KeyName = 'up' | 'down' | 'pageUp' | 'pageDown' | 'enter' | 'escape' | 'interrupt' | (string & {})

/** What a key does. `attempts` are the numbers that can be chosen, newest first; `lines` is the length of the open page and `rows` what fits. */
export function press(
  place: Place,
  key: KeyName,
  { attempts, lines, rows }: { attempts: readonly number[]; lines: number; rows: number },
): Press {
  const stay = (next: Partial<Place> = {}): Press => ({ place: { ...place, ...next }, act: null })
  const ask = (act: Act): Press => ({ place, act })
  if (key === 'interrupt' || key === 'q') return place.page !== 'run' && key === 'q' ? stay(RUN) : ask('quit')
  if (key === 'p') return ask('pause')
  if (key === 's') return ask('stop')
  if (key === 'o') return ask('report')
  if (key === '?') return stay(place.page === 'help' ? RUN : { page: 'help', scroll: 0 })
  if (key === 'escape') return stay(place.page === 'run' ? { chosen: null } : RUN)
  const step = stepOf(key, rows)
  if (place.page !== 'run') {
    if (key === 'enter') return stay(RUN)
    return step === undefined ? stay() : stay({ scroll: Math.max(0, Math.min(lines - rows, place.scroll + step)) })
  }
  const now = place.chosen === null ? -1 : attempts.indexOf(place.chosen)
  if (key === 'enter')
    return attempts.length === 0
      ? stay()
      : stay({ page: 'attempt', chosen: attempts[Math.max(0, now)] ?? null, scroll: 0 })
  if (step === undefined) return stay()
  const next = now + step
  return stay({ chosen: next < 0 ? null : (attempts[Math.min(attempts.length - 1, next)] ?? null) })
}

const RUN: Partial<Place> = { page: 'run', scroll: 0 }

/** How far a key goes down the list or the page; undefined for one that does not go. */
function stepOf(key: KeyName, rows: number): number | undefined {
  switch (key) {
    case 'up':
    case 'k':
      return -1
    case 'down':
    case 'j':
      return 1
    case 'pageUp':
      return -rows
    case 'pageDown':
      return rows
    default:
      return undefined
  }
}
