import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { escaped } from '../../src/reports/markdown.ts'
import { anneal, repository, TINY } from '../support/cli.ts'
import { longRun } from '../support/long-run.ts'
import { geneticRun, HOSTILE } from './page/runs.ts'

describe('anneal report', () => {
  it('gives a summary in Markdown: where it stands, a chart, the best attempts, the cost', {
    timeout: 90_000,
  }, async () => {
    const { folder, run } = await geneticRun(3)
    const { code, out } = await anneal(folder, ['report', run, '--markdown'])
    const status = JSON.parse((await anneal(folder, ['status', run, '--json'])).out)
    expect(code).toBe(0)
    expect(out).toContain('## Anneal: Make the value large.')
    expect(out).toContain(`by attempt ${status.best.attempt}`)
    expect(out).toContain(`| attempts | ${status.attempts.total}: ${status.attempts.scored} scored`)
    expect(out).toMatch(/┤[▁▂▃▄▅▆▇█ ]*█/)
    expect(out).toContain(`anneal apply --run ${run}`)
    const document = JSON.parse((await anneal(folder, ['report', run, '--markdown', '--json'])).out)
    expect(document).toMatchObject({ run, file: null, markdown: `${out}` })
  })

  it('says what is wrong with what it was asked for', { timeout: 90_000 }, async () => {
    const folder = repository(TINY)
    expect(await anneal(folder, ['report'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no run in this repository'),
    })
    longRun(
      folder,
      { goal: 'g', edit: ['solve.mjs'], evaluate: { command: 'c', metric: 'value', direction: 'maximize' } },
      3,
    )
    const missing = await anneal(folder, ['report', 'quiet-otter-3f2a'])
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('There is no run quiet-otter-3f2a') })
    const astray = await anneal(folder, ['report', '--out', join(folder, 'score.mjs', 'report.html')])
    expect(astray).toMatchObject({ code: 2, err: expect.stringContaining('could not be written') })
  })
})

describe('text in a Markdown summary', () => {
  it('stays text', () => {
    const told = escaped(HOSTILE, 400)
    expect(told).not.toMatch(/<|(?<!\\)[`|*_[\]]|\u001b|\u202e|\n/)
    expect(escaped('a | b\n# c @user #12 https://x.test', 100)).toBe(
      'a \\| b #\u200b c @\u200buser #\u200b12 https:\u200b//x.test',
    )
    expect(escaped('x'.repeat(300), 100)).toHaveLength(100)
  })
})
