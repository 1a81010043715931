import { deflateSync } from 'node:zlib'
import type { Detail, Packed } from './shape.ts'

/** Details in one block: those are unpacked together. */
const BLOCK = 16
/** Characters of all blocks together. */
const ROOM = 9_000_000

/** Packs details for a page, in their order, until the room is used up; `left` could not be taken in. */
export function pack(details: Iterable<Detail>, room = ROOM): { packed: Packed; left: number } {
  const packed: Packed = { blocks: [], at: {} }
  let [taken, left, full] = [0, 0, false]
  let block: Detail[] = []
  const close = () => {
    const text = deflateSync(JSON.stringify(block)).toString('base64')
    full = taken + text.length > room
    if (full) left += block.length
    else {
      for (const { attempt } of block) packed.at[attempt] = packed.blocks.length
      packed.blocks.push(text)
      taken += text.length
    }
    block = []
  }
  for (const detail of details) {
    if (full) {
      left++
      continue
    }
    block.push(detail)
    if (block.length === BLOCK) close()
  }
  if (block.length > 0) close()
  return { packed, left }
}
