import { describe, expect, test } from 'vitest'
import { groupSplit, type Part, randomSplit, stratifiedSplit, timeOf, timeSplit } from '../../src/competitions/split.ts'
import { seeded } from '../../src/records/random.ts'

const sizes = { validation: 20, holdout: 10 }
const count = (parts: readonly Part[], part: Part) => parts.filter((one) => one === part).length

describe('rows are set aside', () => {
  test('at random, as many as asked for, the same for the same seed', () => {
    const parts = randomSplit(100, sizes, seeded(1))
    expect([count(parts, 'validation'), count(parts, 'holdout'), count(parts, 'train')]).toEqual([20, 10, 70])
    expect(randomSplit(100, sizes, seeded(1))).toEqual(parts)
    expect(randomSplit(100, sizes, seeded(2))).not.toEqual(parts)
  })

  test('by class: each has its share, and none is left without rows to train on', () => {
    const labels = Array.from({ length: 100 }, (_, row) =>
      row < 80 ? 'common' : row < 98 ? 'rare' : row < 99 ? 'single' : 'lone',
    )
    const parts = stratifiedSplit(labels, sizes, seeded(1))
    const of = (label: string, part: Part) => parts.filter((one, row) => one === part && labels[row] === label).length
    expect(of('common', 'validation')).toBe(16)
    expect(of('rare', 'validation')).toBeGreaterThanOrEqual(3)
    expect(of('common', 'holdout')).toBe(8)
    for (const label of ['common', 'rare', 'single', 'lone']) expect(of(label, 'train')).toBeGreaterThan(0)
  })

  test('by group: no group stands in two parts', () => {
    const groups = Array.from({ length: 100 }, (_, row) => `g${Math.floor(row / 3)}`)
    const parts = groupSplit(groups, sizes, seeded(1))
    for (const group of new Set(groups)) expect(new Set(parts.filter((_, row) => groups[row] === group)).size).toBe(1)
    expect(Math.abs(count(parts, 'validation') - 20)).toBeLessThan(3)
    expect(Math.abs(count(parts, 'holdout') - 10)).toBeLessThan(3)
  })

  test('by time: the hold-out lies after the validation, which lies after all that is trained on', () => {
    const times = Array.from({ length: 100 }, (_, row) => (row === 7 ? null : (row * 37) % 50))
    const parts = timeSplit(times, sizes)
    const of = (part: Part) => times.flatMap((time, row) => (parts[row] === part && time !== null ? [time] : []))
    expect(Math.max(...of('train'))).toBeLessThan(Math.min(...of('validation')))
    expect(Math.max(...of('validation'))).toBeLessThan(Math.min(...of('holdout')))
    expect(parts[7]).toBe('train')
    expect(count(parts, 'holdout')).toBe(10)
  })
})

test('moments are read from numbers and dates, and nothing else', () => {
  expect(timeOf('2021-03-04')).toBe(Date.UTC(2021, 2, 4))
  expect(timeOf('2009-06-15 17:26:21 UTC')).toBe(Date.UTC(2009, 5, 15, 17, 26, 21))
  expect(timeOf('2009-06-15T17:26:21')).toBe(Date.UTC(2009, 5, 15, 17, 26, 21))
  expect(timeOf(' 12 ')).toBe(12)
  expect(['', 'soon', '1.2.3.4', '2021-99-99', '12 apples'].map(timeOf)).toEqual([null, null, null, null, null])
})
