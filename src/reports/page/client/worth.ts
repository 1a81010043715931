import type { OperatorWorth, PageData, Told } from '../shape.ts'
import { whenChanged } from './changed.ts'
import { bar } from './cost.ts'
import { element, fill } from './element.ts'
import type { Part, Seat } from './part.ts'
import { attemptLink } from './summary.ts'
import { tableOf } from './table.ts'
import { count, duration, figure, money, plural, rowOf } from './text.ts'

/** What operators, lessons and pages were worth in this run. */
export function worthPart(seat: Seat): Part {
  const operators = element('div', {})
  const told = element('div', {})
  const node = element(
    'section',
    { id: 'worth', class: 'panel', 'aria-labelledby': 'worth-name' },
    element('h2', { id: 'worth-name' }, 'What helped'),
    operators,
    told,
  )
  const draws = [
    whenChanged(
      (data) => data.operators,
      (data) => fill(operators, operatorTable(data)),
    ),
    whenChanged(
      ({ knowledge }) => knowledge,
      (data) => fill(told, toldTable(data, seat)),
    ),
  ]
  return {
    node,
    update(data) {
      for (const draw of draws) draw(data)
    },
  }
}

function operatorTable({ operators, spent }: PageData): HTMLElement[] {
  const all = operators.reduce((sum, { gained }) => sum + gained, 0)
  return [
    element('h3', {}, 'Operators'),
    tableOf<OperatorWorth>(
      operators,
      [
        { head: 'operator', cell: ({ operator }) => operator },
        { head: 'attempts', cell: ({ attempts }) => count(attempts), figure: true },
        { head: 'scored', cell: ({ scored }) => count(scored), figure: true },
        { head: 'beat their parent', cell: ({ better }) => count(better), figure: true },
        { head: 'best so far', cell: ({ records }) => count(records), figure: true },
        { head: 'gained', cell: ({ gained }) => gainText(gained, all), figure: true },
        { head: 'share of the gain', cell: ({ gained }) => bar(all === 0 ? 0 : gained / all), wide: true },
        { head: 'time', cell: ({ seconds }) => duration(seconds), figure: true },
        ...(spent.usd > 0 ? [{ head: 'dollars', cell: ({ usd }: OperatorWorth) => money(usd), figure: true }] : []),
      ],
      'No attempt was made yet.',
    ),
  ]
}

/** What rounding alone makes of nothing is nothing. */
const gainText = (gained: number, all: number) => (gained < 1e-9 * all ? '0' : figure(Number(gained.toPrecision(5))))

function toldTable({ knowledge, rows }: PageData, seat: Seat): HTMLElement[] {
  return [
    element('h3', {}, 'Lessons and pages'),
    tableOf<Told>(
      knowledge.told,
      [
        {
          head: 'lesson or page',
          cell: ({ id, text }) => [element('span', { class: 'told' }, text), element('code', {}, id)],
        },
        { head: 'kind', cell: ({ kind }) => kind },
        {
          head: 'from',
          cell: ({ learnedBy }) => (learnedBy === null || !rowOf(rows, learnedBy) ? '' : attemptLink(learnedBy, seat)),
          figure: true,
        },
        { head: 'told', cell: ({ shown }) => count(shown), figure: true },
        { head: 'cited', cell: ({ cited }) => count(cited), figure: true },
        { head: 'helped', cell: ({ helped }) => count(helped), figure: true },
        { head: 'harmed', cell: ({ harmed }) => count(harmed), figure: true },
      ],
      'No attempt was told a lesson or a page, and none was learned.',
    ),
    ...(knowledge.told.length > 0
      ? [
          element(
            'p',
            { class: 'note' },
            'Helped: attempts that were told it and beat their parent. Harmed: those that were told it and did not.',
            knowledge.more > 0 ? ` ${plural(knowledge.more, 'more', 'more')} in: anneal lessons list` : '',
          ),
        ]
      : []),
  ]
}
