import { describe, expect, test } from 'vitest'
import type { Attempt } from '../../src/records/attempt.ts'
import { seeded } from '../../src/records/random.ts'
import type { Run } from '../../src/records/run.ts'
import { ModelChoice } from '../../src/records/task.ts'
import { modelShares } from '../../src/reports/models.ts'
import { statusText } from '../../src/reports/plain.ts'
import { chooseModel } from '../../src/search/choose-model.ts'
import { attemptOf } from '../bench/landscapes.ts'
import { emptyRun } from '../bench/simulate.ts'

type Kind = { gains: number; usd: number | null; tokens: number }

/** A run in which `good` and `poor` take turns; each gains with its own chance. */
function history(good: Kind, poor: Kind, attempts = 60): Run {
  const random = seeded(11)
  let best = 1
  const closed: Attempt[] = [{ ...opened(0, null), score: 1 }]
  for (let number = 1; number <= attempts; number++) {
    const [name, { gains, usd, tokens }] = number % 2 ? (['good', good] as const) : (['poor', poor] as const)
    const score = random() < gains ? best + 1 : 0
    best = Math.max(best, score)
    closed.push({ ...opened(number, name), score, usd, tokens })
  }
  return { ...emptyRun('bandit-tree', 1, 100), attempts: closed }
}

const opened = (attempt: number, model: string | null): Attempt =>
  attemptOf(
    {
      attempt,
      parents: attempt === 0 ? [] : [0],
      operator: attempt === 0 ? 'baseline' : 'improve',
      editor: 'model',
      model,
      seed: 1,
    },
    1,
    { family: 0, levels: [] },
  )

const models = ['good', 'poor'].map((name) => ModelChoice.parse({ name }))
const shareOf = (run: Run, choices = models) => {
  const random = seeded(3)
  return (
    Array.from({ length: 500 }, () => chooseModel(run, choices, random)?.name).filter((name) => name === 'good')
      .length / 500
  )
}

describe('the choice of a model', () => {
  test('goes by weight while nothing is known', () => {
    const empty = emptyRun('bandit-tree', 1, 10)
    expect(shareOf(empty)).toBeGreaterThan(0.4)
    expect(shareOf(empty)).toBeLessThan(0.6)
    expect(
      shareOf(empty, [ModelChoice.parse({ name: 'good', weight: 5 }), ModelChoice.parse({ name: 'poor' })]),
    ).toBeGreaterThan(0.8)
  })

  test('goes to the model that gains more for the same cost, and still tries the other', () => {
    const share = shareOf(history({ gains: 0.5, usd: 0.01, tokens: 100 }, { gains: 0.1, usd: 0.01, tokens: 100 }))
    expect(share).toBeGreaterThan(0.85)
    expect(share).toBeLessThan(1)
  })

  test('goes to the cheaper of two that gain alike, in dollars, and in tokens where a price is not known', () => {
    const like = (usd: number | null, tokens: number): Kind => ({ gains: 0.3, usd, tokens })
    expect(shareOf(history(like(0.01, 900), like(0.1, 100)))).toBeGreaterThan(0.9)
    expect(shareOf(history(like(null, 100), like(0.1, 900)))).toBeGreaterThan(0.9)
  })

  test('is none where no model may have ideas', () => {
    const run = emptyRun('bandit-tree', 1, 10)
    expect(chooseModel(run, [ModelChoice.parse({ name: 'm', roles: ['edit'] })], seeded(1))).toBe(null)
    expect(chooseModel(run, [], seeded(1))).toBe(null)
  })
})

test('the share, the gain and the cost of each model are shown', () => {
  const run = history({ gains: 0.5, usd: 0.01, tokens: 100 }, { gains: 0, usd: null, tokens: 100 }, 10)
  const shares = modelShares(run)
  const best = Math.max(...run.attempts.map(({ score }) => score ?? 0))
  expect(shares).toMatchObject([
    { model: 'good', attempts: 5, share: 0.5, gained: best - 1, tokens: 500 },
    { model: 'poor', attempts: 5, share: 0.5, gained: 0, usd: null },
  ])
  expect(shares[0]?.usd).toBeCloseTo(0.05)
  expect(statusText(run)).toContain(`good: 50 % of the ideas, gained ${best - 1} for $0.0500`)
  expect(statusText(run)).toContain('poor: 50 % of the ideas, gained 0 for 500 tokens')
})
