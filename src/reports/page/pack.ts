import { deflateSync } from 'node:zlib'
import type { Detail, LeftOut, Packed } from './shape.ts'

/** Details in one block: those are unpacked together. */
const BLOCK = 16
/** Characters of all blocks together, and of those whose details are whole. */
const ROOM = { all: 7_500_000, whole: 5_000_000 }

/**
 * Packs the details of attempts for a page, in the order given, until the room is used up. `make` is asked for whole details first, and without logs and
 * prompts when most of the room is gone.
 */
export async function pack(
  order: readonly number[],
  make: (attempt: number, whole: boolean) => Promise<Detail>,
  room = ROOM,
): Promise<{ packed: Packed; leftOut: LeftOut }> {
  const packed: Packed = { blocks: [], at: {} }
  const leftOut: LeftOut = { logs: 0, details: 0 }
  let taken = 0
  for (let from = 0; from < order.length; from += BLOCK) {
    const numbers = order.slice(from, from + BLOCK)
    const whole = taken < room.whole
    const details = await Promise.all(numbers.map((number) => make(number, whole)))
    const text = deflateSync(JSON.stringify(details)).toString('base64')
    if (taken + text.length > room.all) {
      leftOut.details = order.length - from
      break
    }
    for (const number of numbers) packed.at[number] = packed.blocks.length
    packed.blocks.push(text)
    taken += text.length
    if (!whole) leftOut.logs += numbers.length
  }
  return { packed, leftOut }
}
