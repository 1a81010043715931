import type { Draft, Trials } from '../records/draft.ts'
import { figure, oneLine, safe } from './words.ts'

/** What a drafted evaluator is, for the person who has to read it. */
export function draftText({ summary, metric, direction, execute, evaluate, holdout, files }: Draft): string {
  const parts: [string, string][] = [
    ['measures', `${metric}, ${direction}`],
    ['execute', execute],
    ['evaluate', evaluate],
    ['hold-out', holdout],
    ['files', files.map(({ path, text }) => `${path} (${text.split('\n').length} lines)`).join(', ')],
  ]
  const head = parts.map(([name, value]) => `${name.padEnd(10)} ${oneLine(value, 300)}`).join('\n')
  return `${head}\n\n${safe(summary)}`
}

/** How a drafted evaluator told candidates apart whose worth is known. */
export function trialsText({ tried, sound, why }: Trials): string {
  const rows = tried.map(({ title, kind, score, holdout, reason, wins }) => [
    kind,
    score === null ? 'no score' : figure(score),
    holdout === null ? '–' : figure(holdout),
    kind === 'baseline' ? '' : `${wins ? 'wins' : 'does not win'}${(kind === 'good') === wins ? '' : ' (!)'}`,
    `${oneLine(title, 60)}${reason === null ? '' : `: ${oneLine(reason, 100)}`}`,
  ])
  const head = ['', 'score', 'hold-out', 'verdict', 'candidate']
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)))
  const table = [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [...table, '', sound ? 'It told bad from good.' : `Not to be trusted yet: ${oneLine(why, 300)}.`].join('\n')
}
