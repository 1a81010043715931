import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { anneal, repository, TINY } from '../support/cli.ts'
import { long } from '../support/long.ts'

const SCORE = `import { readFileSync, writeFileSync } from 'node:fs'
if (process.argv[2] !== 'fast') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000)
const value = Number(readFileSync(process.env.ANNEAL_OUT + '/value.json', 'utf8'))
writeFileSync(process.env.ANNEAL_RESULT, JSON.stringify({ value: value + (process.argv[2] === 'fast' ? 1000 : 0) }))
`
/** An editor whose changes are worth 9, 8, 7, … in turn. */
const EDIT = `import { readFileSync, writeFileSync } from 'node:fs'
const [, , count] = process.argv
let made = 0
try {
  made = Number(readFileSync(count, 'utf8'))
} catch {}
writeFileSync(count, String(made + 1))
writeFileSync('solve.mjs', readFileSync('solve.mjs', 'utf8').replace(/value = .*/, 'value = ' + (9 - made)))
`

/** A task whose cheap variant gives 1000 more, in a fraction of the time. */
function task(cost: number): string {
  const folder = repository({ ...TINY, 'score.mjs': SCORE, 'edit.mjs': EDIT })
  const yaml = `goal: Make the value large.
edit: [solve.mjs]
execute: {command: node solve.mjs, timeout: 20s}
evaluate:
  command: node score.mjs
  sealed: [score.mjs]
  metric: value
  direction: maximize
  fast: {command: node score.mjs fast, timeout: 5s, cost: ${cost}}
budget: {attempts: 6}
editor: {command: node edit.mjs ${join(folder, '..', 'count')}}
`
  writeFileSync(join(folder, 'anneal.yaml'), yaml)
  return folder
}

long(
  'measures cheaply first, in full only what earns it, and never ranks the one with the other',
  async () => {
    const folder = task(0.1)
    const { code, out, err } = await anneal(folder, ['run', '--json', '--sandbox', 'off'])
    expect(code, err).toBe(0)
    const { run, best } = JSON.parse(out)
    const { attempts } = JSON.parse((await anneal(folder, ['log', '--json'])).out)
    const unearned = attempts.filter((one: { reason: string | null }) => one.reason?.includes('not measured in full'))
    const journal = readFileSync(join(folder, '.anneal', 'runs', run, 'journal.jsonl'), 'utf8')
    expect(unearned.length).toBeGreaterThan(0)
    expect(best.score).toBe(9.5)
    for (const one of attempts) expect(one.score === null || one.score < 1000).toBe(true)
    for (const one of unearned) expect(one).toMatchObject({ status: 'rejected', score: null, metrics: {} })
    expect(journal).toContain('"fast":{"score":1003.5')
  },
  60_000,
)

it('names a fraction of the cost that is none', async () => {
  const { code, out } = await anneal(task(3), ['run', '--json', '--sandbox', 'off'])
  expect(code).toBe(2)
  expect(JSON.stringify(JSON.parse(out).error)).toContain('evaluate.fast.cost')
})
