import { type Child, element } from './element.ts'

export type Column<T> = { head: string; cell(row: T): Child; figure?: boolean; wide?: boolean }

/** The head of a plain table. */
export const headRow = (heads: readonly string[]): HTMLElement =>
  element(
    'thead',
    {},
    element(
      'tr',
      {},
      heads.map((head) => element('th', { scope: 'col' }, head)),
    ),
  )

/** A table that scrolls in its own box where it is too wide; the first column names its row. */
export function tableOf<T>(rows: readonly T[], columns: readonly Column<T>[], none: string): HTMLElement {
  if (rows.length === 0) return element('p', { class: 'empty' }, none)
  const [first] = columns
  return element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': columns.map(({ head }) => head).join(', ') },
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          columns.map(({ head, figure, wide }) =>
            element('th', { scope: 'col', class: figure ? 'figure' : wide ? 'wide' : '' }, head),
          ),
        ),
      ),
      element(
        'tbody',
        {},
        rows.map((row) =>
          element(
            'tr',
            {},
            columns.map((column) =>
              column === first
                ? element('th', { scope: 'row' }, column.cell(row))
                : element('td', { class: column.figure ? 'figure' : column.wide ? 'wide' : '' }, column.cell(row)),
            ),
          ),
        ),
      ),
    ),
  )
}
