import { attemptOf } from '../records/run.ts'
import { attemptText } from '../reports/plain.ts'
import { safe } from '../reports/words.ts'
import type { Place } from './keys.ts'
import { cut, ends, keysLine, type Line, padded, quiet, type Size, strong, type Tone, wrapped } from './line.ts'
import type { Scene } from './scene.ts'
import {
  attemptLines,
  bestLines,
  budgetLines,
  footLine,
  gpuLines,
  headLine,
  lastLines,
  steeringLines,
  workingLines,
} from './sections.ts'

/** The lines of the live view: never more than `rows`, none wider than `columns`. `logs` gives the folder of an attempt's logs. */
export function screen(scene: Scene, place: Place, size: Size, now: number, logs: (attempt: number) => string): Line[] {
  const { columns, rows } = size
  if (rows < 1 || columns < 1) return []
  const whole = place.page === 'run' ? runPage(scene, place, size, now) : page(scene, place, size, logs)
  return whole.slice(0, rows).map((line) => cut(line, columns))
}

/** The lines of the page that is open, before it is scrolled: their number bounds scrolling. */
export function pageLines(
  { run }: Scene,
  { page, chosen }: Place,
  columns: number,
  logs: (attempt: number) => string,
): string[] {
  if (page === 'help') return HELP
  const attempt = page === 'attempt' && chosen !== null ? attemptOf(run, chosen) : undefined
  if (!attempt) return []
  const output = attempt.evaluation?.output ?? ''
  const parts = [
    attemptText(attempt, run, logs(attempt.attempt)),
    safe(attempt.diff).trimEnd(),
    output === '' ? '' : `output\n${safe(output).trimEnd()}`,
  ]
  return wrapped(parts.filter(Boolean).join('\n\n'), columns)
}

function page(scene: Scene, place: Place, { columns, rows }: Size, logs: (attempt: number) => string): Line[] {
  const lines = pageLines(scene, place, columns, logs)
  const room = pageRows(rows)
  const from = Math.max(0, Math.min(place.scroll, lines.length - room))
  const title = place.page === 'help' ? 'Help' : `Attempt ${place.chosen}`
  const more =
    lines.length > room ? `lines ${from + 1} to ${Math.min(lines.length, from + room)} of ${lines.length}` : ''
  return [
    ends([strong(title)], [quiet(more)], columns),
    ...padded(
      lines.slice(from, from + room).map((text) => [{ text, tone: toneOf(text) }]),
      room,
    ),
    keysLine([
      ['↑↓', 'scroll'],
      ['esc', 'back'],
      ['q', 'back'],
    ]),
  ]
}

/** Rows of a page between its title and its keys. */
export const pageRows = (rows: number): number => Math.max(0, rows - 2)

const toneOf = (line: string): Tone => (/^\+(?!\+\+)/.test(line) ? 'good' : /^-(?!--)/.test(line) ? 'bad' : 'plain')

const HELP = [
  'p        pause: what runs is finished and nothing new starts; p again goes on',
  's        stop when what runs is finished',
  'q        the same; once more stops at once. So does Ctrl-C',
  '↑ ↓      choose an attempt; esc follows the newest again',
  'enter    the chosen attempt whole: idea, diff, metrics, output',
  'o        opens the report in the browser',
  '?        this help',
  '',
  'The run goes on while you look. From another terminal `anneal steer` also',
  'raises budgets, pins or bans a branch and tells the next ideas a hint;',
  '`anneal ui` shows the same in a browser.',
  '',
  'best     the attempt that would be delivered now; the line below shows the best',
  '         score so far over the attempts, and up is better',
]

/** Sections of the run's page, in the order in which they stand; `rank` says which gets its lines first, `least` how many it cannot do without. */
type Section = { lines: Line[]; least: number; rank: number }

function runPage(scene: Scene, place: Place, { columns, rows }: Size, now: number): Line[] {
  const roomy = rows >= 20
  const attempts = attemptLines(scene.run, place, columns, rows)
  const sections: Section[] = [
    { lines: [headLine(scene, columns, now)], least: 1, rank: 0 },
    { lines: bestLines(scene.run, columns), least: 1, rank: 1 },
    { lines: roomy ? [[]] : [], least: 0, rank: 9 },
    { lines: budgetLines(scene, columns, rows, now), least: 1, rank: 4 },
    { lines: gpuLines(scene, columns), least: 1, rank: 6 },
    { lines: steeringLines(scene), least: 1, rank: 5 },
    { lines: roomy ? [[]] : [], least: 0, rank: 9 },
    { lines: workingLines(scene, columns, rows, now), least: 1, rank: 3 },
    { lines: roomy ? [[]] : [], least: 0, rank: 9 },
    { lines: attempts, least: 1, rank: 8 },
    { lines: lastLines(scene), least: 1, rank: 7 },
    { lines: [footLine(scene, columns)], least: 1, rank: 2 },
  ]
  const given = new Map<Section, number>()
  let left = rows
  const ranked = sections.toSorted((a, b) => a.rank - b.rank)
  for (const most of ['least', 'all'] as const)
    for (const section of ranked) {
      const want = most === 'least' ? Math.min(section.least, section.lines.length) : section.lines.length
      const more = Math.min(left, want - (given.get(section) ?? 0))
      given.set(section, (given.get(section) ?? 0) + more)
      left -= more
    }
  return sections.flatMap((section) => {
    const kept = section.lines.slice(0, given.get(section))
    // What is left over keeps the keys at the foot.
    return section.lines === attempts ? padded(kept, kept.length + left) : kept
  })
}
