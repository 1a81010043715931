import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { anneal, git, repository, start, TINY } from '../support/cli.ts'

const Report = z.object({
  failed: z.number(),
  runs: z.array(
    z.object({
      setting: z.string(),
      seed: z.number(),
      reason: z.string().nullable(),
      outcome: z
        .object({ run: z.string(), baseline: z.number(), score: z.number(), attempts: z.number(), stopped: z.string() })
        .nullable(),
    }),
  ),
  scores: z.array(z.object({ setting: z.string(), runs: z.number(), failed: z.number() })),
  pairs: z.array(z.object({ a: z.string(), b: z.string(), difference: z.object({ count: z.number() }).nullable() })),
})

/** A repository with a suite in it, and a place to work. */
function place(suite: string, files: Record<string, string> = TINY) {
  const folder = repository({ ...files, 'suite.yaml': suite })
  const work = join(mkdtempSync(join(tmpdir(), 'anneal-bench-')), 'work')
  const words = ['bench', 'suite.yaml', '--work', work, '--sandbox', 'off', '--json']
  return { folder, work, words }
}

const report = (out: string) => Report.parse(JSON.parse(out))
const SUITE = 'tasks: [.]\nseeds: 2\nbudget: {attempts: 3}\ntask: {editor: genetic, budget: {attempts: 99}}\n'
const TWO = 'settings: {bandit: {}, greedy: {search: {strategy: greedy-tree}}}\n'

describe('bench', () => {
  it('runs in copies under the suite’s budget, keeps what has ended, and leaves the project alone', async () => {
    const { folder, work, words } = place(`${SUITE}settings: {one: {}}\n`)
    const csv = join(work, 'runs.csv')
    const first = await anneal(folder, [...words, '--seeds', '1', '--csv', csv])
    expect(first.code, first.err).toBe(0)
    expect(report(first.out).runs).toMatchObject([{ setting: 'one', seed: 1, outcome: { baseline: 3.5, attempts: 3 } }])
    expect(readFileSync(csv, 'utf8').trimEnd().split('\n')).toHaveLength(1 + 4)
    const again = await anneal(folder, [...words, '--seeds', '1'])
    expect(again.err).toContain('1 of 1 runs have ended before.')
    expect(report(again.out)).toEqual(report(first.out))
    expect(existsSync(join(folder, '.anneal'))).toBe(false)
    expect(git(folder, 'branch', '--list')).toBe('* main')
    expect(git(folder, 'status', '--porcelain')).toBe('')
  }, 60_000)
})

