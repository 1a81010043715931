import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differenceOf, isSettled, isSure, MOST_PAIRS, type Pair, studentBelow } from '../../src/evaluate/paired.ts'
import { seeded } from '../../src/records/random.ts'

/** Normal numbers out of uniform ones (Box and Muller 1958). */
const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** The share of challenges won by a challenger that is `lead` standard deviations of a difference better. */
function wins(lead: number, challenges: number): number {
  const random = seeded(7, Math.round(lead * 10))
  let won = 0
  for (let turn = 0; turn < challenges; turn++) {
    const pairs: Pair[] = []
    while (pairs.length < MOST_PAIRS && !isSettled(pairs, 'minimize'))
      pairs.push({ seed: pairs.length, challenger: normal(random) - lead * Math.SQRT2, holder: normal(random) })
    const { mean, confidence } = differenceOf(pairs, 'minimize')
    if (mean > 0 && isSure(confidence)) won++
  }
  return won / challenges
}

describe('the paired test', () => {
  it('knows the table of Student', () => {
    for (const [t, freedom, share] of [
      [6.314, 1, 0.95],
      [2.92, 2, 0.95],
      [2.353, 3, 0.95],
      [2.015, 5, 0.95],
      [3.499, 7, 0.995],
    ] as const)
      expect(studentBelow(t, freedom)).toBeCloseTo(share, 3)
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), fc.integer({ min: 1, max: 40 }), (t, freedom) => {
        const below = studentBelow(t, freedom)
        expect(below).toBeGreaterThanOrEqual(0)
        expect(below).toBeLessThanOrEqual(1)
        expect(below + studentBelow(-t, freedom)).toBeCloseTo(1, 9)
      }),
    )
  })

  it('crowns noise in at most one challenge of a hundred, and a clear lead nearly always', () => {
    expect(wins(0, 5000)).toBeLessThan(0.015)
    expect(wins(3, 1000)).toBeGreaterThan(0.98)
  })

  it('is certain where nothing varies', () => {
    const pairs = [1, 2, 3].map((seed) => ({ seed, challenger: 2, holder: 1 }))
    expect(differenceOf(pairs, 'maximize')).toEqual({ mean: 1, confidence: 1 })
    expect(differenceOf(pairs, 'minimize').confidence).toBe(0)
    expect(isSettled(pairs, 'maximize')).toBe(true)
    expect(isSettled(pairs.slice(0, 2), 'maximize')).toBe(false)
  })
})
