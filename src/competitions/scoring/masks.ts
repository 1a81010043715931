import { Invalid } from './csv.ts'
import { mean } from './numbers.ts'

/** Runs of pixels, in order, apart: from each first one to the one after its last. */
export type Runs = readonly (readonly [number, number])[]

/** Reads a mask in run-length encoding: `start length start length …`, starts from 1, in order, not overlapping; nothing or -1 is an empty mask. Throws Invalid. */
export function runsOf(text: string): Runs {
  const words = text.trim() === '' || text.trim() === '-1' ? [] : text.trim().split(/\s+/)
  if (words.some((word) => !/^[1-9]\d*$/.test(word)))
    throw new Invalid(
      `a mask holds ${JSON.stringify(words.find((word) => !/^[1-9]\d*$/.test(word)))}, not a number from 1 on`,
    )
  if (words.length % 2 === 1) throw new Invalid('a mask holds a start without a length')
  const numbers = words.map(Number)
  const runs: [number, number][] = []
  for (let at = 0; at < numbers.length; at += 2) {
    const [start = 0, length = 0] = numbers.slice(at, at + 2)
    if (start < (runs.at(-1)?.[1] ?? 1)) throw new Invalid('the runs of a mask overlap or stand out of order')
    runs.push([start, start + length])
  }
  return runs
}

const size = (runs: Runs): number => runs.reduce((sum, [start, end]) => sum + end - start, 0)

function overlap(one: Runs, other: Runs): number {
  let sum = 0
  for (let a = 0, b = 0; a < one.length && b < other.length; ) {
    const [[start = 0, end = 0] = [], [from = 0, to = 0] = []] = [one[a], other[b]]
    sum += Math.max(0, Math.min(end, to) - Math.max(start, from))
    if (end < to) a++
    else b++
  }
  return sum
}

export type OverMasks = (truth: readonly Runs[], given: readonly Runs[]) => number

const overMasks =
  (of: (both: number, one: number, other: number) => number): OverMasks =>
  (truth, given) =>
    mean(
      truth.map((mask, row) => {
        const said = given[row] ?? []
        return size(mask) + size(said) === 0 ? 1 : of(overlap(mask, said), size(mask), size(said))
      }),
    )

/** The mean over rows of Dice's coefficient; two empty masks agree. */
export const dice = overMasks((both, one, other) => (2 * both) / (one + other))

/** The mean over rows of intersection over union; two empty masks agree. */
export const iou = overMasks((both, one, other) => both / (one + other - both))

/** Dice's coefficient of all pixels of all rows together. */
export const diceOfAll: OverMasks = (truth, given) => {
  const all = truth.reduce((sum, mask, row) => sum + size(mask) + size(given[row] ?? []), 0)
  const both = truth.reduce((sum, mask, row) => sum + overlap(mask, given[row] ?? []), 0)
  return all === 0 ? 1 : (2 * both) / all
}
