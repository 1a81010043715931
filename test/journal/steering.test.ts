import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fold } from '../../src/journal/fold.ts'
import { fateOf, leaveOrder, readInbox, refuseOrder, removeOrder } from '../../src/journal/inbox.ts'
import type { Opening } from '../../src/records/attempt.ts'
import type { RunEvent } from '../../src/records/event.ts'
import { HINTS } from '../../src/records/hint-bounds.ts'
import type { Run } from '../../src/records/run.ts'
import { Steering } from '../../src/records/steering.ts'
import { emptyRun } from '../bench/simulate.ts'

const { attempts: _, ...START } = emptyRun('bandit-tree', 1, 10)
const started: RunEvent = { type: 'run.started', start: { ...START, format: 1 } }
const order = (given: object): RunEvent => ({ type: 'run.steered', order: Steering.parse(given) })
const told = (...events: [RunEvent, number][]): Run =>
  events.reduce((run, [event, at]) => fold(run, event, at), fold(null, started, 0))

describe('a steered run', () => {
  test('does not count the time of a pause, over a crash too', () => {
    const paused = told([order({ order: 'pause' }), 10], [order({ order: 'unpin' }), 70])
    expect([paused.steering.paused, paused.spent.seconds]).toEqual([true, 10])
    const on = fold(paused, order({ order: 'resume' }), 100)
    expect([on.steering.paused, fold(on, order({ order: 'unpin' }), 105).spent.seconds]).toEqual([false, 15])
    const stopped = fold(paused, { type: 'run.stopped', stopped: 'interrupted' }, 90)
    expect([stopped.steering.paused, stopped.spent.seconds]).toEqual([false, 10])
    const resumed = fold(paused, { type: 'run.resumed' }, 200)
    expect([resumed.steering.paused, fold(resumed, order({ order: 'unpin' }), 203).spent.seconds]).toEqual([false, 13])
  })

  test('takes the bounds that an order names and keeps the others', () => {
    const run = told([order({ order: 'budget', budget: { time: '2h', tokens: '1M' } }), 1])
    expect(run.task.budget).toEqual({ attempts: 10, time: 7200, tokens: 1_000_000 })
  })

  test('numbers hints without using a number again, and knows one that is taken twice', () => {
    const hint = (text: string) => order({ order: 'hint', text })
    const run = told([hint('one'), 1], [hint(' one '), 2], [hint('two'), 3], [order({ order: 'unhint', hint: 2 }), 4])
    expect(fold(run, hint('three'), 5).steering.hints).toEqual([
      { id: 1, text: 'one' },
      { id: 3, text: 'three' },
    ])
  })

  test('loses its pin when the way to it is banned', () => {
    const run = { ...told([order({ order: 'pin', attempt: 2 }), 1]), open: [opening(1, 0), opening(2, 1)] }
    expect(fold(run, order({ order: 'ban', attempt: 1 }), 2).steering).toMatchObject({ pinned: null, banned: [1] })
    expect(fold(run, order({ order: 'ban', attempt: 7 }), 2).steering).toMatchObject({ pinned: 2, banned: [7] })
  })
})

const opening = (attempt: number, parent: number): Opening => ({
  attempt,
  parents: [parent],
  operator: 'improve',
  editor: 'model',
  model: null,
  seed: 1,
})

describe('the inbox', () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'anneal-inbox-'))

  test('gives orders in the order in which they were left, until they are removed', async () => {
    const run = folder()
    const orders = Array.from({ length: 30 }, (_, attempt) => Steering.parse({ order: 'ban', attempt }))
    for (const one of orders) await leaveOrder(run, one, () => new Date(5))
    const letters = await readInbox(run)
    expect(letters.map((letter) => letter.order)).toEqual(orders)
    const first = letters[0]?.file ?? ''
    expect(await fateOf(run, first)).toBeNull()
    await removeOrder(first)
    expect(await fateOf(run, first)).toEqual({ refused: null })
    expect((await readInbox(run)).length).toBe(29)
  })

  test('says what is wrong with a bad file, and puts it aside', async () => {
    const run = folder()
    const inbox = join(run, 'inbox')
    mkdirSync(join(inbox, 'd.json'), { recursive: true })
    writeFileSync(join(inbox, 'a.json'), '{"order":"pau')
    writeFileSync(join(inbox, 'b.json'), '{"order":"fly"}')
    writeFileSync(join(inbox, 'c.json'), JSON.stringify({ order: 'hint', text: 'x'.repeat(HINTS.characters + 1) }))
    symlinkSync('/etc/passwd', join(inbox, 'e.json'))
    writeFileSync(join(inbox, 'f.json'), ' '.repeat(100_000))
    writeFileSync(join(inbox, 'notes.txt'), 'not an order')
    const letters = await readInbox(run)
    expect(letters.map((letter) => letter.order)).toEqual(letters.map(() => null))
    expect(letters.map(({ fault }) => fault)).toEqual([
      expect.stringContaining('JSON'),
      expect.stringContaining('order'),
      expect.stringContaining('600'),
      'it is not a plain file',
      'it is not a plain file',
      expect.stringContaining('larger'),
    ])
    for (const { file, fault } of letters) await refuseOrder(run, file, fault)
    expect(await readInbox(run)).toEqual([])
    expect(await fateOf(run, join(inbox, 'd.json'))).toEqual({ refused: 'it is not a plain file' })
  })
})
