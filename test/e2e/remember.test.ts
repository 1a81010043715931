import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { anneal, git, repository, TINY } from '../support/cli.ts'
import { long } from '../support/long.ts'

it('measures nothing twice in a second run of a task that says it is deterministic', async () => {
  const yaml = (TINY['anneal.yaml'] ?? '').replace(
    'timeout: 20s}\nbudget',
    'timeout: 20s, deterministic: true}\nbudget',
  )
  const folder = repository({ ...TINY, 'anneal.yaml': yaml })
  const words = ['run', '--json', '--editor', 'genetic', '--sandbox', 'off', '--attempts', '4']
  const [first, second] = [await anneal(folder, words), await anneal(folder, words)]
  expect(first.code, first.err).toBe(0)
  expect(second.code, second.err).toBe(0)
  /** How often an attempt's candidate was run in full. */
  const runs = (out: string, attempt: number) =>
    readdirSync(join(folder, '.anneal', 'runs', JSON.parse(out).run, 'attempts', String(attempt))).filter((name) =>
      name.startsWith('execute-full'),
    ).length
  expect(JSON.parse(second.out).best.score).toBe(JSON.parse(first.out).best.score)
  expect([runs(first.out, 0), runs(first.out, 1)]).toEqual([1, 1])
  expect(
    existsSync(join(folder, '.anneal', 'runs', JSON.parse(second.out).run, 'attempts', '1')) ? runs(second.out, 1) : 0,
  ).toBe(0)
}, 120_000)

long(
  'measures anew what an evaluator compares with a base that has changed',
  async () => {
    const folder = repository({
      ...TINY,
      'number.txt': '3',
      'solve.mjs':
        "import { readFileSync, writeFileSync } from 'node:fs'\nwriteFileSync(`${process.env.ANNEAL_OUT}/value.json`, readFileSync('number.txt'))\n",
      'score.mjs':
        "import { readFileSync, writeFileSync } from 'node:fs'\nconst value = Number(readFileSync(`${process.env.ANNEAL_OUT}/value.json`, 'utf8')) - Number(readFileSync('number.txt', 'utf8'))\nwriteFileSync(process.env.ANNEAL_RESULT, JSON.stringify({ value }))\n",
      'anneal.yaml':
        'goal: Beat the number at the base.\nedit: [number.txt]\nexecute: {command: node solve.mjs}\nevaluate: {command: node score.mjs, sealed: [score.mjs], metric: value, direction: maximize, deterministic: true}\n',
    })
    const words = ['run', '--json', '--attempts', '1', '--sandbox', 'off', '--editor-command', 'printf 8 > number.txt']
    expect(JSON.parse((await anneal(folder, words)).out).best.score).toBe(5)
    writeFileSync(join(folder, 'number.txt'), '4')
    git(folder, 'commit', '-qam', 'a better base')
    expect(JSON.parse((await anneal(folder, words)).out).best.score).toBe(4)
  },
  120_000,
)
