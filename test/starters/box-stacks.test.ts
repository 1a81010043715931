import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { anneal } from '../support/cli.ts'
import { long } from '../support/long.ts'
import { has, starter } from './starter.ts'

const reason = has('g++') ? '' : ' (skipped: g++ is not installed)'
const all = process.env.ANNEAL_TEST_ALL !== undefined
const SEED = 101
const prints = (text: string) => `#include <cstdio>\nint main() { fputs(${JSON.stringify(text)}, stdout); }\n`

describe.skipIf(reason)(`the starter box-stacks${reason}`, { timeout: 90_000 }, () => {
  test('the baseline is valid, and the same each time', () => {
    const { measure, task } = starter('box-stacks')
    const { score, metrics, log } = measure()
    expect(metrics.valid).toBe(1)
    expect(score).toBeCloseTo(8783.6)
    expect(Object.keys(metrics).filter((name) => name.startsWith('case_'))).toHaveLength(20)
    expect(log).toContain('20 cases: 20 AC')
    expect(log).toContain('worst cases:')
    expect(task.evaluate.direction).toBe('maximize')
    expect(measure().score).toBe(score)
  })

  long('better constants score higher, in the open and on the hold-out, which follows its seed', () => {
    const { measure, edit } = starter('box-stacks')
    const before = [measure(), measure({ holdout: true })]
    edit('main.cpp', 'HEIGHT = 1.0', 'HEIGHT = 0.1')
    edit('main.cpp', 'EARLY = 0.01', 'EARLY = -0.1')
    edit('main.cpp', 'BURY = 0.01', 'BURY = 1.0')
    edit('main.cpp', 'PILE = 5', 'PILE = 200')
    edit('main.cpp', 'STEP = 200', 'STEP = 0')
    const after = [measure(), measure({ holdout: true })]
    expect(after[0]?.score).toBeGreaterThan(9200)
    expect(after[1]?.score).toBeGreaterThan((before[1]?.score ?? Infinity) + 300)
    expect(measure({ holdout: true, seed: '8' }).score).not.toBe(after[1]?.score)
  })

  test('moves are played as the rules say', async () => {
    const { folder } = starter('box-stacks')
    const { inputOf, scoreOf } = await import(join(folder, 'problem.mjs'))
    const stacks: number[][] = inputOf(SEED)
      .trim()
      .split('\n')
      .slice(1)
      .map((line: string) => line.split(' ').map(Number))
    expect(stacks.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
    const lines: string[] = []
    let spent = 0
    for (let wanted = 1; wanted <= 200; wanted++) {
      const home = stacks.findIndex((stack) => stack.includes(wanted))
      const to = (home + 1) % stacks.length
      const moved = stacks[home]?.splice((stacks[home]?.indexOf(wanted) ?? 0) + 1) ?? []
      if (moved.length > 0) {
        lines.push(`${moved[0]} ${to + 1}`)
        spent += moved.length + 1
        stacks[to]?.push(...moved)
      }
      stacks[home]?.pop()
      lines.push(`${wanted} 0`)
    }
    const play = (moves: string[]) => scoreOf(SEED, moves.join('\n'))
    expect(play(lines)).toBe(Math.max(1, 10_000 - spent))
    expect(() => play(lines.slice(0, -1))).toThrow('has not been carried out')
    expect(() => play([...lines, '1 0'])).toThrow('has been carried out')
    expect(() => play(Array(5001).fill('1 1'))).toThrow('more than 5000')
    expect(() => play(['2 0'])).toThrow('1 is the smallest')
  })

  test.each([
    ['nothing', '', 'has not been carried out'],
    ['a word', 'lift it', 'not a whole number'],
    ['one number', '7', 'not two numbers'],
    ['a stack that is not there', '7 11', 'from 0 to 10'],
  ])('%s gives no score, and the reason', (_name, answer, said) => {
    const { measure, write } = starter('box-stacks')
    write('main.cpp', prints(answer))
    const { score, log } = measure()
    expect(score).toBeNull()
    expect(log).toContain('20 WA')
    expect(log).toContain(said)
  })

  test.skipIf(!all)(
    'the genetic editor improves it offline, and the hold-out confirms it',
    { timeout: 300_000 },
    async () => {
      const home = mkdtempSync(join(tmpdir(), 'anneal-boxes-'))
      await anneal(home, ['init', '--starter', 'box-stacks', 'boxes'])
      const folder = join(home, 'boxes')
      const { code, out, err } = await anneal(folder, [
        'run',
        '--json',
        '--editor',
        'genetic',
        '--attempts',
        '12',
        '--seed',
        '2',
      ])
      expect(code, err).toBe(0)
      const { baseline, best } = JSON.parse(out)
      expect(best.score).toBeGreaterThan(baseline.score)
      expect(best.confirmed).toBe(true)
      expect(best.holdout).toBeGreaterThan(8700)
    },
  )
})
