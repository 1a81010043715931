import { describe, expect, test } from 'vitest'
import { starter } from './starter.ts'

describe('the starter fast-function', { timeout: 90_000 }, () => {
  test('the baseline is correct and as fast as itself', () => {
    const { score, metrics } = starter('fast-function').measure()
    expect(metrics.correct).toBe(1)
    // A wide band: a busy machine must not fail the test.
    expect(score).toBeGreaterThan(0.6)
    expect(score).toBeLessThan(1.6)
  })

  test('one constant makes it faster, on the hold-out too', () => {
    const { measure, edit } = starter('fast-function')
    edit('nearest.mjs', 'const block = 4', 'const block = 1000')
    expect(measure().score).toBeGreaterThan(1.3)
    expect(measure({ holdout: true }).score).toBeGreaterThan(1.03)
  })

  test.each([
    ['ties in another order', 'a.index - b.index', 'b.index - a.index', 'wrong answer'],
    ['one answer too few', 'best.slice(0, k)', 'best.slice(0, k - 1)', 'wrong answer'],
    ['NaN for a distance', 'index, distance })', 'index, distance: NaN })', 'wrong answer'],
    ['wrong distances of long words only', '? 0 : 1\n', '? 0 : i > 9 ? 2 : 1\n', 'wrong answer'],
    ['a crash', '  const block', "  throw new Error('no')\n  const block", 'nearest failed'],
    ['no such export', 'export function nearest', 'export function farthest', 'does not export'],
    ['bad syntax', 'export function', 'export function (', 'does not load'],
    ['a changed input', 'return best.slice', 'words.length = 0\n  return best.slice', 'was changed'],
    ['a clock of its own', 'export function', 'process.hrtime = null\nexport function', 'may not use process'],
    [
      'changed built-ins',
      'export function',
      'Array.from = function (x) { return [...x] }\nexport function',
      'changed the built-ins',
    ],
  ])('%s gives no score', (_name, from, to, said) => {
    const { measure, edit } = starter('fast-function')
    edit('nearest.mjs', from, to)
    const { score, metrics, log } = measure()
    expect(score).toBeNull()
    expect(metrics).toEqual({ correct: 0 })
    expect(log).toContain(said)
  })

  test.each([
    ['a wrong answer', 'best.slice(0, k)', 'best.slice(1, k + 1)'],
    ['a crash', '  const block', "  throw new Error('no')\n  const block"],
  ])('%s gives no score on the hold-out', (_name, from, to) => {
    const { measure, edit } = starter('fast-function')
    edit('nearest.mjs', from, to)
    expect(measure({ holdout: true }).score).toBeNull()
  })
})
