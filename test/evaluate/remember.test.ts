import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { remembered } from '../../src/evaluate/remember.ts'
import type { Sample, Trial } from '../../src/records/trial.ts'

const trial: Trial = { attempt: 3, commit: 'c1', stage: 'full', seed: 7 }
const sample: Sample = {
  trial,
  metrics: { m: 1.5 },
  reason: null,
  flags: ['f'],
  signs: [],
  execution: null,
  evaluation: null,
}
const open = (folder: string, more: { deterministic?: boolean; scale?: string[] } = {}) =>
  remembered({
    folder,
    deterministic: true,
    scale: ['evaluator'],
    treeOf: async (commit) => `tree of ${commit}`,
    ...more,
  })
const fresh = () => mkdtempSync(join(tmpdir(), 'anneal-remember-'))

describe('samples of earlier measurements', () => {
  test('are there for another attempt with the same tree, seed, stage and evaluator, and for nothing else', async () => {
    const folder = fresh()
    await open(folder).keep(sample)
    const again = { ...trial, attempt: 9 }
    expect(await open(folder).find(again)).toEqual({ ...sample, trial: again })
    expect(await open(folder).find({ ...trial, seed: 8 })).toBe(null)
    expect(await open(folder).find({ ...trial, stage: 'fast' })).toBe(null)
    expect(await open(folder).find({ ...trial, commit: 'c2' })).toBe(null)
    expect(await open(folder, { scale: ['another'] }).find(trial)).toBe(null)
  })

  test('are not kept of a task that does not say it is deterministic, of failures, and of a champion’s trials', async () => {
    const folder = fresh()
    await open(folder, { deterministic: false }).keep(sample)
    await open(folder).keep({ ...sample, reason: 'it broke' })
    for (const stage of ['confirm', 'holdout'] as const)
      await open(folder).keep({ ...sample, trial: { ...trial, stage } })
    expect(readdirSync(folder)).toEqual([])
  })

  test('are measured again where what was kept is damaged', async () => {
    const folder = fresh()
    await open(folder).keep(sample)
    const [file = ''] = readdirSync(folder)
    writeFileSync(join(folder, file), '{"metrics": {"m"')
    expect(await open(folder).find(trial)).toBe(null)
    writeFileSync(join(folder, file), '{"metrics": 5}')
    expect(await open(folder).find(trial)).toBe(null)
  })
})
