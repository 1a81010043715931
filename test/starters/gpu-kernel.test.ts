import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { starter } from './starter.ts'

const hasArrays = ['torch', 'numpy'].some((name) => spawnSync('python3', ['-c', `import ${name}`]).status === 0)
const reason = hasArrays ? '' : ' (skipped: python3 has neither PyTorch nor NumPy)'
const all = process.env.ANNEAL_TEST_ALL !== undefined
const must = process.env.CI === 'true' && process.env.ANNEAL_TEST_ALL === '1'

describe.skipIf(reason !== '' && !must)(`the starter gpu-kernel${reason}`, { timeout: 120_000 }, () => {
  // Each of these loads an array library twice.
  const slowly = test.skipIf(!all)
  const measured = (change: (text: string) => string, holdout = false) => {
    const { measure, read, write } = starter('gpu-kernel')
    write('kernel.py', change(read('kernel.py')))
    return measure({ holdout })
  }
  const last = (line: string) => (text: string) =>
    `${text}\n\nslow = forward\ndef forward(x, bias, gamma, beta):\n${line}\n`

  test('a kernel that is wrong gives no score', () => {
    expect(measured(last('    return x'))).toMatchObject({ score: null, metrics: { correct: 0 } })
  })

  slowly('the baseline is as fast as the original, and right', () => {
    const { score, metrics } = starter('gpu-kernel').measure()
    expect(metrics).toMatchObject({ correct: 1 })
    expect(score).toBeGreaterThan(0.5)
    expect(score).toBeLessThan(2)
  })

  slowly('fewer and cheaper passes score higher, on the hold-out too', () => {
    const faster = (text: string) => text.replace('h**3', 'h * h * h').replace('centred**2', 'centred * centred')
    // With PyTorch the power is no slower: there only the answer is tested.
    const few = measured(faster)
    expect(few.metrics.correct).toBe(1)
    expect(few.score).toBeGreaterThan(spawnSync('python3', ['-c', 'import torch']).status === 0 ? 0.5 : 2)
    expect(measured(faster, true).score).toBeGreaterThan(0.5)
  })

  slowly.each([
    ['is off by a little', '    return slow(x, bias, gamma, beta) * 1.001', 'off by'],
    ['gives NaN', '    return slow(x, bias, gamma, beta) * float("nan")', 'off by nan'],
    ['gives back its input', '    return x', 'off by'],
    ['gives a list', '    return [slow(x, bias, gamma, beta)]', 'it gave list'],
    [
      'gives another precision',
      '    return slow(x, bias, gamma, beta).astype("float16") if hasattr(x, "astype") else slow(x, bias, gamma, beta).half()',
      'float16',
    ],
    [
      'changes its inputs',
      '    answer = slow(x, bias, gamma, beta)\n    x += 1\n    return answer',
      'changed its inputs',
    ],
    [
      'answers the first call for all',
      '    global held\n    held = globals_like.setdefault("a", slow(x, bias, gamma, beta))\n    return held\nglobals_like = {}',
      'wrong answer',
    ],
    ['crashes', '    return 1 / 0', 'ZeroDivisionError'],
  ])('a kernel that %s gives no score', (_name, line, said) => {
    const { score, metrics, log } = measured(last(line))
    expect(score).toBeNull()
    expect(metrics).toEqual({ correct: 0 })
    expect(log).toContain(said)
  })

  slowly.each([
    ['reads the original', 'import reference', 'may not use reference'],
    ['looks at the clock', 'import time', 'may not use time'],
    ['reads files', 'open("evaluate.py")', 'may not use open'],
    [
      'slows the others',
      'try:\n    import torch as lib\nexcept ImportError:\n    import numpy as lib\nlib.tanh = lambda x: x',
      'changed',
    ],
  ])('a module that %s gives no score', (_name, line, said) => {
    const { score, log } = measured((text) => `${text}\n${line}\n`)
    expect(score).toBeNull()
    expect(log).toContain(said)
  })

  slowly('a wrong kernel gives no score on the hold-out either', () => {
    expect(measured(last('    return slow(x, bias, gamma, beta) * 1.001'), true)).toMatchObject({
      score: null,
      metrics: { correct: 0 },
    })
    expect(measured(last('    return x[:1]'), true).score).toBeNull()
  })
})
