import { expect, test } from 'vitest'
import { Task } from '../../src/records/task.ts'
import { compare, interval } from '../bench/strategies.ts'

test('the default strategy is the best, or within noise of the best, on all three landscapes', () => {
  const { strategy } = Task.shape.search.parse({})
  const rows = compare(20)
  const defaults = rows.filter((row) => row.strategy === strategy)
  expect(defaults).toHaveLength(3)
  for (const mine of defaults)
    for (const other of rows.filter(({ landscape }) => landscape === mine.landscape)) {
      const { mean, half } = interval(other.scores.map((score, index) => score - (mine.scores[index] ?? 0)))
      expect(mean - half, `${other.strategy} on ${mine.landscape}`).toBeLessThanOrEqual(0)
    }
})
