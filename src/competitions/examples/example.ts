import { seeded } from '../../records/random.ts'
import { rounded } from '../medals.ts'
import { recordOf, type Table, textOf } from '../scoring/csv.ts'
import { type Format, metricOf, scoreSubmission } from '../scoring/submission.ts'
import { normal, type Random, shuffled } from './drawing.ts'
import type { Drawn, DrawnRow } from './drawn.ts'
import { drawTabular } from './tabular.ts'
import { drawText } from './text.ts'
import { drawTime } from './time.ts'

const GENERATORS: Readonly<Record<string, (random: Random) => Drawn>> = {
  tabular: drawTabular,
  time: drawTime,
  text: drawText,
}

export const EXAMPLE_NAMES: readonly string[] = Object.keys(GENERATORS)

/**
 * The files of a competition in the shape of MLE-bench: `prepared/public`, `prepared/private/test.csv` and `leaderboard.csv`, by path. The same seed gives the same
 * bytes. The teams of the leaderboard are simulated: the true signal mixed with noise, scored on the hidden answers. Throws where there is no such example.
 */
export function exampleFiles(name: string, seed: number): Record<string, string> {
  const draw = GENERATORS[name]
  if (!draw) throw new Error(`no example ${name}`)
  const random = seeded(seed, EXAMPLE_NAMES.indexOf(name))
  const drawn = draw(random)
  const { rows, trained, description, sample } = drawn
  const format: Format = { competition: `anneal-${name}`, ...drawn.format }
  const truthColumn = format.label ?? format.targets[0] ?? ''
  const later = rows[0]?.columns.date !== undefined
  const mixed = later ? rows : shuffled(random, rows)
  const [train, test] = [mixed.slice(0, trained), mixed.slice(trained)]
  const table = (from: DrawnRow[], more: (row: DrawnRow) => Record<string, string>): Table => {
    const first = from[0]
    const columns = first ? Object.keys({ id: first.id, ...first.columns, ...more(first) }) : []
    return { columns, rows: from.map((row) => Object.values({ id: row.id, ...row.columns, ...more(row) })) }
  }
  const answers: Table = { columns: ['id', truthColumn], rows: test.map(({ id, truth }) => [id, truth]) }
  return {
    'prepared/public/description.md': description,
    'prepared/public/train.csv': textOf(table(train, ({ truth }) => ({ [truthColumn]: truth }))),
    'prepared/public/test.csv': textOf(table(test, () => ({}))),
    'prepared/public/sample_submission.csv': textOf({
      columns: format.columns,
      rows: test.map(({ id }) => [id, ...sample]),
    }),
    'prepared/private/test.csv': textOf(answers),
    'leaderboard.csv': leaderboard(drawn, format, test, answers, random),
  }
}

function leaderboard(drawn: Drawn, format: Format, test: DrawnRow[], answers: Table, random: Random): string {
  const { direction } = metricOf(format)
  const [worst, best] = drawn.skills
  const scores = Array.from({ length: drawn.teams }, (_, team) => {
    // Few teams know much more than the others.
    const skill = worst + (best - worst) * Math.sqrt((team + random()) / drawn.teams)
    const noise = () => normal(random)
    const given = new Map(test.map(({ id, signal }) => [id, drawn.guess(signal, skill, noise)]))
    return rounded(scoreSubmission(given, answers, format))
  }).toSorted((a, b) => (direction === 'maximize' ? b - a : a - b))
  const lines = scores.map((score, place) => recordOf([String(place + 1), `team ${place + 1}`, String(score)]))
  return `${['rank,team,score', ...lines].join('\n')}\n`
}
