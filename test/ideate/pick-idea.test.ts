import { describe, expect, test } from 'vitest'
import { likeness } from '../../src/ideate/likeness.ts'
import { pickIdea, spareIdea } from '../../src/ideate/pick-idea.ts'
import type { Attempt } from '../../src/records/attempt.ts'
import type { Idea } from '../../src/records/idea.ts'
import type { Run } from '../../src/records/run.ts'
import { attemptOf } from '../bench/landscapes.ts'
import { emptyRun } from '../bench/simulate.ts'

const idea = (title: string, plan: string): Idea => ({ title, plan, hypothesis: '', expected: '', cites: [] })
const SORT = idea(
  'Sort the circles first',
  'Sort the circles by radius before the packing loop and place the largest first.',
)
const CACHE = idea('Cache distances', 'Keep the matrix of distances between iterations instead of computing it anew.')
const SORT_AGAIN = idea(
  'Sort circles by size first',
  'Sort the circles by their radius before the packing loop, and place the largest first.',
)

/** A run whose attempts had these ideas, each worse than the baseline, `spare` kept by the first. */
function runOf(ideas: readonly Idea[], spare: Idea[] = []): Run {
  const evaluation = {
    status: 'scored',
    reason: null,
    score: 1,
    metrics: {},
    samples: [1],
    seeds: [1],
    stage: 'full',
    isolation: 'separate',
    tier: 'none',
    flags: [],
    signs: [],
    output: '',
    seconds: { execute: 1, evaluate: 1 },
  } as const
  const attempts = ideas.map(
    (one, index): Attempt => ({
      ...attemptOf(
        {
          attempt: index,
          parents: index === 0 ? [] : [0],
          operator: index === 0 ? 'baseline' : 'improve',
          editor: 'model',
          model: 'm',
          seed: 1,
        },
        index === 0 ? 2 : 1,
        { family: 0, levels: [] },
      ),
      idea: one,
      evaluation: { ...evaluation, metrics: {}, samples: [1], seeds: [1], flags: [], signs: [] },
      ...(index === 1 ? { spare } : {}),
    }),
  )
  return { ...emptyRun('bandit-tree', 1, 100), attempts }
}
const NONE = idea('The program as it is', '')
const opening = (attempt: number) => ({
  attempt,
  parents: [0],
  operator: 'improve' as const,
  editor: 'model',
  model: 'm',
  seed: 1,
})

describe('the likeness of ideas', () => {
  test('is 1 for the same, near 1 for a rewording, and small for another idea', () => {
    const [same = 0, reworded = 0, other = 1] = likeness(SORT, [SORT, SORT_AGAIN, CACHE])
    expect(same).toBeCloseTo(1)
    expect(reworded).toBeGreaterThan(0.5)
    expect(reworded).toBeLessThan(1)
    expect(other).toBeLessThan(0.2)
  })

  test('is 0 where there is nothing to compare', () => {
    expect(likeness(idea('?', ''), [SORT])).toEqual([0])
    expect(likeness(SORT, [])).toEqual([])
  })
})

describe('the pick among ideas', () => {
  test('goes by promise while the run gains, and by novelty when it has long not gained', () => {
    const proposals = [
      { idea: idea('Sort circles by size', 'Sort the circles by size before packing the largest.'), promise: 0.9 },
      { idea: CACHE, promise: 0.3 },
    ]
    const early = pickIdea(proposals, runOf([NONE, SORT]))
    expect(early.idea.title).toBe('Sort circles by size')
    expect(early.spare).toEqual([CACHE])
    const late = pickIdea(proposals, runOf([NONE, SORT, ...Array.from({ length: 25 }, () => SORT)]))
    expect(late.idea).toEqual(CACHE)
  })

  test('puts an idea that was tried already last, names the attempt, and does not keep it', () => {
    const proposals = [
      { idea: SORT, promise: 1 },
      { idea: CACHE, promise: 0 },
    ]
    const picked = pickIdea(proposals, runOf([NONE, SORT]))
    expect(picked).toMatchObject({ idea: CACHE, spare: [], neighbour: null })
    expect(pickIdea(proposals.slice(0, 1), runOf([NONE, SORT])).neighbour?.attempt).toBe(1)
  })

  test('holds nothing against an idea whose attempt was never measured', () => {
    const run = runOf([NONE, SORT])
    const attempts = run.attempts.map((one) => ({ ...one, evaluation: null }))
    expect(pickIdea([{ idea: SORT, promise: 1 }], { ...run, attempts }).neighbour).toBe(null)
  })
})

describe('an idea that was kept', () => {
  test('is there for its parent and its child until it was carried out, a different one for each slot', () => {
    const run = runOf([NONE, SORT], [CACHE, SORT_AGAIN])
    expect(spareIdea(run, opening(2))).toEqual(CACHE)
    expect(spareIdea({ ...run, open: [opening(2), opening(3)] }, opening(3))).toEqual(SORT_AGAIN)
    expect(spareIdea(run, { ...opening(2), parents: [1] })).toEqual(CACHE)
    expect(spareIdea(run, { ...opening(3), parents: [2] })).toBe(null)
    expect(spareIdea(runOf([NONE, SORT, CACHE], [CACHE]), opening(3))).toBe(null)
  })
})
