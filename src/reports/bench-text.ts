import type { BenchRun } from '../records/bench-run.ts'
import { duration, figure, safe } from './plain.ts'

type Interval = { count: number; mean: number; low: number | null; high: number | null }
type Report = {
  work: string
  tasks: readonly string[]
  method: string
  failed: number
  runs: readonly BenchRun[]
  scores: readonly {
    task: string
    setting: string
    runs: number
    failed: number
    baseline: number | null
    best: number | null
    score: Interval | null
    seconds: number | null
    curve: readonly { attempt: number; best: Interval | null }[]
  }[]
  gains: readonly { setting: string; runs: number; failed: number; gain: Interval | null }[]
  pairs: readonly {
    a: string
    b: string
    dropped: number
    holm: number | null
    difference: (Interval & { p: number | null; wins: number; ties: number; losses: number }) | null
  }[]
}

/** What `bench` tells a person. */
export function benchText(report: Report): string {
  const parts = [...report.tasks.map((task) => taskText(report, task)), gainsText(report), pairsText(report)]
  const failures = report.runs
    .filter(({ outcome }) => outcome === null)
    .map(({ task, setting, seed, reason }) => `  ${task}, ${setting}, seed ${seed}: ${line(reason ?? '')}`)
  if (failures.length > 0)
    parts.push([`${report.failed} of ${report.runs.length} runs failed; no mean counts them:`, ...failures].join('\n'))
  parts.push(`method     ${report.method}\nwork       ${report.work}`)
  return parts.filter((part) => part !== '').join('\n\n')
}

function taskText({ scores, runs }: Report, task: string): string {
  const own = scores.filter((one) => one.task === task)
  const about = runs.find((run) => run.task === task)
  const marks = own.find(({ curve }) => curve.length > 0)?.curve.map(({ attempt }) => `best at ${attempt}`) ?? []
  const rows = own.map(({ setting, runs: count, failed, score, best, seconds, curve }) => [
    setting,
    failed > 0 ? `${count - failed} of ${count}` : String(count),
    short(score?.mean ?? null),
    between(score),
    short(best),
    seconds === null ? '–' : duration(seconds),
    ...marks.map((_, at) => short(curve[at]?.best?.mean ?? null)),
  ])
  const heads = ['setting', 'runs', 'mean', '95 % interval', 'best', 'time', ...marks]
  const baseline = own.find((one) => one.baseline !== null)?.baseline ?? null
  const metric = about ? `: ${safe(about.metric)}, ${about.direction}; baseline ${figure(baseline)}` : ''
  return `${task}${metric}\n${table(heads, rows)}`
}

/** Over several tasks scores cannot be averaged; gains over the baseline can. */
function gainsText({ tasks, gains }: Report): string {
  if (tasks.length < 2) return ''
  const rows = gains.map(({ setting, runs, failed, gain }) => [
    setting,
    String(runs - failed),
    percent(gain?.mean ?? null),
    gain?.low == null || gain.high === null ? '–' : `${percent(gain.low)} to ${percent(gain.high)}`,
  ])
  return `all tasks: gain over the baseline, in % of it\n${table(['setting', 'runs', 'mean', '95 % interval'], rows)}`
}

function pairsText({ pairs }: Report): string {
  if (pairs.length === 0) return ''
  const rows = pairs.map(({ a, b, dropped, holm, difference }) => [
    `${a} less ${b}`,
    `${difference?.count ?? 0}${dropped > 0 ? ` (${dropped} dropped)` : ''}`,
    percent(difference?.mean ?? null),
    difference?.low == null || difference.high === null
      ? '–'
      : `${percent(difference.low)} to ${percent(difference.high)}`,
    difference ? `${difference.wins} / ${difference.ties} / ${difference.losses}` : '–',
    chance(difference?.p ?? null),
    chance(holm),
  ])
  const heads = ['pairs by task and seed', 'pairs', 'mean', '95 % interval', 'won / alike / lost', 'p', 'p (Holm)']
  return `differences, in % of the baseline: above 0 the first is better\n${table(heads, rows)}`
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const text = (cells: readonly string[]) =>
    `  ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')}`
  return [heads, ...rows].map(text).join('\n')
}

const short = (value: number | null) => (value === null ? '–' : String(Number(value.toPrecision(5))))
const percent = (share: number | null) => (share === null ? '–' : `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)}`)
const chance = (p: number | null) => (p === null ? '–' : p < 0.001 ? '< 0.001' : p.toFixed(3))
const between = (interval: Interval | null) =>
  interval?.low == null ? '–' : `${short(interval.low)} to ${short(interval.high)}`
const line = (text: string) => safe(text).replace(/\s+/g, ' ').trim().slice(0, 300)

const COLUMNS = ['task', 'setting', 'seed', 'attempt', 'status', 'score', 'best', 'seconds', 'usd', 'tokens'] as const

type Row = Record<(typeof COLUMNS)[number], string | number | null>
const NO_POINT = {
  attempt: null,
  status: 'run failed',
  score: null,
  best: null,
  seconds: null,
  usd: null,
  tokens: null,
}

/** All runs as CSV, ready to plot: a row for each attempt with the best score so far; a run that failed is one row, without an attempt. */
export function benchCsv(runs: readonly BenchRun[]): string {
  const rows = runs.flatMap(({ task, setting, seed, outcome }): Row[] =>
    (outcome?.points ?? [NO_POINT]).map((point) => ({ task, setting, seed, ...point })),
  )
  return [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((name) => cell(row[name])).join(',')), ''].join('\n')
}

const cell = (value: string | number | null) =>
  value === null ? '' : /[",\n\r]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value)
