import { describe, expect, test } from 'vitest'
import { report, rounded, thresholds } from '../../src/competitions/medals.ts'

/** A leaderboard of `teams` scores, best first: 1, 2, 3, …, where lower is better. */
const board = (teams: number) => Array.from({ length: teams }, (_, at) => at + 1)
const graded = (score: number | null, scores: readonly number[]) =>
  report({ competition: 'c', score, exists: true, path: 's.csv', created: new Date(0) }, scores)

// The table of mlebench/grade_helpers.py: 10 %, 20 %, 40 % under 100 teams, and so on, with int().
test.each([
  [1, [1, 1, 1, 1]],
  [9, [1, 1, 3, 5]],
  [99, [9, 19, 39, 50]],
  [100, [10, 20, 40, 50.5]],
  [249, [10, 49, 99, 125]],
  [250, [10, 50, 100, 125.5]],
  [999, [11, 50, 100, 500]],
  [1000, [12, 50, 100, 500.5]],
  [2357, [14, 117, 235, 1179]],
])('of %i teams, these places win gold, silver and bronze, and the median is there', (teams, places) => {
  expect(Object.values(thresholds(board(teams)))).toEqual(places)
})

describe('a report', () => {
  test('counts reaching a threshold for a medal, and only passing the median', () => {
    const scores = board(100)
    expect(graded(10, scores)).toMatchObject({ gold_medal: true, silver_medal: false, any_medal: true })
    expect(graded(10.00001, scores)).toMatchObject({ gold_medal: false, silver_medal: true, bronze_medal: false })
    expect(graded(40, scores)).toMatchObject({ bronze_medal: true, above_median: true, is_lower_better: true })
    expect(graded(50.5, scores)).toMatchObject({ any_medal: false, above_median: false })
    const falling = scores.map((one) => -one)
    expect(graded(-10, falling)).toMatchObject({ gold_medal: true, is_lower_better: false })
    expect(graded(-50.5, falling)).toMatchObject({ above_median: false })
    expect(graded(-50, falling)).toMatchObject({ above_median: true })
  })

  test('has the harness’s keys, and none of its medals without a score', () => {
    const none = graded(null, board(10))
    expect(none).toMatchObject({ score: null, valid_submission: false, any_medal: false, above_median: false })
    expect(Object.keys(none)).toEqual([
      ...['competition_id', 'score', 'gold_threshold', 'silver_threshold', 'bronze_threshold', 'median_threshold'],
      ...['any_medal', 'gold_medal', 'silver_medal', 'bronze_medal', 'above_median', 'submission_exists'],
      ...['valid_submission', 'is_lower_better', 'created_at', 'submission_path'],
    ])
  })

  test('rounds to five decimals before it ranks, ties to the even one', () => {
    // Python: round(1/64, 5) is 0.01562, round(3/64, 5) is 0.04688, round(0.123455, 5) is 0.12345 (the double lies below).
    expect([1 / 64, 3 / 64, -1 / 64, 0.123455, 2, 0].map(rounded)).toEqual([0.01562, 0.04688, -0.01562, 0.12345, 2, 0])
    expect(graded(10.000004, board(100)).gold_medal).toBe(true)
  })
})
