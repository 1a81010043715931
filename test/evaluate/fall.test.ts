import { describe, expect, it } from 'vitest'
import { fallOf, fallSettled, type Measured } from '../../src/evaluate/fall.ts'
import { MOST_PAIRS } from '../../src/evaluate/paired.ts'
import { seeded } from '../../src/records/random.ts'

const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** The share of guards that cry `worse` where HEAD is `fall` standard deviations of a difference worse. */
function alarms(fall: number, tolerance: number, guards: number): number {
  const random = seeded(11, Math.round(fall * 10), Math.round(tolerance * 1000))
  let cried = 0
  for (let turn = 0; turn < guards; turn++) {
    const measured: Measured[] = []
    while (measured.length < MOST_PAIRS && !(measured.length > 0 && fallSettled(measured, 'maximize', tolerance)))
      measured.push({
        seed: measured.length,
        base: 100 + normal(random),
        head: 100 + normal(random) - fall * Math.SQRT2,
      })
    if (fallOf(measured, 'maximize', tolerance).verdict === 'worse') cried++
  }
  return cried / guards
}

const steady = (base: number, head: number): Measured[] => [1, 2, 3].map((seed) => ({ seed, base, head }))

describe('the guard’s verdict', () => {
  it('cries rarely where nothing fell, and nearly always where the fall is clear', () => {
    expect(alarms(0, 0, 4000)).toBeLessThan(0.015)
    expect(alarms(3, 0, 1000)).toBeGreaterThan(0.97)
  })

  it('lets a fall within the tolerance pass', () => {
    expect(alarms(3, 0.05, 1000)).toBeLessThan(0.01)
    expect(fallOf(steady(100, 97), 'maximize', 0.05)).toMatchObject({ verdict: 'no worse', change: -3 })
    expect(fallOf(steady(100, 94), 'maximize', 0.05).verdict).toBe('worse')
    expect(fallOf(steady(-100, -103), 'maximize', 0.05).verdict).toBe('no worse')
    expect(fallOf(steady(-100, -106), 'maximize', 0.05).verdict).toBe('worse')
  })

  it('knows which way is better', () => {
    expect(fallOf(steady(10, 11), 'minimize', 0)).toMatchObject({ verdict: 'worse', change: 1 })
    expect(fallOf(steady(10, 9), 'minimize', 0)).toMatchObject({ verdict: 'better', change: -1 })
    expect(fallOf(steady(10, 9), 'maximize', 0)).toMatchObject({ verdict: 'worse', change: -1 })
    expect(fallOf(steady(10, 11), 'minimize', 0.2).verdict).toBe('no worse')
  })

  it('takes rounding for no change', () => {
    expect(fallOf(steady(0.1 + 0.2, 0.3), 'maximize', 0).verdict).toBe('no worse')
    expect(fallOf(steady(0.3, 0.1 + 0.2), 'maximize', 0).verdict).toBe('no worse')
  })
})
