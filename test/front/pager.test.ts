import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { page } from '../../src/front/pager.ts'
import { offline, repository, TINY } from '../support/cli.ts'
import { longRun } from '../support/long-run.ts'

const LONG = Array.from({ length: 50_000 }, (_, at) => `line ${at}`).join('\n')

function screen(isTTY = true) {
  const written: string[] = []
  return { written, output: { isTTY, rows: 24, write: (text: string) => written.push(text) } }
}
const PATH = { PATH: process.env.PATH }

it('a long text goes through the person’s pager', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'anneal-page-')), 'seen')
  const { written, output } = screen()
  await page(LONG, output, { ...PATH, PAGER: `cat > '${file}'` })
  expect(readFileSync(file, 'utf8')).toBe(`${LONG}\n`)
  expect(written).toEqual([])
})

it.each([
  ['a pager that is not there', 'no-such-pager-here', LONG, true, 1],
  ['a pager that is left at once', 'true', LONG, true, 0],
  ['no pager wished', '', LONG, true, 1],
  ['a text that fits', 'false', 'one line', true, 1],
  ['a pipe', 'false', LONG, false, 1],
] as const)('%s is no error', async (_, pager, text, isTTY, times) => {
  const { written, output } = screen(isTTY)
  await page(text, output, { ...PATH, PAGER: pager })
  expect(written).toHaveLength(times)
})

it('a reader that leaves early is no error either', () => {
  const folder = repository(TINY)
  longRun(
    folder,
    { goal: 'x', edit: ['solve.mjs'], evaluate: { command: 'x', metric: 'value', direction: 'maximize' } },
    2000,
  )
  const bin = join(import.meta.dirname, '..', '..', 'bin', 'run.js')
  const { stdout, stderr } = spawnSync('sh', ['-c', `'${process.execPath}' '${bin}' log | head -n 1`], {
    cwd: folder,
    env: offline(),
    encoding: 'utf8',
  })
  expect(stdout.split('\n')).toHaveLength(2)
  expect(stderr.replace(/not found/, '')).toBe('')
})
