import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { openSteer } from '../../src/jobs/steer.ts'
import { fold } from '../../src/journal/fold.ts'
import { leaveOrder } from '../../src/journal/inbox.ts'
import type { RunEvent } from '../../src/records/event.ts'
import { Steering } from '../../src/records/steering.ts'
import { emptyRun } from '../bench/simulate.ts'

const { attempts: _, ...START } = emptyRun('bandit-tree', 1, 10)

function steered(folder: string) {
  let run = fold(null, { type: 'run.started', start: { ...START, format: 1 } }, 0)
  const [events, notes]: [RunEvent[], string[]] = [[], []]
  const journal = {
    run: () => run,
    append: async (event: RunEvent) => {
      events.push(event)
      run = fold(run, event, 1)
      return run
    },
  }
  const open = () =>
    openSteer(
      folder,
      journal,
      () => undefined,
      (text) => notes.push(text),
    )
  return { open, events, notes }
}

it('what cannot be taken out of the inbox is followed once and told once, and holds up no other order', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'anneal-steer-'))
  const inbox = join(folder, 'inbox')
  mkdirSync(inbox)
  // Bad orders cannot be put aside where the place for them is taken.
  writeFileSync(join(inbox, 'refused'), '')
  writeFileSync(join(inbox, '000.json'), '{"order":"fly"}')
  const { open, events, notes } = steered(folder)
  const steer = await open()
  await leaveOrder(folder, Steering.parse({ order: 'hint', text: 'go on' }), () => new Date())
  for (let tries = 0; tries < 200 && events.length === 0; tries++) await wait(50)
  await wait(700)
  await steer.close()
  expect(events).toEqual([{ type: 'run.steered', order: { order: 'hint', text: 'go on' } }])
  expect(notes.map((text) => text.split(/[(:]/)[0])).toEqual([
    'An order in the inbox is not followed ',
    'An order cannot be taken out of the inbox, and is passed over from now on',
  ])
  expect(readdirSync(inbox).toSorted()).toEqual(['000.json', 'refused'])
})
