import type { RunEvent } from '../../records/event.ts'
import type { Usage } from '../../records/usage.ts'

/** What the fold of a run forgets: when each attempt ended, what the run had spent by then, and the calls behind the bills. */
export type History = {
  ends: ReadonlyMap<number, { at: number; usd: number; tokens: number }>
  usages: readonly Usage[]
}

/** The history in a journal's lines; `at` is the run's active time in seconds. */
export function historyOf(lines: Iterable<{ at: number; event: RunEvent }>): History {
  const ends = new Map<number, { at: number; usd: number; tokens: number }>()
  const usages: Usage[] = []
  let [usd, tokens] = [0, 0]
  for (const { at, event } of lines) {
    if (event.type === 'model.called') {
      usages.push(event.usage)
      usd += event.usage.usd ?? 0
      tokens += event.usage.input + event.usage.output
    }
    if (event.type === 'attempt.closed') ends.set(event.attempt.attempt, { at, usd, tokens })
  }
  return { ends, usages }
}
