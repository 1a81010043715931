import { comparisonOf, holm, type Interval, intervalOf } from '../evaluate/interval.ts'
import type { BenchOutcome, BenchRun } from '../records/bench-run.ts'

/** Shares of the budget at which curves are told. */
const MARKS = [0.25, 0.5, 0.75, 1]

type Ended = BenchRun & { outcome: BenchOutcome }
const ended = (run: BenchRun): run is Ended => run.outcome !== null

/** Runs as figures: for each task and setting, for each setting over all tasks, and for each two settings by pairs. */
export function summaryOf(runs: readonly BenchRun[], tasks: readonly string[], settings: readonly string[]) {
  const of = (task: string, setting: string) => runs.filter((run) => run.task === task && run.setting === setting)
  return {
    scores: tasks.flatMap((task) => {
      // The same marks for all settings of a task, also where one ended before the others.
      const marks = marksOf(runs.filter((run) => run.task === task).filter(ended))
      return settings.map((setting) => scoresOf(task, setting, of(task, setting), marks))
    }),
    gains: settings.map((setting) => {
      const own = runs.filter((run) => run.setting === setting)
      const gains = own.filter(ended).map((run) => gainOf(run, run.outcome.baseline))
      return {
        setting,
        runs: own.length,
        failed: own.length - gains.length,
        gain: gains.length > 0 ? intervalOf(gains) : null,
      }
    }),
    pairs: pairsOf(runs, settings),
  }
}
export type BenchSummary = ReturnType<typeof summaryOf>

function scoresOf(task: string, setting: string, runs: readonly BenchRun[], marks: readonly number[]) {
  const good = runs.filter(ended)
  const outcomes = good.map(({ outcome }) => outcome)
  const mean = (value: (outcome: BenchOutcome) => number): number | null =>
    outcomes.length === 0 ? null : outcomes.reduce((sum, outcome) => sum + value(outcome), 0) / outcomes.length
  const scores = outcomes.map(({ score }) => score)
  const [first] = good
  const best = scores.length === 0 ? null : first?.direction === 'minimize' ? Math.min(...scores) : Math.max(...scores)
  const usd = outcomes.some((one) => one.usd === null) ? null : mean((one) => one.usd ?? 0)
  return {
    ...{ task, setting, runs: runs.length, failed: runs.length - good.length, best, usd },
    baseline: mean((one) => one.baseline),
    score: scores.length > 0 ? intervalOf(scores) : null,
    attempts: mean((one) => one.attempts),
    seconds: mean((one) => one.seconds),
    tokens: mean((one) => one.tokens),
    curve: outcomes.length === 0 ? [] : marks.map((attempt) => curvePoint(outcomes, attempt)),
  }
}

/** The attempts after which curves are told, each once: few attempts have few marks. */
function marksOf(runs: readonly Ended[]): number[] {
  const longest = Math.max(0, ...runs.map(({ outcome }) => outcome.attempts))
  return longest === 0 ? [] : [...new Set(MARKS.map((mark) => Math.max(1, Math.round(mark * longest))))]
}

/** The mean of the best scores after so many attempts; a run that ended before keeps its last. */
function curvePoint(outcomes: readonly BenchOutcome[], attempt: number): { attempt: number; best: Interval | null } {
  const values = outcomes.flatMap(({ points }) => points.findLast((point) => point.attempt <= attempt)?.best ?? [])
  return { attempt, best: values.length > 0 ? intervalOf(values) : null }
}

/** Each two settings, on the runs of the same task and seed: differences of their scores, as shares of the task's baseline. */
function pairsOf(runs: readonly BenchRun[], settings: readonly string[]) {
  const compared = settings.flatMap((a, at) =>
    settings.slice(at + 1).map((b) => {
      const wanted = runs.filter(({ setting }) => setting === a)
      const differences = wanted.filter(ended).flatMap((one) => {
        const other = runs.find(({ setting, task, seed }) => setting === b && task === one.task && seed === one.seed)
        return other && ended(other) ? [gainOf(one, other.outcome.score, other.outcome.baseline)] : []
      })
      const dropped = wanted.length - differences.length
      return { a, b, dropped, difference: differences.length > 0 ? comparisonOf(differences) : null }
    }),
  )
  const honest = holm(compared.map(({ difference }) => difference?.p ?? null))
  return compared.map((pair, at) => ({ ...pair, holm: honest[at] ?? null }))
}

/** How much better a run's score is than another, as a share of the baseline (of both, where there are two); as it is where that is nought. */
function gainOf({ direction, outcome }: Ended, than: number, theirs = outcome.baseline): number {
  const scale = (Math.abs(outcome.baseline) + Math.abs(theirs)) / 2
  const gain = direction === 'maximize' ? outcome.score - than : than - outcome.score
  return scale === 0 ? gain : gain / scale
}
