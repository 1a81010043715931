import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { fold } from '../../src/journal/fold.ts'
import type { RunEvent } from '../../src/records/event.ts'
import type { Run } from '../../src/records/run.ts'
import { stopOf } from '../../src/search/stop.ts'
import { openSpending } from '../../src/wiring/spending.ts'
import { emptyRun } from '../bench/simulate.ts'

/** A journal that takes its time to keep an event, as a disk does. */
function slow(tokens: number) {
  const empty = emptyRun('bandit-tree', 1, 10)
  let run: Run = { ...empty, task: { ...empty.task, budget: { tokens } } }
  let last: Promise<unknown> = Promise.resolve()
  const events: string[] = []
  const append = (event: RunEvent): Promise<Run> => {
    const turn = last.then(async () => {
      const next = fold(run, event, 0)
      await wait(5)
      events.push(event.type)
      run = next
      return run
    })
    last = turn
    return turn
  }
  return { journal: { run: () => run, append }, events }
}

const used = (tokens: number) => ({
  ...{ model: 'm', purpose: 'p', calls: 1, input: tokens, cached: 0, output: 0, usd: 0, seconds: 1, ok: true },
})

describe('the budget of calls', () => {
  const never = new AbortController().signal
  let count = 0
  const name = () => String(++count)

  it('is promised to one slot at a time; who finds no room waits for calls that hold more than they need', async () => {
    const { journal, events } = slow(1000)
    const { reserve, onUsage } = openSpending(journal, name)
    const [first, second, third] = [1, 2, 3].map((attempt) => reserve(attempt, { tokens: 400, usd: null }, never))
    expect(await first).not.toBeNull()
    const called = await second
    await wait(50)
    expect(Object.keys(journal.run().reserved)).toHaveLength(2)
    await onUsage(2, called ?? '', used(100))
    expect(await third).not.toBeNull()
    expect(events).not.toContain('budget.exhausted')
  })

  it('ends the run once a call does not fit and nobody else holds any of it, until there is a bigger one', async () => {
    const { journal, events } = slow(1000)
    const { reserve, onUsage } = openSpending(journal, name)
    await onUsage(1, (await reserve(1, { tokens: 900, usd: null }, never)) ?? '', used(700))
    expect(await reserve(2, { tokens: 400, usd: null }, never)).toBeNull()
    expect(await reserve(2, { tokens: 500, usd: null }, never)).toBeNull()
    expect(events.filter((type) => type === 'budget.exhausted')).toHaveLength(1)
    expect(stopOf(journal.run())).toBe('tokens')
    expect(stopOf(await journal.append({ type: 'run.resumed' }))).toBe('tokens')
    expect(stopOf(await journal.append({ type: 'run.resumed', budget: { tokens: 5000 } }))).toBeNull()
  })

  it('lets nobody wait on when all is stopped', async () => {
    const { journal } = slow(1000)
    const { reserve } = openSpending(journal, name)
    const stop = new AbortController()
    await reserve(1, { tokens: 900, usd: null }, stop.signal)
    const refused = reserve(2, { tokens: 400, usd: null }, stop.signal)
    setTimeout(() => stop.abort(new Error('interrupted')), 20)
    await expect(refused).rejects.toThrow('interrupted')
  })
})
