import { describe, expect, it } from 'vitest'
import { comparisonOf, holm, intervalOf, studentQuantile } from '../../src/evaluate/interval.ts'
import { seeded } from '../../src/records/random.ts'

const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

describe('intervals of a benchmark', () => {
  it('know the table of Student', () => {
    for (const [below, freedom, t] of [
      [0.975, 1, 12.706],
      [0.975, 2, 4.303],
      [0.975, 4, 2.776],
      [0.975, 30, 2.042],
      [0.995, 9, 3.25],
    ] as const)
      expect(studentQuantile(below, freedom)).toBeCloseTo(t, 3)
  })

  it('give the textbook’s interval', () => {
    const found = intervalOf([4, 6, 8])
    expect(found).toMatchObject({ count: 3, mean: 6 })
    expect(found.low).toBeCloseTo(6 - (4.302653 * 2) / Math.sqrt(3), 4)
    expect(intervalOf([7])).toEqual({ count: 1, mean: 7, low: null, high: null })
    expect(intervalOf([0.1, 0.1, 0.1])).toEqual({ count: 3, mean: 0.1, low: 0.1, high: 0.1 })
  })

  it('hold the true mean 19 times in 20, and call chance a difference once in 20', () => {
    const random = seeded(5)
    let [held, called] = [0, 0]
    for (let turn = 0; turn < 4000; turn++) {
      const values = Array.from({ length: 5 }, () => 10 + normal(random))
      const { low, high } = intervalOf(values)
      if (low !== null && high !== null && low <= 10 && high >= 10) held++
      if ((comparisonOf(values.map((value) => value - 10)).p ?? 1) < 0.05) called++
    }
    expect(held / 4000).toBeCloseTo(0.95, 1.6)
    expect(called / 4000).toBeCloseTo(0.05, 1.6)
  })

  it('count who won, and are certain where nothing varies', () => {
    expect(comparisonOf([1, -1, 0, 2])).toMatchObject({ wins: 2, ties: 1, losses: 1, mean: 0.5 })
    expect(comparisonOf([0, 0])).toMatchObject({ p: 1, mean: 0 })
    expect(comparisonOf([2, 2])).toMatchObject({ p: 0, low: 2, high: 2 })
    expect(comparisonOf([2])).toMatchObject({ p: null, low: null })
  })

  it('raise chances after Holm', () => {
    expect(holm([0.01, 0.04, null, 0.03])).toEqual([0.03, 0.06, null, 0.06])
    expect(holm([0.9, 0.8])).toEqual([1, 1])
  })
})
