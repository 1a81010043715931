import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuse } from '../../src/knowledge/fuse.ts'

const list = fc.uniqueArray(fc.nat(20), { maxLength: 15 })

describe('reciprocal rank fusion', () => {
  it('adds 1 / (60 + rank) over the lists', () => {
    const [first, second] = fuse({ words: ['a', 'b'], meaning: ['b'] })
    expect(first).toMatchObject({ item: 'b', score: 1 / 62 + 1 / 61 })
    expect(first?.standings).toEqual([
      { list: 'words', rank: 2 },
      { list: 'meaning', rank: 1 },
    ])
    expect(second).toMatchObject({ item: 'a', score: 1 / 61 })
  })

  it('holds each item of any list once, best first', () => {
    fc.assert(
      fc.property(list, list, list, (a, b, c) => {
        const fused = fuse({ a, b, c })
        expect(new Set(fused.map(({ item }) => item))).toEqual(new Set([...a, ...b, ...c]))
        expect(fused.length).toBe(new Set([...a, ...b, ...c]).size)
        expect(fused.every(({ score }, at) => at === 0 || score <= (fused[at - 1]?.score ?? 0))).toBe(true)
      }),
    )
  })

  it('keeps the order of a list alone, and of lists that agree', () => {
    fc.assert(
      fc.property(list, (a) => {
        expect(fuse({ a }).map(({ item }) => item)).toEqual(a)
        expect(fuse({ a, b: a, c: a }).map(({ item }) => item)).toEqual(a)
      }),
    )
  })

  it('never lowers an item that rises in one list', () => {
    fc.assert(
      fc.property(list, list, fc.nat(14), (a, b, pick) => {
        const item = a[pick]
        if (item === undefined) return
        const place = (lists: Record<string, number[]>) => fuse(lists).find((one) => one.item === item)?.score ?? 0
        expect(place({ a: [item, ...a.filter((one) => one !== item)], b })).toBeGreaterThanOrEqual(place({ a, b }))
      }),
    )
  })
})
