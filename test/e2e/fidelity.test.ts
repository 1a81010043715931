import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { anneal, repository, TINY } from '../support/cli.ts'

/** A task with a cheap variant, whose every measurement is noted beside the repository. */
function task(more: string) {
  const folder = repository({
    ...TINY,
    'score.mjs':
      "import { readFileSync, writeFileSync } from 'node:fs'\nconst value = Number(readFileSync(`${process.env.ANNEAL_OUT}/value.json`, 'utf8'))\nwriteFileSync(process.env.ANNEAL_RESULT, JSON.stringify({ value: value + (process.argv[2] === 'fast' ? 1000 : 0) }))\n",
    'anneal.yaml': `goal: Make the value large.\nedit: [solve.mjs]\nexecute: {command: node solve.mjs, timeout: 20s}\nevaluate:\n  command: node score.mjs\n  sealed: [score.mjs]\n  metric: value\n  direction: maximize\n  timeout: 20s\n${more}budget: {attempts: 14}\neditor: genetic\n`,
  })
  return folder
}

it('measures cheaply first, in full only what earns it, and never ranks the one with the other', async () => {
  const folder = task('  fast: {command: node score.mjs fast, timeout: 5s, cost: 0.1}\n')
  const { code, out, err } = await anneal(folder, ['run', '--json', '--sandbox', 'off'])
  expect(code, err).toBe(0)
  const { run, best } = JSON.parse(out)
  const { attempts } = JSON.parse((await anneal(folder, ['log', '--json'])).out)
  const unearned = attempts.filter((one: { reason: string | null }) => one.reason?.includes('not measured in full'))
  const journal = readFileSync(join(folder, '.anneal', 'runs', run, 'journal.jsonl'), 'utf8')
  expect(unearned.length).toBeGreaterThan(0)
  expect(best.score).toBeLessThan(1000)
  for (const one of attempts) expect(one.score === null || one.score < 1000).toBe(true)
  for (const one of unearned) expect(one).toMatchObject({ status: 'rejected', score: null, metrics: {} })
  expect(journal).toContain('"fast":{"score":1003.5')
}, 60_000)

it('names a fraction of the cost that is none', async () => {
  const { code, out } = await anneal(task('  fast: {command: node score.mjs fast, cost: 3}\n'), [
    'run',
    '--json',
    '--sandbox',
    'off',
  ])
  expect(code).toBe(2)
  expect(JSON.stringify(JSON.parse(out).error)).toContain('evaluate.fast.cost')
})
