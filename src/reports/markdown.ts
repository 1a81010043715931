import type { Attempt } from '../records/attempt.ts'
import type { Run } from '../records/run.ts'
import { better } from '../records/task.ts'
import { leaderOf } from './documents.ts'
import { modelShares } from './models.ts'
import { duration, figure, safe, spentText } from './plain.ts'

/** Attempts that the summary names. */
const TOP = 10
/** Columns and rows of the chart, in characters. */
const CHART = { columns: 64, rows: 8 }
const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/** A run as Markdown, for a job summary or a comment: where it stands, best-so-far as a chart of characters, the best attempts, the cost. Whatever a model wrote is escaped. */
export function markdownReport(run: Run): string {
  const parts = [
    `## Anneal: ${escaped(run.task.goal, 160)}`,
    headline(run),
    standing(run),
    chart(run),
    best(run),
    cost(run),
    next(run),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/** Text of any origin as plain text within one line of Markdown: no markup, no HTML, no links, no mentions. */
export function escaped(text: string, limit: number): string {
  const line = safe(text)
    .replace(/[\u2028\u2029]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const cut = line.length > limit ? `${line.slice(0, limit - 1)}…` : line
  return cut
    .replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;' })[sign] ?? '&gt;')
    .replace(/[\\`*_{}[\]()|~$!-]/g, (sign) => `\\${sign}`)
    .replace(/[@#]|:(?=\/\/)|\bwww(?=\.)/g, (sign) => `${sign}\u200b`)
}

function headline(run: Run): string {
  const found = leaderOf(run)
  const before = run.attempts[0]?.score ?? null
  if (!found || found.attempt.attempt === 0) return '**No attempt has beaten the baseline.**'
  const sure = run.confirmations.find(({ attempt }) => attempt === found.attempt.attempt)?.confidence ?? null
  const proof = found.confirmed
    ? `measured again and confirmed${sure === null || sure === 1 ? '' : ` (${percent(sure)} sure)`}`
    : 'not confirmed yet'
  return `**${escaped(run.task.evaluate.metric, 60)}: ${figure(before)} → ${figure(found.attempt.score)}** by attempt ${found.attempt.attempt}, ${proof}.`
}

function standing(run: Run): string {
  const count = (status: Attempt['status']) => run.attempts.filter((attempt) => attempt.status === status).length
  const leader = leaderOf(run)
  const confirmation = run.confirmations.find(({ attempt }) => attempt === leader?.attempt.attempt)
  const signs = run.attempts.filter(({ signs }) => signs.length > 0).length
  const rows: [string, string][] = [
    ['run', `\`${run.run}\`, ${run.stopped === null ? 'unfinished' : `stopped: ${run.stopped}`}`],
    ['metric', `${escaped(run.task.evaluate.metric, 60)}, ${run.task.evaluate.direction}`],
    [
      'attempts',
      `${run.attempts.length}: ${count('scored')} scored, ${count('failed')} failed, ${count('rejected')} rejected`,
    ],
    ['editor', escaped(run.editor, 60)],
    ['sandbox', run.tier === 'none' ? 'none: candidates ran with all the rights of who started them' : run.tier],
  ]
  if (confirmation?.holdout)
    rows.push(['hold-out', `${figure(confirmation.holdout.score)} (before it: ${figure(confirmation.holderHoldout)})`])
  if (signs > 0) rows.push(['signs of tampering', `on ${signs} attempts: \`anneal show N\` names them`])
  return table(['', ''], rows)
}

/** Best-so-far over attempts: a column holds the best score up to its last attempt (the first one, of its first), so the chart rises for `maximize` and falls for `minimize`. */
function chart(run: Run): string {
  const line = bestSoFar(run)
  if (line.length < 2) return ''
  const columns = Math.min(CHART.columns, line.length)
  const values = Array.from(
    { length: columns },
    (_, column) => line[column === 0 ? 0 : Math.ceil(((column + 1) * line.length) / columns) - 1] ?? 0,
  )
  const [low, high] = [Math.min(...values), Math.max(...values)]
  if (low === high) return ''
  const span = high - low
  const wide = Math.max(figure(low).length, figure(high).length)
  const rows = Array.from({ length: CHART.rows }, (_, row) => {
    const floor = CHART.rows - 1 - row
    const bars = values.map((value) => {
      // The lowest value still shows as one eighth.
      const eighths = 1 + Math.round(((value - low) / span) * (CHART.rows * 8 - 1)) - floor * 8
      return EIGHTHS[Math.max(0, Math.min(8, eighths))] ?? ' '
    })
    const label = row === 0 ? figure(high) : floor === 0 ? figure(low) : ''
    return `${label.padStart(wide)} ┤${bars.join('').trimEnd()}`
  })
  const last = run.attempts.length - 1
  return `Best so far, over attempts:\n\n\`\`\`text\n${rows.join('\n')}\n${' '.repeat(wide)} └${'─'.repeat(columns)}\n${' '.repeat(wide + 2)}0${String(last).padStart(Math.max(1, columns - 1))}\n\`\`\``
}

/** The best score after each attempt, from the first that has one. */
export function bestSoFar({ attempts, task }: Pick<Run, 'attempts' | 'task'>): number[] {
  const line: number[] = []
  let top: number | null = null
  for (const { status, score } of attempts) {
    if (status === 'scored' && better(task.evaluate.direction, score, top)) top = score
    if (top !== null) line.push(top)
  }
  return line
}

function best(run: Run): string {
  const { direction } = run.task.evaluate
  const leader = leaderOf(run)
  const judged = new Map(run.confirmations.map((one) => [one.attempt, one]))
  const top = run.attempts
    .filter((attempt): attempt is Attempt & { score: number } => attempt.status === 'scored' && attempt.score !== null)
    .toSorted((a, b) => (direction === 'maximize' ? b.score - a.score : a.score - b.score) || a.attempt - b.attempt)
    .slice(0, TOP)
  if (top.length === 0) return ''
  const rows = top.map(({ attempt, score, operator, parents, idea, branch }) => {
    const judgement = judged.get(attempt)
    const mark =
      attempt === leader?.attempt.attempt && leader.confirmed
        ? 'champion'
        : judgement
          ? judgement.confirmed
            ? 'confirmed'
            : 'not confirmed'
          : ''
    const from = operator === 'baseline' ? 'baseline' : `${operator} of ${parents.join(' and ')}`
    return [
      String(attempt),
      figure(score),
      from,
      escaped(idea.title, 100),
      mark,
      branch === null ? '' : `\`${branch}\``,
    ]
  })
  return `### Best attempts\n\n${table(['attempt', 'score', 'from', 'idea', '', 'branch'], rows, ['r', 'r'])}`
}

function cost(run: Run): string {
  const steps = run.attempts.reduce(
    (sum, one) => ({
      ideate: sum.ideate + one.seconds.ideate,
      edit: sum.edit + one.seconds.edit,
      execute: sum.execute + one.seconds.execute,
      evaluate: sum.evaluate + one.seconds.evaluate,
    }),
    { ideate: 0, edit: 0, execute: 0, evaluate: 0 },
  )
  const times = `Time by step: ideas ${duration(steps.ideate)}, edits ${duration(steps.edit)}, execution ${duration(steps.execute)}, evaluation ${duration(steps.evaluate)}.`
  const models = modelShares(run).map(({ model, attempts, gained, usd, tokens }) => [
    escaped(model, 60),
    String(attempts),
    figure(gained),
    String(tokens),
    usd === null ? 'unknown' : `$${usd.toFixed(4)}`,
  ])
  const shares =
    models.length === 0
      ? ''
      : `\n\n${table(['model', 'ideas', 'gained', 'tokens', 'dollars'], models, ['', 'r', 'r', 'r', 'r'])}`
  return `### Cost\n\n${spentText(run.spent)}. ${times}${shares}`
}

function next(run: Run): string {
  const leader = leaderOf(run)
  const commands =
    leader && leader.attempt.attempt > 0
      ? [`anneal diff --run ${run.run}`, `anneal apply --run ${run.run}`, `anneal report ${run.run}`]
      : [`anneal resume ${run.run} --attempts ${2 * Math.max(15, run.attempts.length)}`, `anneal report ${run.run}`]
  return `### What to do now\n\n\`\`\`sh\n${commands.join('\n')}\n\`\`\``
}

function table(heads: readonly string[], rows: readonly (readonly string[])[], align: readonly string[] = []): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(heads), line(heads.map((_, at) => (align[at] === 'r' ? '---:' : '---'))), ...rows.map(line)].join('\n')
}

/** A share; never rounded up to certainty. */
const percent = (share: number) =>
  share > 0.9999 && share < 1 ? 'over 99.99 %' : `${(100 * share).toFixed(share > 0.99 && share < 1 ? 2 : 0)} %`
