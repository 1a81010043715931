/** What the harness of MLE-bench says of one submission; its keys and its way to round and compare. */
export type GradingReport = {
  competition_id: string
  score: number | null
  gold_threshold: number
  silver_threshold: number
  bronze_threshold: number
  median_threshold: number
  any_medal: boolean
  gold_medal: boolean
  silver_medal: boolean
  bronze_medal: boolean
  above_median: boolean
  submission_exists: boolean
  valid_submission: boolean
  is_lower_better: boolean
  created_at: string
  submission_path: string
}

type Places = Pick<GradingReport, 'gold_threshold' | 'silver_threshold' | 'bronze_threshold' | 'median_threshold'>

/** Whether a lower score is better: the leaderboard stands best first. */
export const lowerIsBetter = (board: readonly number[]): boolean => (board[0] ?? 0) < (board.at(-1) ?? 0)

/** The scores that win each medal, by the number of teams, and the median. `board` holds at least one score, best first. */
export function thresholds(board: readonly number[]): Places {
  const teams = board.length
  const share = (part: number) => Math.max(1, Math.floor(teams * part))
  const tenth = 10 + Math.floor(teams * 0.002)
  const [gold, silver, bronze] =
    teams < 100
      ? [share(0.1), share(0.2), share(0.4)]
      : teams < 250
        ? [10, share(0.2), share(0.4)]
        : teams < 1000
          ? [tenth, 50, 100]
          : [tenth, share(0.05), share(0.1)]
  const at = (place: number) => board[place - 1] ?? Number.NaN
  const sorted = board.toSorted((a, b) => a - b)
  const middle = ((sorted[Math.ceil(teams / 2) - 1] ?? 0) + (sorted[Math.floor(teams / 2)] ?? 0)) / 2
  return {
    gold_threshold: at(gold),
    silver_threshold: at(silver),
    bronze_threshold: at(bronze),
    median_threshold: teams % 2 === 1 ? (sorted[(teams - 1) / 2] ?? Number.NaN) : middle,
  }
}

/** Five decimals; a tie goes to the even one, as Python's `round` does. */
export function rounded(score: number): number {
  const up = Number(score.toFixed(5))
  const ties = /^\d*\.\d{5}50*$/.test(Math.abs(score).toFixed(30))
  if (!ties) return up
  const down = Number((up - Math.sign(score) * 1e-5).toFixed(5))
  return Math.round(Math.abs(up) * 1e5) % 2 === 0 ? up : down
}

export type Graded = { competition: string; score: number | null; exists: boolean; path: string; created: Date }

/** Ranks a score on the leaderboard: a medal for reaching its threshold, above the median only for passing it. */
export function report({ competition, score, exists, path, created }: Graded, board: readonly number[]): GradingReport {
  const places = thresholds(board)
  const lower = lowerIsBetter(board)
  const value = score === null ? null : rounded(score)
  const reaches = (threshold: number) => value !== null && (lower ? value <= threshold : value >= threshold)
  const gold = reaches(places.gold_threshold)
  const silver = !gold && reaches(places.silver_threshold)
  const bronze = !gold && !silver && reaches(places.bronze_threshold)
  const median = places.median_threshold
  return {
    competition_id: competition,
    score: value,
    ...places,
    any_medal: gold || silver || bronze,
    gold_medal: gold,
    silver_medal: silver,
    bronze_medal: bronze,
    above_median: value !== null && (lower ? value < median : value > median),
    submission_exists: exists,
    valid_submission: value !== null,
    is_lower_better: lower,
    created_at: created.toISOString(),
    submission_path: path,
  }
}
