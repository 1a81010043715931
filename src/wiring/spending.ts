import type { RunEvent } from '../records/event.ts'
import type { Run } from '../records/run.ts'
import { lacking } from '../search/stop.ts'
import type { Ledger } from './editors.ts'

/**
 * The ledger that every caller of a model reserves from and writes to. One reservation is held against the budget at a time, so that slots cannot promise
 * the same money twice. A call that does not fit waits while others hold more than they may need; where none does, the budget has ended, which is journalled.
 */
export function openSpending(
  journal: { run(): Run; append(event: RunEvent): Promise<Run> },
  name: () => string,
): Ledger {
  let last: Promise<unknown> = Promise.resolve()
  let waiting: (() => void)[] = []
  const change = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      waiting.push(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
      if (signal.aborted) resolve()
    })

  const take: Ledger['reserve'] = async (attempt, most, signal) => {
    for (let lack = lacking(journal.run(), most); lack !== null; lack = lacking(journal.run(), most)) {
      if (Object.keys(journal.run().reserved).length === 0) {
        if (journal.run().exhausted === null) await journal.append({ type: 'budget.exhausted', by: lack })
        return null
      }
      await change(signal)
      signal.throwIfAborted()
    }
    const call = `${attempt}-${name()}`
    await journal.append({ type: 'model.reserved', attempt, call, most })
    return call
  }

  return {
    reserve(...order) {
      const turn = last.then(() => take(...order))
      last = turn.catch(() => undefined)
      return turn
    },
    async onUsage(attempt, call, usage) {
      await journal.append({ type: 'model.called', attempt, call, usage })
      const told = waiting
      waiting = []
      for (const tell of told) tell()
    },
  }
}
