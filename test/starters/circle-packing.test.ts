import { describe, expect, test } from 'vitest'
import { starter } from './starter.ts'

type Circle = [number, number, number]
const artifact = (circles: unknown) => ({ artifacts: { 'circles.json': JSON.stringify(circles) } })

/** A valid packing: 25 circles in a grid and one of radius 0. Sides and sums are exact in binary. */
const grid: Circle[] = Array.from({ length: 25 }, (_, i) => [
  0.125 + (i % 5) * 0.1875,
  0.125 + ((i / 5) | 0) * 0.1875,
  0.09375,
])
const packing: Circle[] = [...grid, [1, 1, 0]]
const withCircle = (index: number, circle: unknown) => packing.map((one, i) => (i === index ? circle : one))

describe('the starter circle-packing', () => {
  test('the baseline is valid and weak', () => {
    const { score, metrics } = starter('circle-packing').measure()
    expect(metrics.valid).toBe(1)
    expect(score).toBeGreaterThan(0.9)
    expect(score).toBeLessThan(1.1)
  })

  test('a centre moved to free space scores higher', () => {
    const { measure, edit, read } = starter('circle-packing')
    const before = measure().score
    const last = /\[(\d\.\d+), (\d\.\d+)\],\n\]/.exec(read('pack.mjs'))?.[0] ?? ''
    edit('pack.mjs', last, '[0.15, 0.15],\n]')
    expect(measure().score).toBeGreaterThan(before ?? Infinity)
  })

  test('touching circles are valid, to the last bit', () => {
    expect(starter('circle-packing').measure(artifact(packing)).score).toBe(25 * 0.09375)
  })

  test.each<[string, unknown]>([
    ['an overlap of one unit in the last place', withCircle(12, [0.5, 0.5, 0.09375 + 2 ** -56])],
    ['a circle outside by the smallest double', withCircle(25, [1, 1, Number.MIN_VALUE])],
    ['a negative radius', withCircle(25, [1, 1, -0.1])],
    ['NaN, which JSON writes as null', withCircle(3, [0.5, 0.5, Number.NaN])],
    ['a text in place of a number', withCircle(3, ['0.5', 0.5, 0])],
    ['25 circles', packing.slice(1)],
    ['27 circles', [...packing, [0, 0, 0]]],
    ['no list', { circles: packing }],
  ])('%s gives no score', (_name, circles) => {
    const { score, metrics } = starter('circle-packing').measure(artifact(circles))
    expect(score).toBeNull()
    expect(metrics).toEqual({ valid: 0 })
  })

  test('infinity in the artifact gives no score', () => {
    const text = JSON.stringify(withCircle(3, [0.5, 0.5, 7])).replace('7]', '1e999]')
    expect(starter('circle-packing').measure({ artifacts: { 'circles.json': text } }).score).toBeNull()
  })

  test.each([
    ['crashes', "throw new Error('no')"],
    ['writes nothing', ''],
    [
      'writes too much',
      "import { writeFileSync } from 'node:fs'\nwriteFileSync(process.env.ANNEAL_OUT + '/circles.json', ' '.repeat(200000))",
    ],
  ])('a candidate that %s gives no score', (_name, text) => {
    const { measure, write } = starter('circle-packing')
    write('pack.mjs', text)
    expect(measure().score).toBeNull()
  })
})
