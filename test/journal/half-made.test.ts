import { mkdirSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sweepHalfMade } from '../../src/journal/half-made.ts'
import { takeLock } from '../../src/journal/lock.ts'

it('folders of runs that a kill left half made go away; those being made, held or whole stay', async () => {
  const runs = mkdtempSync(join(tmpdir(), 'anneal-runs-'))
  const make = (name: string, lock?: string) => {
    mkdirSync(join(runs, name))
    if (lock) writeFileSync(join(runs, name, 'lock'), lock)
  }
  for (const name of ['.dead-crow-1.tmp', '.held-crow-2.tmp', 'whole-crow-3', '.new-crow-4.tmp']) make(name)
  make('.killed-crow-5.tmp', JSON.stringify({ pid: 1, started: 'before the last boot' }))
  const release = await takeLock(join(runs, '.held-crow-2.tmp', 'lock'))
  for (const name of readdirSync(runs)) if (!name.includes('new')) utimesSync(join(runs, name), 0, 0)
  await sweepHalfMade(runs, Date.now())
  expect(readdirSync(runs).toSorted()).toEqual(['.held-crow-2.tmp', '.new-crow-4.tmp', 'whole-crow-3'])
  await release()
})
