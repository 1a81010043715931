import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { importCompetition } from '../../src/jobs/import-competition.ts'
import { AnnealError } from '../../src/records/error.ts'

const home = mkdtempSync(join(tmpdir(), 'anneal-mle-'))
writeFileSync(join(home, 'train.csv'), 'id,y\n1,2\n')

it.each([
  ['there is no folder', 'nowhere', {}, 'There is no folder'],
  ['there is no sample submission', '.', {}, 'holds no sample submission'],
  ['a time cannot be read', '.', { timeout: 'soon' }, '--timeout soon cannot be read'],
  ['a size cannot be read', '.', { memory: 'much' }, '--memory much cannot be read'],
  ['an address is none', '.', { server: 'ftp://x; rm' }, 'is no address'],
])('nothing is left behind where %s', async (_name, source, more, words) => {
  const wishes = { validation: 0.2, seed: 1, timeout: '10m', ...more }
  const failed = await importCompetition(join(home, source), join(home, 'task'), wishes).catch(
    (fault: unknown) => fault,
  )
  expect(failed).toBeInstanceOf(AnnealError)
  expect((failed as AnnealError).what).toContain(words)
  expect((failed as AnnealError).fix).not.toBe('')
  expect(readdirSync(home)).toEqual(['train.csv'])
  expect(statSync(join(home, 'train.csv')).size).toBe(9)
})
