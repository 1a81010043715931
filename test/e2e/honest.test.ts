import { describe, expect, it } from 'vitest'
import { anneal, repository, TINY } from '../support/cli.ts'

const unsafe = ['--sandbox', 'off']
const setTo = (value: string) => ['--editor-command', `printf %s ${JSON.stringify(value)} > number.txt`]
const files = (evaluate: string) => ({
  ...TINY,
  'number.txt': '3',
  'solve.mjs':
    "import { readFileSync, writeFileSync } from 'node:fs'\nwriteFileSync(`${process.env.ANNEAL_OUT}/value.json`, readFileSync('number.txt'))\n",
  'anneal.yaml': `goal: Make the value large.\nedit: [number.txt]\nexecute: {command: node solve.mjs}\nevaluate: {command: node score.mjs, metric: value, direction: maximize, ${evaluate}}\n`,
})

describe('a score outside of metric_range', () => {
  it('is nobody’s parent, is not the best and is no improvement, but its branch stands', async () => {
    const folder = repository(files('metric_range: [0, 10]'))
    const words = ['run', '--attempts', '2', '--json', '--require-improvement', ...unsafe, ...setTo('1000')]
    const said = await anneal(folder, words)
    expect(said.code, said.out + said.err).toBe(3)
    expect(JSON.parse(said.out)).toMatchObject({ best: { attempt: 0, score: 3 }, attempts: { rejected: 2 } })
    const { attempts } = JSON.parse((await anneal(folder, ['log', '--json'])).out)
    expect(attempts[1]).toMatchObject({ status: 'rejected', score: null, metrics: { value: 1000 } })
    expect(attempts[1].reason).toContain('outside metric_range [0, 10]')
    expect(attempts[1].branch).not.toBeNull()
  }, 180_000)

  it('of the baseline is an error of the task', async () => {
    const folder = repository(files('metric_range: [5, 10]'))
    for (const words of [['check'], ['run', '--attempts', '1']]) {
      const said = await anneal(folder, [...words, '--json', ...unsafe, ...setTo('6')])
      expect(said.code, said.out + said.err).toBe(4)
      expect(said.out).toContain('outside metric_range [5, 10]')
    }
  }, 180_000)
})
