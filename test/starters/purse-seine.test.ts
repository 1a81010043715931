import { describe, expect, test } from 'vitest'
import { long } from '../support/long.ts'
import { has, starter } from './starter.ts'

const reason = has('g++') ? '' : ' (skipped: g++ is not installed)'
const program = (body: string) => `#include <cstdio>\n#include <vector>\nint main() { ${body} }\n`
const prints = (text: string) => program(`fputs(${JSON.stringify(text)}, stdout);`)

describe.skipIf(reason)(`the starter purse-seine${reason}`, { timeout: 90_000 }, () => {
  test('the baseline is valid, and the same each time', () => {
    const { measure } = starter('purse-seine')
    const { score, metrics } = measure()
    expect(metrics.valid).toBe(1)
    expect(score).toBeGreaterThan(1000)
    expect(measure().score).toBe(score)
  })

  long('a finer grid scores higher; the hold-out follows its seed', () => {
    const { measure, edit } = starter('purse-seine')
    const before = [measure(), measure({ holdout: true })]
    edit('main.cpp', 'GRID = 5', 'GRID = 60')
    const after = [measure(), measure({ holdout: true })]
    expect(after[0]?.score).toBeGreaterThan(before[0]?.score ?? Infinity)
    expect(after[1]?.score).toBeGreaterThan(before[1]?.score ?? Infinity)
    expect(measure({ holdout: true }).score).toBe(after[1]?.score)
    expect(measure({ holdout: true, seed: '8' }).score).not.toBe(after[1]?.score)
  })

  test('the last of several answers counts, and turns in an L are fine', () => {
    const { measure, write } = starter('purse-seine')
    write('main.cpp', prints('4 0 0 1 0 1 1 0 1\n6 0 0 90000 0 90000 9 9 9 9 90000 0 90000'))
    expect(measure().metrics.valid).toBe(1)
  })

  test.each([
    ['nothing', '', 'no answer'],
    ['a word', '4 0 0 nan 0 1 1 0 1', 'not a whole number'],
    ['three vertices', '3 0 0 1 0 1 1', '3 vertices'],
    ['too few numbers', '4 0 0 1 0 1 1 0', 'ends before'],
    ['a slanting side', '4 0 0 10 0 11 10 0 10', 'axis-parallel'],
    ['a vertex twice', '6 0 0 5 0 5 5 5 0 9 0 0 0', 'the same'],
    ['sides that cross', '8 0 5 10 5 10 15 6 15 6 0 4 0 4 15 0 15', 'touch'],
    ['a polygon that touches itself', '8 0 0 10 0 10 10 5 10 5 0 4 0 4 10 0 10', 'touch'],
    ['a vertex out of range', '4 0 0 100001 0 100001 1 0 1', 'out of range'],
    ['a wrong last answer', '4 0 0 1 0 1 1 0 1\n4 0 0 1 0 1 1 0 2', 'axis-parallel'],
  ])('%s gives no score', (_name, answer, said) => {
    const { measure, write } = starter('purse-seine')
    write('main.cpp', prints(answer))
    const { score, metrics, log } = measure()
    expect(score).toBeNull()
    expect(metrics).toEqual({ score: 0, valid: 0 })
    expect(log).toContain('wrong answer')
    expect(log).toContain(said)
  })

  test('a polygon that is too long gives no score', () => {
    const { measure, write } = starter('purse-seine')
    write('main.cpp', prints('8 0 0 90000 0 90000 90000 3 90000 3 2 2 2 2 90000 0 90000'))
    const { score, log } = measure()
    expect(score).toBeNull()
    expect(log).toContain('long')
  })

  test.each([
    ['does not compile', 'int main() {', 'does not compile'],
    ['crashes', program('return 3;'), 'crashed'],
    ['is late', program('volatile int i = 0; while (true) i = i + 1;'), 'time limit'],
    ['floods its output', program('while (true) puts("4 0 0 1 0 1 1 0 1");'), 'too long'],
  ])('a program that %s gives no score', (_name, text, said) => {
    const { measure, write } = starter('purse-seine')
    write('main.cpp', text)
    const { score, log } = measure()
    expect(score).toBeNull()
    expect(log).toContain(said)
  })

  long('what confirms a champion meets fresh cases, whose seeds it is given', () => {
    const { measure, read } = starter('purse-seine')
    const confirm = (seed: string) => Object.keys(measure({ stage: 'confirm', seed }).metrics).toSorted()
    expect(confirm('7')).toEqual(confirm('7'))
    expect(confirm('7')).not.toEqual(confirm('8'))
    expect(confirm('7').filter((name) => name.startsWith('case_'))).toHaveLength(
      JSON.parse(read('contest.json')).cases.length,
    )
  })

  test('answers to other cases, or a claim to have been in time, give no score', () => {
    const { measure, read } = starter('purse-seine')
    const answer = '4 0 0 1 0 1 1 0 1'
    const forge = (change: (key: number) => object) => ({
      artifacts: {
        'answers.json': JSON.stringify(
          JSON.parse(read('contest.json')).cases.map((key: number) => ({
            key,
            verdict: 'ran',
            seconds: 1,
            answer,
            ...change(key),
          })),
        ),
      },
    })
    expect(measure(forge(() => ({}))).metrics.valid).toBe(1)
    expect(measure(forge((key) => ({ key: key + 1 }))).score).toBeNull()
    expect(measure(forge(() => ({ seconds: 2.5 }))).score).toBeNull()
    expect(measure(forge(() => ({ seconds: null }))).score).toBeNull()
    expect(measure({ artifacts: {} }).score).toBeNull()
  })
})
