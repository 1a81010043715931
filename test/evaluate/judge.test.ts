import { describe, expect, it } from 'vitest'
import { judge, settled } from '../../src/evaluate/judge.ts'
import type { Challenge, Champion, Duel } from '../../src/records/run.ts'
import { Task } from '../../src/records/task.ts'
import type { Sample } from '../../src/records/trial.ts'

const task = (holdout = false) =>
  Task.parse({
    goal: 'g',
    edit: ['a'],
    evaluate: { command: 'c', metric: 'm', direction: 'maximize', metric_range: [0, 100] },
    ...(holdout ? { holdout: { command: 'h' } } : {}),
  })
const scale = { task: task(), tier: 'bubblewrap' } as const
const sample = (score: number | null, more: Partial<Sample> = {}): Sample => ({
  trial: { attempt: 1, commit: 'c', stage: 'confirm', seed: 1 },
  metrics: score === null ? null : { m: score },
  reason: score === null ? 'it broke' : null,
  flags: [],
  signs: [],
  execution: null,
  evaluation: null,
  ...more,
})
// A challenge needs no more of an attempt than its number, commit and score.
const side = (attempt: number, score: number) => ({ attempt, score, commit: 'c' }) as Champion
const challenge = (challenger: number, holder: number): Challenge => ({
  challenger: side(5, challenger),
  holder: side(0, holder),
})
const duel = (challenger: (number | null)[], holder: (number | null)[]): Duel => ({
  challenger: challenger.map((score) => sample(score)),
  holder: holder.map((score) => sample(score)),
})

describe('the judge', () => {
  it('crowns after one pair where a fresh seed repeats both scores to many digits', () => {
    const [ours, theirs] = [2.635912, 0.9597611]
    const match = challenge(ours, theirs)
    expect(settled(scale, match, duel([ours], [theirs]))).toBe(true)
    expect(judge(scale, match, duel([ours], [theirs]), null)).toMatchObject({
      ...{ confirmed: true, confidence: 1, holder: 0 },
    })
  })

  it('takes scores of few digits that come again for a coincidence, unless the task says that they must', () => {
    const match = challenge(1, 0)
    expect(settled(scale, match, duel([1], [0]))).toBe(false)
    expect(judge(scale, match, duel([1], [0]), null)).toMatchObject({ confirmed: false, confidence: 0.5 })
    expect(settled(scale, match, duel([1, 1, 1], [0, 0, 0]))).toBe(true)
    expect(judge(scale, match, duel([1, 1, 1], [0, 0, 0]), null)).toMatchObject({ confirmed: true })
    const exact = { ...scale, task: { ...scale.task, evaluate: { ...scale.task.evaluate, deterministic: true } } }
    expect(settled(exact, match, duel([1], [0]))).toBe(true)
    expect(judge(exact, match, duel([1], [0]), null).confirmed).toBe(true)
  })

  it('asks for more pairs where scores move, and crowns only a lead beyond the noise', () => {
    const match = challenge(2, 1)
    expect(settled(scale, match, duel([2.1], [1]))).toBe(false)
    expect(judge(scale, match, duel([2.1, 2, 1.9], [1, 1.01, 0.99]), null).confirmed).toBe(true)
    const lucky = judge(scale, match, duel([2, 1, 1.6, 0.9, 1.4], [1.2, 1.3, 1, 1.4, 1.1]), null)
    expect(lucky).toMatchObject({ confirmed: false })
    expect(lucky.reason).toContain('within the noise')
    expect(judge(scale, match, duel([1, 0.9, 1], [1, 1.2, 1.1]), null).reason).toContain('no better')
  })

  it('stops at the first failure of either side, and says whose it was', () => {
    const match = challenge(2, 1)
    expect(settled(scale, match, duel([null], [1]))).toBe(true)
    expect(judge(scale, match, duel([null], [1]), null).reason).toContain('it failed when measured again')
    expect(judge(scale, match, duel([2], [null]), null).reason).toContain('attempt 0')
  })

  it('wants a gain on the hold-out too, and marks one that is not there', () => {
    const held = { ...scale, task: task(true) }
    const match = challenge(2, 1)
    const once = duel([2, 2, 2], [1, 1, 1])
    expect(judge(held, match, once, duel([1.9], [1]))).toMatchObject({ confirmed: true, signs: [], holderHoldout: 1 })
    const hollow = judge(held, match, once, duel([1], [1]))
    expect(hollow).toMatchObject({ confirmed: false, reason: 'on the hold-out it is no better than attempt 0' })
    expect(hollow.signs).toHaveLength(1)
    expect(judge(held, match, once, duel([null], [1])).reason).toBe('it failed on the hold-out')
  })

  it('crowns no flagged score', () => {
    const flagged: Duel = { challenger: [sample(2, { flags: ['outside metric_range'] })], holder: [sample(1)] }
    expect(judge(scale, challenge(2, 1), flagged, null)).toMatchObject({
      confirmed: false,
      reason: 'outside metric_range',
    })
  })
})
