import type { Detail, PageData, Row } from '../shape.ts'
import { copyable } from './copy.ts'
import { diffView } from './diff.ts'
import { type Child, element, fill } from './element.ts'
import type { Part, Seat } from './part.ts'
import { change, duration, figure, money, nameOf, origin, rowOf, short } from './text.ts'

/** Two attempts beside each other. */
export function comparePart(seat: Seat): Part & { show(from: number, to: number): void } {
  let data: PageData | null = null
  let shown: [number, number] | null = null
  let chosen = false
  const field = (name: string) =>
    element('input', { type: 'number', min: 0, inputmode: 'numeric', 'aria-label': name, on: { change: () => read() } })
  const [from, to] = [field('First attempt'), field('Second attempt')]
  const swap = element(
    'button',
    { type: 'button', class: 'quiet', on: { click: () => seat.compare(Number(to.value), Number(from.value)) } },
    'swap',
  )
  const place = element('div', { role: 'status', class: 'compared' })
  const node = element(
    'section',
    { id: 'compare', class: 'panel', 'aria-labelledby': 'compare-name' },
    element('h2', { id: 'compare-name' }, 'Compare'),
    element('p', { class: 'tools' }, element('label', {}, 'attempt ', from), element('label', {}, ' with ', to), swap),
    place,
  )

  function read() {
    if (from.value === '' || to.value === '') return
    seat.compare(Number(from.value), Number(to.value))
  }

  async function present(first: number, second: number, focus: boolean) {
    if (!data) return
    shown = [first, second]
    // What is being typed is not overwritten.
    if (document.activeElement !== from) from.value = String(first)
    if (document.activeElement !== to) to.value = String(second)
    const rows = [rowOf(data.rows, first), rowOf(data.rows, second)] as const
    const [left, right] = rows
    if (!left || !right) {
      fill(
        place,
        element(
          'p',
          { class: 'empty' },
          `There is no attempt ${left ? second : first}: numbers go from 0 to ${data.rows.at(-1)?.attempt ?? 0}.`,
        ),
      )
      return
    }
    const details = await Promise.all([first, second].map((one) => seat.source.detail(one).catch(() => null)))
    const [before = null, after = null] = details
    const real = await realDiff(left, right, before, after, data, seat)
    if (shown?.[0] !== first || shown[1] !== second) return
    fill(place, facts(left, right, before, after), real, seatCommand(first, second, data, before, after))
    if (focus) node.scrollIntoView({ block: 'start' })
  }

  return {
    node,
    update(next) {
      data = next
      from.max = to.max = String(next.rows.at(-1)?.attempt ?? 0)
      const best = next.best?.attempt ?? next.rows.at(-1)?.attempt ?? 0
      if (best === 0) fill(place, element('p', { class: 'empty' }, 'There is nothing to compare yet.'))
      if (!chosen && best > 0 && shown?.[1] !== best) void present(0, best, false)
    },
    show(first, second) {
      chosen = true
      void present(first, second, true)
    },
  }
}

function facts(left: Row, right: Row, before: Detail | null, after: Detail | null): HTMLElement {
  const both = (name: string, of: (row: Row) => Child): Child[] => [name, of(left), of(right), '']
  const figures = (
    name: string,
    a: number | null,
    b: number | null,
    say: (value: number | null) => string,
  ): Child[] => [name, say(a), say(b), a === null || b === null || a === b ? '' : say === figure ? change(b - a) : '']
  const metrics = [...new Set([...Object.keys(before?.metrics ?? {}), ...Object.keys(after?.metrics ?? {})])]
  const rows: Child[][] = [
    both('idea', ({ title }) => title),
    both('status', ({ status }) => status),
    both('comes from', origin),
    figures('score', left.score, right.score, figure),
    ...metrics.map((name) => figures(name, before?.metrics[name] ?? null, after?.metrics[name] ?? null, figure)),
    both('lines', ({ added, removed }) => `+${added} −${removed}`),
    both('time', ({ seconds }) => duration(seconds.ideate + seconds.edit + seconds.execute + seconds.evaluate)),
    both('tokens', ({ tokens }) => short(tokens)),
    both('dollars', ({ usd }) => money(usd)),
    ...(before && after && (before.hypothesis !== '' || after.hypothesis !== '')
      ? [['hypothesis', before.hypothesis, after.hypothesis, '']]
      : []),
  ]
  const heads = ['', nameOf(left.attempt), nameOf(right.attempt), 'difference']
  return element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Both attempts' },
    element(
      'table',
      { class: 'compare' },
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          heads.map((head) => (head === '' ? element('td', {}) : element('th', { scope: 'col' }, head))),
        ),
      ),
      element(
        'tbody',
        {},
        rows.map(([name, ...cells]) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, name),
            cells.map((cell) => element('td', {}, cell)),
          ),
        ),
      ),
    ),
  )
}

/** The real diff between the two commits where it is at hand; else each attempt's own, and the page says so. */
async function realDiff(
  left: Row,
  right: Row,
  before: Detail | null,
  after: Detail | null,
  data: PageData,
  seat: Seat,
): Promise<Child> {
  const [a, b] = [left.attempt, right.attempt]
  const title = (text: string) => element('h3', {}, text)
  if (a === b) return element('p', { class: 'empty' }, 'The same attempt twice.')
  const kept = data.compared.find(({ from, to }) => from === a && to === b)?.diff
  const own = right.parents[0] === a ? after?.diff : undefined
  const asked =
    kept === undefined && own === undefined ? await seat.source.compare?.(a, b).catch(() => null) : undefined
  const real = kept ?? own ?? asked
  if (typeof real === 'string')
    return [
      title(`What changed from ${nameOf(a)} to ${nameOf(b)}`),
      diffView(real, `Diff from ${nameOf(a)} to ${nameOf(b)}`),
    ]
  const one = (row: Row, detail: Detail | null) =>
    element(
      'div',
      {},
      title(
        row.operator === 'baseline'
          ? 'The baseline: your program as it was'
          : `${nameOf(row.attempt)} against ${nameOf(row.parents[0] ?? 0)}`,
      ),
      detail === null
        ? element('p', { class: 'empty' }, 'Its diff was left out of this page.')
        : row.operator === 'baseline'
          ? null
          : diffView(detail.diff, `Diff of ${nameOf(row.attempt)}`),
    )
  return [
    element(
      'p',
      { class: 'note' },
      'This page does not hold the diff between these two commits. Below is what each changed on its own parent; the command at the end shows the difference itself.',
    ),
    element('div', { class: 'beside' }, one(left, before), one(right, after)),
  ]
}

function seatCommand(a: number, b: number, { about }: PageData, before: Detail | null, after: Detail | null): Child {
  const name = (attempt: number, detail: Detail | null) =>
    attempt === 0 ? about.base.slice(0, 12) : (detail?.branch ?? `anneal/${about.run}/${attempt}`)
  return a === b ? null : copyable(`git diff ${name(a, before)} ${name(b, after)}`)
}
