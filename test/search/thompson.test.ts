import { describe, expect, test } from 'vitest'
import { seeded } from '../../src/records/random.ts'
import { drawRate, gamma, greatest, normal } from '../../src/search/thompson.ts'

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const draws = (draw: () => number) => Array.from({ length: 20_000 }, draw)

describe('the draws of a bandit', () => {
  test.each([0.3, 1, 4.5])('a gamma number of shape %s has that mean and that variance', (shape) => {
    const random = seeded(7)
    const values = draws(() => gamma(shape, random))
    expect(mean(values)).toBeCloseTo(shape, 0)
    expect(mean(values.map((value) => (value - shape) ** 2)) / shape).toBeCloseTo(1, 0)
    expect(Math.min(...values)).toBeGreaterThan(0)
  })

  test('a normal number has mean 0 and variance 1', () => {
    const random = seeded(8)
    const values = draws(() => normal(random))
    expect(mean(values)).toBeCloseTo(0, 1)
    expect(mean(values.map((value) => value ** 2))).toBeCloseTo(1, 1)
  })

  test('an arm that pays twice as much at the same cost, or the same at half the cost, is drawn more often the more is known', () => {
    const share = (scale: number) => {
      const random = seeded(9)
      const wins = Array.from({ length: 2000 }, () =>
        greatest(['dear', 'cheap'], (arm) =>
          drawRate({ paid: 2 * scale, cost: (arm === 'cheap' ? 4 : 8) * scale }, { paid: 1, cost: 2 }, random),
        ),
      ).filter((arm) => arm === 'cheap').length
      return wins / 2000
    }
    expect(share(1)).toBeGreaterThan(0.55)
    expect(share(20)).toBeGreaterThan(share(1))
    expect(share(20)).toBeGreaterThan(0.95)
  })

  test('a shape that is not above 0 is refused instead of searched for', () => {
    expect(() => gamma(Number.NaN, seeded(1))).toThrow('gamma')
  })
})
