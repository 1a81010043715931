import type { PageData } from '../shape.ts'
import { element, fill } from './element.ts'
import type { Part, Seat } from './part.ts'
import { pointsOf } from './points.ts'
import { attemptLink } from './summary.ts'
import { headRow } from './table.ts'
import { count, duration, figure, money, short } from './text.ts'

/** Rows that are added at a time. */
const ROWS = 500

/** The points of the chart as a table, made when somebody opens it. */
export function pointsTable(seat: Seat): Part {
  let data: PageData | null = null
  let shown = ROWS
  const place = element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Points of the chart' })
  const node = element(
    'details',
    { class: 'alternative', on: { toggle: () => draw() } },
    element('summary', {}, 'The same as a table'),
    place,
  )

  function draw() {
    if (!node.open || !data) return
    const points = pointsOf(data, 'attempts')
    const heads = ['attempt', 'status', 'score', 'best so far', 'time', 'tokens', 'dollars', 'idea']
    fill(
      place,
      element(
        'table',
        {},
        headRow(heads),
        element(
          'tbody',
          {},
          points
            .slice(0, shown)
            .map(({ row, best }) =>
              element(
                'tr',
                { 'data-attempt': row.attempt },
                element('td', {}, attemptLink(row.attempt, seat)),
                element('td', {}, row.status),
                element('td', { class: 'figure' }, figure(row.score)),
                element('td', { class: 'figure' }, figure(best)),
                element('td', { class: 'figure' }, duration(row.at)),
                element('td', { class: 'figure' }, short(row.spent.tokens)),
                element('td', { class: 'figure' }, money(row.spent.usd)),
                element('td', {}, row.title),
              ),
            ),
        ),
      ),
      points.length > shown &&
        element(
          'button',
          {
            type: 'button',
            on: {
              click() {
                shown += ROWS
                draw()
              },
            },
          },
          `${count(Math.min(ROWS, points.length - shown))} more of ${count(points.length - shown)}`,
        ),
    )
  }
  return {
    node,
    update(next) {
      data = next
      draw()
    },
  }
}
