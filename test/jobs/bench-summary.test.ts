import { expect, test } from 'vitest'
import { summaryOf } from '../../src/jobs/bench-summary.ts'
import type { BenchRun } from '../../src/records/bench-run.ts'
import { benchCsv, benchText } from '../../src/reports/bench-text.ts'

/** A run whose best score rises to `score` in four attempts; null fails. */
function run(
  task: string,
  setting: string,
  seed: number,
  score: number | null,
  direction: 'maximize' | 'minimize',
): BenchRun {
  const about = { key: 'k', task, setting, seed, metric: 'value', direction }
  if (score === null) return { ...about, reason: 'it broke\n::error::no', outcome: null }
  const points = [0, 1, 2, 3, 4].map((attempt) => {
    const best = 10 + ((score - 10) * attempt) / 4
    return { attempt, status: 'scored' as const, score: best, best, seconds: attempt, usd: 0, tokens: 0 }
  })
  const spent = { seconds: 4, usd: 0, tokens: 0 }
  const end = { confirmed: true, holdout: null, attempts: 4, failed: 0, stopped: 'attempts' as const }
  return { ...about, reason: null, outcome: { run: 'r', baseline: 10, score, ...end, ...spent, points } }
}

const runs = [
  run('up', 'a', 1, 12, 'maximize'),
  run('up', 'a', 2, 14, 'maximize'),
  run('up', 'b', 1, 11, 'maximize'),
  run('up', 'b', 2, 13, 'maximize'),
  run('down', 'a', 1, 8, 'minimize'),
  run('down', 'a', 2, null, 'minimize'),
  run('down', 'b', 1, 9, 'minimize'),
  run('down', 'b', 2, 9, 'minimize'),
]

test('runs become means by task and setting, gains over all tasks, and pairs by task and seed', () => {
  const { scores, gains, pairs } = summaryOf(runs, ['up', 'down'], ['a', 'b'])
  expect(scores.map(({ task, setting, runs: count, failed, best }) => [task, setting, count, failed, best])).toEqual([
    ['up', 'a', 2, 0, 14],
    ['up', 'b', 2, 0, 13],
    ['down', 'a', 2, 1, 8],
    ['down', 'b', 2, 0, 9],
  ])
  expect(scores[0]?.score).toMatchObject({ count: 2, mean: 13 })
  expect(scores[0]?.curve.map(({ attempt, best }) => [attempt, best?.mean])).toEqual([
    [1, 10.75],
    [2, 11.5],
    [3, 12.25],
    [4, 13],
  ])
  expect(scores[2]?.score).toMatchObject({ mean: 8, low: null })
  expect(gains[0]?.gain?.mean).toBeCloseTo((0.2 + 0.4 + 0.2) / 3)
  expect(gains[1]?.gain?.mean).toBeCloseTo((0.1 + 0.3 + 0.1 + 0.1) / 4)
  expect(pairs).toHaveLength(1)
  expect(pairs[0]).toMatchObject({ a: 'a', b: 'b', dropped: 1, difference: { count: 3, wins: 3, losses: 0 } })
  expect(pairs[0]?.difference?.mean).toBeCloseTo(0.1)
})

test('curves are told after the same attempts for all settings, each once, also where one ended early', () => {
  const cut = (one: BenchRun, attempts: number): BenchRun =>
    one.outcome === null
      ? one
      : { ...one, outcome: { ...one.outcome, attempts, points: one.outcome.points.slice(0, attempts + 1) } }
  const attemptsOf = (some: BenchRun[]) =>
    summaryOf(some, ['up'], ['a', 'b']).scores.map(({ curve }) => curve.map(({ attempt }) => attempt))
  const [a, b] = [run('up', 'a', 1, 12, 'maximize'), run('up', 'b', 1, 11, 'maximize')]
  expect(attemptsOf([cut(a, 2), b])).toEqual([
    [1, 2, 3, 4],
    [1, 2, 3, 4],
  ])
  const [early] = summaryOf([cut(a, 2), b], ['up'], ['a', 'b']).scores
  expect(early?.curve.map(({ best }) => best?.mean)).toEqual([10.5, 11, 11, 11])
  expect(attemptsOf([cut(a, 2), cut(b, 2)])).toEqual([
    [1, 2],
    [1, 2],
  ])
})

test('the report hides no failure, and the table of all attempts has a row for it', () => {
  const report = {
    work: '/w',
    tasks: ['up', 'down'],
    method: 'm',
    failed: 1,
    runs,
    ...summaryOf(runs, ['up', 'down'], ['a', 'b']),
  }
  const text = benchText(report)
  expect(text).toContain('1 of 2')
  expect(text).toContain('1 of 8 runs failed; no mean counts them:\n  down, a, seed 2: it broke : :error::no')
  expect(text).toContain('3 (1 dropped)')
  const rows = benchCsv(runs).trimEnd().split('\n')
  expect(rows).toHaveLength(1 + 7 * 5 + 1)
  expect(rows[0]).toBe('task,setting,seed,attempt,status,score,best,seconds,usd,tokens')
  expect(rows[5]).toBe('up,a,1,4,scored,12,12,4,0,0')
  expect(rows).toContain('down,a,2,,run failed,,,,,')
})
