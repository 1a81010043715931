import { safe } from './plain.ts'

type Report = {
  competition_id: string
  metric: string
  score: number | null
  reason: string | null
  gold_threshold: number | null
  silver_threshold: number | null
  bronze_threshold: number | null
  median_threshold: number | null
  gold_medal: boolean | null
  silver_medal: boolean | null
  bronze_medal: boolean | null
  above_median: boolean | null
  is_lower_better: boolean | null
}

const five = (value: number | null) => (value === null ? '' : Number(value.toFixed(5)))

/** What `grade` tells a person. */
export function gradeText(one: Report): string {
  if (one.score === null) return safe(`${one.competition_id}: no score. The submission is not valid: ${one.reason}`)
  const medal = one.gold_medal ? 'gold' : one.silver_medal ? 'silver' : one.bronze_medal ? 'bronze' : 'none'
  const rank = [
    `  medal    ${medal}`,
    `  gold     ${five(one.gold_threshold)}`,
    `  silver   ${five(one.silver_threshold)}`,
    `  bronze   ${five(one.bronze_threshold)}`,
    `  median   ${five(one.median_threshold)} (${one.above_median ? 'better' : 'not better'})`,
  ]
  return safe(
    [
      `${one.competition_id}: ${one.metric} ${one.score} (${one.is_lower_better ? 'lower' : 'higher'} is better)`,
      ...(one.gold_threshold === null ? [] : rank),
    ].join('\n'),
  )
}
