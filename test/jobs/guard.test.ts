import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { guard } from '../../src/jobs/guard.ts'
import { anneal, git, offline, repository, TINY } from '../support/cli.ts'

process.env = offline()

const never = new AbortController().signal
const own = { sandboxOff: true, allowNetwork: false }
const wish = (folder: string) => ({ folder, taskFile: undefined, overrides: {}, own, base: 'HEAD~1', tolerance: 0 })
const look = (folder: string, more: object = {}) => guard({ ...wish(folder), ...more }, () => undefined, never)

/** A commit on top of HEAD that writes `files`. */
function commit(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
  git(folder, 'add', '-A')
  git(folder, 'commit', '-q', '-m', 'change')
}

const solve = TINY['solve.mjs'] ?? ''
const noisy = (value: string) => `const noise = Number(process.env.ANNEAL_SEED) % 1000\n${solve.replace('3', value)}`

describe('the guard', () => {
  it('ends with 3 where HEAD is worse, and leaves reports and nothing else', async () => {
    const folder = repository(TINY)
    commit(folder, { 'solve.mjs': solve.replace('3', '2') })
    const [junit, summary, annotations] = ['junit.xml', 'summary.md', 'annotations.txt'].map((name) =>
      join(folder, '.anneal', 'reports', name),
    )
    const words = ['guard', '--json', '--base', 'HEAD~1', '--sandbox', 'off']
    const files = ['--junit', `${junit}`, '--summary', `${summary}`, '--annotations', `${annotations}`]
    const { code, out, err } = await anneal(folder, [...words, ...files])
    expect(code, err).toBe(3)
    expect(JSON.parse(out)).toMatchObject({
      verdict: 'worse',
      base: { ref: 'HEAD~1', score: 3.5 },
      head: { score: 2.5 },
      change: -1,
      pairs: [{ base: 3.5, head: 2.5 }, {}, {}],
    })
    expect(readFileSync(`${junit}`, 'utf8')).toContain('failures="1"')
    expect(readFileSync(`${summary}`, 'utf8')).toContain('| HEAD |')
    expect(readFileSync(`${annotations}`, 'utf8')).toMatch(/^::error title=Anneal guard%3A value::worse: [^\n]*\n$/)
    expect(git(folder, 'branch', '--list', 'anneal/*')).toBe('')
    expect(git(folder, 'status', '--porcelain')).toBe('')
  }, 60_000)

  it('takes the task and the evaluator from the base: a change cannot soften its own exam', async () => {
    const folder = repository(TINY)
    commit(folder, {
      'solve.mjs': solve.replace('3', '1'),
      'score.mjs': (TINY['score.mjs'] ?? '').replace('{ value }', '{ value: 99 }'),
      'anneal.yaml': (TINY['anneal.yaml'] ?? '').replace('node score.mjs', 'echo 99'),
    })
    const report = await look(folder)
    expect(report).toMatchObject({ verdict: 'worse', head: { score: 1.5 }, sealed: ['score.mjs'] })
    expect(report.notes.join('\n')).toContain('Not compared, since they belong to what measures: score.mjs')
  }, 60_000)

  it('measures nothing where no file that is compared has changed', async () => {
    const folder = repository(TINY)
    commit(folder, { 'score.mjs': `${TINY['score.mjs']}// better explained\n` })
    expect(await look(folder)).toMatchObject({ verdict: 'no worse', pairs: [], base: { score: null } })
  }, 60_000)
})

describe.skipIf(!process.env.ANNEAL_TEST_ALL)('the guard, in full (only with ANNEAL_TEST_ALL)', () => {
  it('pairs on the seed: what the seed does to both is no fall, and a small fall beneath it is seen', async () => {
    const folder = repository({ ...TINY, 'solve.mjs': noisy('500 + noise') })
    commit(folder, { 'solve.mjs': noisy('490 + noise') })
    expect(await look(folder)).toMatchObject({ verdict: 'worse', change: -10 })
    expect(await look(folder, { tolerance: 0.1 })).toMatchObject({ verdict: 'no worse', change: -10 })
    // Noise of its own for each commit, the same whenever it is measured.
    commit(folder, { 'solve.mjs': noisy('500 + (Number(process.env.ANNEAL_SEED) % 61) + noise') })
    commit(folder, { 'solve.mjs': noisy('500 + (Number(process.env.ANNEAL_SEED) % 59) + noise') })
    const report = await look(folder)
    expect(report.verdict).toBe('no worse')
    expect(report.confidence).toBeGreaterThan(0)
    expect(report.confidence).toBeLessThan(1)
  }, 120_000)

  it('tells a HEAD that breaks from a base that does', async () => {
    const folder = repository(TINY)
    commit(folder, { 'solve.mjs': "throw new Error('::error::gone')\n" })
    expect(await look(folder)).toMatchObject({ verdict: 'worse', head: { score: null }, pairs: [] })
    commit(folder, { 'solve.mjs': solve })
    await expect(look(folder)).rejects.toMatchObject({ exit: 4, what: expect.stringContaining('does not score') })
  }, 120_000)

  it('measures the whole change where the evaluator is named: added, deleted and renamed files', async () => {
    const folder = repository({
      ...TINY,
      'lib.mjs': 'export const value = 3\n',
      'solve.mjs': solve.replace('const value = 3', "const { value } = await import('./lib.mjs')"),
    })
    git(folder, 'mv', 'lib.mjs', 'other.mjs')
    commit(folder, {
      'other.mjs': 'export const value = 7\n',
      'solve.mjs': solve.replace('const value = 3', "const { value } = await import('./other.mjs')"),
    })
    expect(await look(folder)).toMatchObject({ verdict: 'better', head: { score: 7.5 }, sealed: [] })
  }, 120_000)

  it('names the fix: a ref that is not there, a shallow clone, a tolerance that is none', async () => {
    const folder = repository(TINY)
    commit(folder, { 'solve.mjs': solve.replace('3', '2') })
    expect((await anneal(folder, ['guard', '--base', 'nowhere'])).err).toContain('holds no commit nowhere')
    const clone = `${folder}-shallow`
    git(folder, 'clone', '-q', '--depth=1', `file://${folder}`, clone)
    const said = await anneal(clone, ['guard', '--base', 'HEAD~1'])
    expect([said.code, said.err]).toEqual([2, expect.stringContaining('git fetch --unshallow')])
    for (const share of ['-1', '1', '100%', 'much'])
      expect((await anneal(folder, ['guard', '--base', 'HEAD~1', `--tolerance=${share}`])).code).toBe(2)
    expect((await anneal(folder, ['guard'])).code).toBe(2)
  }, 120_000)
})