describe.skipIf(!process.env.ANNEAL_TEST_ALL)('bench, in full (only with ANNEAL_TEST_ALL)', () => {
  it('pairs every setting with every other, each run with data of its own', async () => {
    const { folder, work, words } = place(`${SUITE}${TWO}parallel: 2\n`)
    const { code, out, err } = await anneal(folder, words)
    expect(code, err).toBe(0)
    const { runs, pairs } = report(out)
    expect(runs.map(({ setting, seed }) => [setting, seed])).toEqual([
      ['bandit', 1],
      ['greedy', 1],
      ['bandit', 2],
      ['greedy', 2],
    ])
    expect(new Set(runs.map(({ outcome }) => outcome?.run)).size).toBe(4)
    expect(pairs).toMatchObject([{ a: 'bandit', b: 'greedy', difference: { count: 2 } }])
    const [task = ''] = readdirSync(join(work, 'runs'))
    for (const setting of ['bandit', 'greedy'])
      for (const seed of ['1', '2']) {
        const own = join(work, 'runs', task, setting, seed)
        expect(statSync(join(own, 'data')).isDirectory()).toBe(true)
        expect(readdirSync(join(own, 'repository', '.anneal', 'runs'))).toHaveLength(1)
      }
  }, 120_000)

  it('goes on after kill -9: what had ended is not run again, what was begun goes on, and no process is left', async () => {
    const slow = { ...TINY, 'solve.mjs': `await new Promise((done) => setTimeout(done, 250))\n${TINY['solve.mjs']}` }
    const { folder, work, words } = place(`${SUITE}${TWO}`, slow)
    const { child, ended } = start(folder, words)
    let said = ''
    child.stderr?.on('data', (chunk) => {
      said += chunk
    })
    const journal = () => {
      const runs = join(work, 'runs', 'repo', 'greedy', '1', 'repository', '.anneal', 'runs')
      const name = existsSync(runs) ? readdirSync(runs).find((one) => !one.startsWith('.')) : undefined
      const file = join(runs, name ?? '', 'journal.jsonl')
      return name !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : ''
    }
    while (journal().split('"attempt.closed"').length < 3) await wait(50)
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')
    expect(children.filter((id) => readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('bench-work'))).toHaveLength(1)
    child.kill('SIGKILL')
    await ended
    expect(said).toContain('1 of 4')
    const [first = ''] = journal().split('\n')
    const again = await anneal(folder, words)
    expect(again.code, again.err).toBe(0)
    expect(again.err).toContain('1 of 4 runs have ended before.')
    expect(journal().split('\n')[0]).toBe(first)
    expect(journal()).toContain('"run.resumed"')
    expect(report(again.out).runs.map(({ outcome }) => outcome?.attempts)).toEqual([3, 3, 3, 3])
    expect(children.filter((id) => existsSync(`/proc/${id}`))).toEqual([])
  }, 180_000)

  it('tells and counts runs that fail, and works them again when asked', async () => {
    // The baseline breaks under one of the seeds.
    const flag = join(mkdtempSync(join(tmpdir(), 'anneal-flag-')), 'mended')
    const { folder, words } = place(
      `${SUITE}settings: {good: {}, bad: {execute: {command: 'test -e ${flag} && node solve.mjs'}}}\n`,
    )
    const first = await anneal(folder, words)
    expect(first.code, first.err).toBe(0)
    expect(report(first.out)).toMatchObject({
      failed: 2,
      scores: [
        { setting: 'good', failed: 0 },
        { setting: 'bad', failed: 2 },
      ],
      pairs: [{ difference: null }],
    })
    expect(report(first.out).runs[1]?.reason).toContain('baseline does not score')
    expect(first.err).toContain('bad, seed 1: FAILED')
    expect((await anneal(folder, words)).err).toContain('4 of 4 runs have ended before.')
    writeFileSync(flag, '')
    const mended = await anneal(folder, [...words, '--retry'])
    expect(mended.err).toContain('2 of 4 runs have ended before.')
    expect(report(mended.out).failed).toBe(0)
  }, 180_000)

  it('stops on SIGTERM with 143 and goes on later; runs a changed task anew', async () => {
    const slow = { ...TINY, 'solve.mjs': `await new Promise((done) => setTimeout(done, 500))\n${TINY['solve.mjs']}` }
    const { folder, work, words } = place(`${SUITE}settings: {one: {}}\n`, slow)
    const { child, ended } = start(folder, words)
    while (!existsSync(join(work, 'runs', 'repo', 'one', '1', 'repository', '.anneal', 'runs'))) await wait(50)
    child.kill('SIGTERM')
    const stopped = await ended
    expect(stopped.code, stopped.err).toBe(143)
    expect(stopped.out).toContain('Stopped before all runs had ended')
    expect((await anneal(folder, words)).code).toBe(0)
    writeFileSync(join(folder, 'solve.mjs'), `${TINY['solve.mjs']}`)
    git(folder, 'commit', '-qam', 'faster')
    const changed = await anneal(folder, words)
    expect(changed.err).not.toContain('have ended before')
    expect(report(changed.out).failed).toBe(0)
  }, 180_000)

  it('lets the runs of a setting share what they learn where it says so, in the order of their seeds', async () => {
    const { folder, work, words } = place(`${SUITE}settings: {kept: {data: kept}}\nparallel: 2\n`)
    const { code, err } = await anneal(folder, words)
    expect(code, err).toBe(0)
    expect(existsSync(join(work, 'data', 'repo', 'kept', 'anneal'))).toBe(true)
    expect(existsSync(join(work, 'runs', 'repo', 'kept', '1', 'data'))).toBe(false)
    expect(err.indexOf('seed 1:')).toBeLessThan(err.indexOf('seed 2:'))
  }, 120_000)

  it('names what is wrong before anything is run', async () => {
    const { folder, words } = place(`${SUITE}settings: {a: {sarch: {}}}\n`)
    const wrong = async (...more: string[]) => {
      const { code, out } = await anneal(folder, [...words, ...more])
      return [code, z.object({ error: z.object({ what: z.string(), why: z.string() }) }).parse(JSON.parse(out)).error]
    }
    expect(await wrong()).toEqual([2, expect.objectContaining({ why: expect.stringContaining('unknown key "sarch"') })])
    expect(await wrong('--on', 'nowhere', '--vary', 'memory=on')).toEqual([
      2,
      expect.objectContaining({ what: 'There is no task nowhere.' }),
    ])
    const none = await anneal(folder, ['bench', '--on', 'circle-packing', '--json'])
    expect([none.code, none.out]).toEqual([2, expect.stringContaining('budget')])
  }, 120_000)
})
