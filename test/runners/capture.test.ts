import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lastBytes, openLog } from '../../src/runners/capture.ts'
import { place } from './support.ts'

test('a log is head, note and tail, for all sizes of pieces and limits', () => {
  const { top } = place()
  let file = 0
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 20 }),
      fc.integer({ min: 2, max: 500 }),
      (sizes, limit) => {
        const path = join(top, String(file++))
        const log = openLog(path, limit)
        let said = ''
        for (const size of sizes) {
          const piece = Array.from({ length: size }, (_, i) => String.fromCharCode(97 + ((said.length + i) % 26))).join(
            '',
          )
          said += piece
          log.add(Buffer.from(piece))
        }
        log.close()
        const head = Math.ceil(limit / 2)
        const lost = said.length - limit
        const expected =
          lost <= 0
            ? said
            : `${said.slice(0, head)}\n[… ${lost} bytes left out …]\n${said.slice(said.length - (limit - head))}`
        expect(readFileSync(path, 'utf8')).toBe(expected)
        expect(existsSync(`${path}.tail`)).toBe(false)
      },
    ),
    { numRuns: 300 },
  )
})

test('the last bytes in memory are the last bytes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary-ascii', maxLength: 50 })),
      fc.integer({ min: 1, max: 60 }),
      (pieces, size) => {
        const last = lastBytes(size)
        for (const piece of pieces) last.add(Buffer.from(piece))
        expect(last.text()).toBe(pieces.join('').slice(-size))
      },
    ),
  )
})

test('a character cut at the edge is dropped, not garbled', () => {
  const last = lastBytes(4)
  last.add(Buffer.from('ééé'))
  expect(last.text()).toBe('éé')
  last.add(Buffer.from('x'))
  expect(last.text()).toBe('éx')
})
