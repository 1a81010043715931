import { describe, expect, test } from 'vitest'
import { raceDoubt } from '../../src/evaluate/race.ts'
import type { Evaluation } from '../../src/records/evaluation.ts'
import { seeded } from '../../src/records/random.ts'
import { Evaluate } from '../../src/records/task.ts'
import type { Sample } from '../../src/records/trial.ts'

const SEEDS = Array.from({ length: 16 }, (_, index) => 100 + index)
const how = (direction: 'maximize' | 'minimize', repeats = 16) =>
  Evaluate.parse({ command: 'x', metric: 'm', direction, repeats })
const parentOf = (samples: number[], stage: Evaluation['stage'] = 'full') => ({
  attempt: 4,
  evaluation: {
    status: 'scored',
    reason: null,
    score: 1,
    metrics: {},
    samples,
    seeds: SEEDS.slice(0, samples.length),
    stage,
    isolation: 'separate',
    tier: 'none',
    flags: [],
    signs: [],
    output: '',
    seconds: { execute: 0, evaluate: 0 },
  } satisfies Evaluation,
})
const samplesOf = (values: number[]): Sample[] =>
  values.map((value, index) => ({
    trial: { attempt: 5, commit: 'c', stage: 'full', seed: SEEDS[index] ?? 0 },
    metrics: { m: value },
    reason: null,
    flags: [],
    signs: [],
    execution: null,
    evaluation: null,
  }))

/** Scores with what the seed does to all, and noise of their own. */
const scores = (mean: number, salt: number) => {
  const random = seeded(salt)
  return SEEDS.map((seed) => mean + (seed % 5) + (random() - 0.5))
}

describe('a race against the parent', () => {
  test('gives up what is clearly worse on the same seeds, and says against whom', () => {
    const four = samplesOf(scores(0, 2).slice(0, 4))
    expect(raceDoubt(four, parentOf(scores(3, 1)), how('maximize'))).toContain('attempt 4')
    expect(raceDoubt(four, parentOf(scores(3, 1)), how('minimize'))).toBe(null)
  })

  test('goes on where it may be better, or where the looks do not fall', () => {
    expect(raceDoubt(samplesOf(scores(3, 2).slice(0, 4)), parentOf(scores(3, 1)), how('maximize'))).toBe(null)
    expect(raceDoubt(samplesOf(scores(0, 2).slice(0, 3)), parentOf(scores(3, 1)), how('maximize'))).toBe(null)
    expect(raceDoubt(samplesOf(scores(0, 2).slice(0, 1)), parentOf(scores(3, 1)), how('maximize'))).toBe(null)
    expect(raceDoubt(samplesOf(scores(0, 2)), parentOf(scores(3, 1)), how('maximize'))).toBe(null)
  })

  test('is not run against a parent that has no full samples on these seeds', () => {
    const four = samplesOf(scores(0, 2).slice(0, 4))
    expect(raceDoubt(four, null, how('maximize'))).toBe(null)
    expect(raceDoubt(four, parentOf(scores(3, 1), 'fast'), how('maximize'))).toBe(null)
    expect(raceDoubt(four, parentOf(scores(3, 1).slice(0, 2)), how('maximize'))).toBe(null)
  })

  test('gives up fewer than one in twenty-five that are just as good', () => {
    let lost = 0
    for (let salt = 1; salt <= 400; salt++) {
      const mine = scores(1, 2 * salt)
      const parent = parentOf(scores(1, 2 * salt + 1))
      if ([2, 4, 8].some((count) => raceDoubt(samplesOf(mine.slice(0, count)), parent, how('maximize')) !== null))
        lost++
    }
    expect(lost).toBeLessThan(16)
  })

  test('takes a deterministic metric at its word after two', () => {
    const same = SEEDS.map(() => 2)
    expect(raceDoubt(samplesOf([1, 1]), parentOf(same), how('maximize'))).toContain('after 2 of 16')
    expect(raceDoubt(samplesOf([2, 2]), parentOf(same), how('maximize'))).toBe(null)
  })
})
