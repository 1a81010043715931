import type { Direction } from '../records/task.ts'
import { differenceOf, isSettled, isSure, type Pair } from './paired.ts'

/** One seed, measured on both commits. */
export type Measured = { seed: number; base: number; head: number }

/**
 * What pairs tell of a change: `change` is HEAD less base on average; `confidence` is the chance that HEAD is worse by more than the margin.
 * `worse` and `better` are said only where the paired test is sure (docs/decisions/06-paired-test.md).
 */
export type Fall = { verdict: 'worse' | 'no worse' | 'better'; change: number; confidence: number }

/** A difference below this share of the score is rounding. */
const ROUNDING = 1e-9

/** Holds HEAD against its base. A fall within `tolerance`, a share of the base's score, is none. `measured` must not be empty. */
export function fallOf(measured: readonly Measured[], direction: Direction, tolerance: number): Fall {
  const { confidence } = differenceOf(pairsOf(measured, direction, tolerance), direction)
  const gain = differenceOf(
    measured.map(({ seed, base, head }) => ({ seed, challenger: head, holder: base })),
    direction,
  )
  const worse = measured.length > 1 && isSure(confidence)
  const better = measured.length > 1 && isSure(gain.confidence) && gain.mean > ROUNDING * Math.abs(meanBase(measured))
  return {
    verdict: worse ? 'worse' : better ? 'better' : 'no worse',
    change: direction === 'maximize' ? gain.mean : -gain.mean,
    confidence,
  }
}

/** Whether more pairs are needless. */
export function fallSettled(measured: readonly Measured[], direction: Direction, tolerance: number): boolean {
  return isSettled(pairsOf(measured, direction, tolerance), direction)
}

/** The base, lowered by the margin, challenges HEAD: where it wins all the same, HEAD has fallen. */
function pairsOf(measured: readonly Measured[], direction: Direction, tolerance: number): Pair[] {
  const margin = Math.max(tolerance, ROUNDING) * Math.abs(meanBase(measured))
  const lowered = direction === 'maximize' ? -margin : margin
  return measured.map(({ seed, base, head }) => ({ seed, challenger: base + lowered, holder: head }))
}

const meanBase = (measured: readonly Measured[]) => measured.reduce((sum, { base }) => sum + base, 0) / measured.length
