import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { anneal, repository, TINY } from '../support/cli.ts'

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
}, 60_000)
