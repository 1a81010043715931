import { describe, expect, test } from 'vitest'
import type { Attempt } from '../../src/records/attempt.ts'
import type { Evaluation } from '../../src/records/evaluation.ts'
import type { Run } from '../../src/records/run.ts'
import { fastDoubt, stagesOf } from '../../src/search/fidelity.ts'
import { topOf } from '../../src/search/standing.ts'
import { attemptOf } from '../bench/landscapes.ts'
import { emptyRun } from '../bench/simulate.ts'

const FAST = { command: 'x --quick', timeout: 5, cost: 0.1 }
type Given = { fast: number; full?: number; seconds?: number }

/** A run whose attempts were measured so: `fast` scores, `full` ones where they earned it. */
function runOf(given: readonly Given[], budget: Run['task']['budget'] = { attempts: 100 }, cost = 0.1): Run {
  const run = emptyRun('bandit-tree', 1, 100)
  const attempts = given.map(({ fast, full, seconds = 1 }, index): Attempt => {
    const evaluation: Evaluation = {
      status: 'scored',
      reason: null,
      score: full ?? fast,
      metrics: {},
      samples: [],
      seeds: [],
      stage: full === undefined ? 'fast' : 'full',
      ...(full === undefined ? { doubt: 'behind' } : { fast: { score: fast, seconds } }),
      isolation: 'separate',
      tier: 'none',
      flags: [],
      signs: [],
      output: '',
      seconds: { execute: 0, evaluate: full === undefined ? seconds : seconds + 10 },
    }
    const opening = {
      attempt: index,
      parents: index === 0 ? [] : [0],
      operator: 'improve' as const,
      editor: 'model',
      model: 'm',
      seed: 1,
    }
    return {
      ...attemptOf(opening, full ?? null, { family: 0, levels: [] }),
      evaluation,
      status: full === undefined ? 'rejected' : 'scored',
    }
  })
  return {
    ...run,
    task: { ...run.task, budget, evaluate: { ...run.task.evaluate, fast: { ...FAST, cost } } },
    attempts,
  }
}

const both = (count: number, full: (index: number) => number, seconds = 1): Given[] =>
  Array.from({ length: count }, (_, index) => ({ fast: index, full: full(index), seconds }))

describe('what an attempt must pass', () => {
  test('is the full measurement alone where the task has no cheap one', () => {
    expect(stagesOf(emptyRun('bandit-tree', 1, 10))).toEqual(['full'])
  })

  test('is the fast measurement before the full one, for the baseline too', () => {
    expect(stagesOf(runOf([]))).toEqual(['fast', 'full'])
    expect(stagesOf(runOf(both(2, (index) => index)))).toEqual(['fast', 'full'])
  })

  test('has no fast one where that would cost more than it saves: by the task’s word, and then as measured', () => {
    expect(
      stagesOf(
        runOf(
          both(1, (index) => index),
          { attempts: 100 },
          0.8,
        ),
      ),
    ).toEqual(['full'])
    expect(stagesOf(runOf(both(3, (index) => index, 9)))).toEqual(['full'])
    expect(
      stagesOf(
        runOf(
          both(3, (index) => index, 1),
          { attempts: 100 },
          0.8,
        ),
      ),
    ).toEqual(['fast', 'full'])
  })

  test('has no fast one where its ranking says nothing of the full one', () => {
    expect(stagesOf(runOf(both(12, (index) => index)))).toEqual(['fast', 'full'])
    expect(stagesOf(runOf(both(12, (index) => (index % 2 ? index : -index))))).toEqual(['full'])
  })

  test('has no fast one where the time pays for all that is left in full', () => {
    expect(
      stagesOf(
        runOf(
          both(2, (index) => index),
          { attempts: 10, time: 1000 },
        ),
      ),
    ).toEqual(['full'])
    expect(
      stagesOf(
        runOf(
          both(2, (index) => index),
          { attempts: 10, time: 50 },
        ),
      ),
    ).toEqual(['fast', 'full'])
  })
})

describe('a fast score', () => {
  test('earns a full measurement among the best third of the latest, and while there are too few to tell', () => {
    const run = runOf([{ fast: 1, full: 1 }, ...[2, 3, 4, 5, 6, 7, 8].map((fast) => ({ fast }))])
    expect(fastDoubt(run, 7.5)).toBe(null)
    expect(fastDoubt(run, 5.5)).toContain('lies behind 3 of the last 8')
    expect(fastDoubt(runOf(both(2, (index) => index)), -5)).toBe(null)
  })

  test('never stands in a ranking with full scores', () => {
    const run = runOf([{ fast: 1, full: 1 }, { fast: 99 }, { fast: 2, full: 2 }])
    expect(topOf(run, 9).map(({ attempt }) => attempt)).toEqual([2, 0])
  })
})
