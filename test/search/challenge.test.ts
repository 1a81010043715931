import { describe, expect, test } from 'vitest'
import type { Attempt } from '../../src/records/attempt.ts'
import type { Evaluation } from '../../src/records/evaluation.ts'
import type { Confirmation, Run } from '../../src/records/run.ts'
import type { Task } from '../../src/records/task.ts'
import { leaderOf } from '../../src/reports/documents.ts'
import { challenge } from '../../src/search/challenge.ts'
import { stopOf } from '../../src/search/stop.ts'
import { landscapes, outcome } from '../bench/landscapes.ts'
import { emptyRun } from '../bench/simulate.ts'

/** A run whose attempts have these scores; the baseline first. */
function runOf(scores: number[], task: Partial<Task> = {}, direction: 'maximize' | 'minimize' = 'maximize'): Run {
  const run = emptyRun('bandit-tree', 1, 100)
  const [landscape] = Object.values(landscapes)
  if (!landscape) throw new Error('no landscape')
  const attempts = scores.map((score, attempt): Attempt => {
    const opening = { attempt, parents: [0], operator: 'draft', editor: 'model', model: null, seed: 1 } as const
    const made = outcome(landscape(1), { ...opening, parents: [0] }, new Map(), 1).attempt
    return { ...made, attempt, status: 'scored', score, commit: `c${attempt}` }
  })
  return { ...run, attempts, task: { ...run.task, ...task, evaluate: { ...run.task.evaluate, direction } } }
}

/** The run after an attempt was judged: confirmed at a score, or not. */
function judged(run: Run, attempt: number, again: number | null): Run {
  const confirm = { score: again, flags: [] } as unknown as Evaluation
  const trial: Confirmation = {
    ...{ attempt, holder: 0, pairs: [], confidence: 1, confirmed: again !== null, reason: null },
    ...{ confirm, holdout: null, holderHoldout: null, signs: [] },
  }
  return { ...run, confirmations: [...run.confirmations, { ...trial, after: run.attempts.length }] }
}

const next = (run: Run, ending = true) => challenge(run, ending)?.challenger.attempt ?? null

describe.each(['maximize', 'minimize'] as const)('the title, to %s', (direction) => {
  const sign = direction === 'maximize' ? 1 : -1
  const run = (scores: number[], task: Partial<Task> = {}) =>
    runOf(
      scores.map((score) => sign * score),
      task,
      direction,
    )

  test('a lucky score reaches no target: the second trial must reach it too', () => {
    const found = run([1, 5, 3], { target: sign * 5 })
    expect(next(found, false)).toBe(1)
    const lucky = judged(found, 1, sign * 4)
    expect(stopOf(lucky)).toBeNull()
    expect(next(lucky, false)).toBeNull()
    expect(stopOf(judged(found, 1, sign * 5))).toBe('target')
  })

  test('a champion whose first score was luck keeps nobody out by it', () => {
    const found = run([1, 9, 6])
    expect(next(found)).toBe(1)
    const lucky = judged(found, 1, sign * 2)
    expect(leaderOf(lucky)?.attempt.attempt).toBe(1)
    expect(next(lucky)).toBe(2)
    const better = judged(lucky, 2, sign * 6)
    expect(leaderOf(better)).toMatchObject({ attempt: { attempt: 2 }, confirmed: true })
    expect(next(better)).toBeNull()
    expect(next(judged(found, 1, sign * 9))).toBeNull()
  })

  test('failures of earlier ends and of the time between count nothing at this one', () => {
    let failed = run([1, 2, 3, 4, 5, 6, 7, 8])
    for (const attempt of [7, 6, 5, 4, 3]) failed = judged(failed, attempt, null)
    expect(next(failed)).toBeNull()
    const extra = run([1, 2, 3, 4, 5, 6, 7, 8, 20]).attempts
    expect(next({ ...failed, attempts: extra })).toBe(8)
  })

  test('when the time is up the best one is still judged, and no further one after it failed', () => {
    const late = { ...run([1, 2, 3], { budget: { time: 60 } }), spent: { ...run([1]).spent, seconds: 61 } }
    expect(next(late)).toBe(2)
    expect(next(judged(late, 2, null))).toBeNull()
  })
})
