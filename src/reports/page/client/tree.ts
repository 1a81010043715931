import type { PageData } from '../shape.ts'
import { element, fill, spoken } from './element.ts'
import type { Part } from './part.ts'
import { change, figure, glyph, plural, rowOf } from './text.ts'
import { type Line, linesOf, ORDERS, type Order, openedAtFirst, recordsOf, type Wanted } from './tree-rows.ts'

/** Pixels of a line, as in the style; only the lines in view are in the document. */
const HEIGHT = 32
const SPARE = 12

/** The tree of attempts: one tab stop, arrow keys within, any number of attempts. `chosen` hears what was chosen. */
export function treePart(chosen: (attempt: number) => void): Part & { mark(attempt: number): void } {
  let data: PageData | null = null
  let lines: Line[] = []
  let open = new Set<number>()
  let touched = false
  let wanted: Wanted = { order: 'tree', status: 'all', text: '' }
  let records = new Set<number>()
  let current = 0
  let selected = -1

  const count = element('span', { class: 'note', role: 'status' })
  const list = element('div', { class: 'lines' })
  const tree = element('div', { class: 'tree', role: 'tree', tabindex: 0, 'aria-label': 'Attempts' }, list)
  const search = element('input', {
    type: 'search',
    placeholder: 'find in titles and reasons',
    'aria-label': 'Find attempts',
    autocomplete: 'off',
    spellcheck: 'false',
    on: { input: () => want({ text: search.value.trim() }) },
  })
  const order = chooser('Order', ORDERS, (value) => want({ order: value }))
  const status = chooser('Status', ['all', 'scored', 'failed', 'rejected'] as const, (value) => want({ status: value }))
  const all = element(
    'button',
    {
      type: 'button',
      class: 'quiet',
      on: {
        click() {
          touched = true
          const whole = open.size >= (data?.rows.length ?? 0)
          open = new Set(whole ? [0] : data?.rows.map(({ attempt }) => attempt))
          layOut()
        },
      },
    },
    'open all',
  )
  const node = element(
    'div',
    { class: 'tree-side' },
    element('div', { class: 'tools' }, search, order, status, all),
    tree,
    count,
  )

  function want(change: Partial<Wanted>) {
    wanted = { ...wanted, ...change }
    current = 0
    tree.scrollTop = 0
    layOut()
  }

  function layOut() {
    if (!data) return
    lines = linesOf(data, open, wanted)
    fill(all, open.size >= data.rows.length ? 'close all' : 'open all')
    all.hidden = wanted.order !== 'tree' || wanted.status !== 'all' || wanted.text !== ''
    list.style.height = `${lines.length * HEIGHT}px`
    current = Math.max(0, Math.min(current, lines.length - 1))
    fill(
      count,
      lines.length === data.rows.length
        ? plural(lines.length, 'attempt')
        : `${plural(lines.length, 'line')} of ${plural(data.rows.length, 'attempt')}`,
    )
    paint()
  }

  function paint() {
    if (!data) return
    const first = Math.max(0, Math.floor(tree.scrollTop / HEIGHT) - SPARE)
    const last = Math.min(lines.length, Math.ceil((tree.scrollTop + tree.clientHeight) / HEIGHT) + SPARE)
    const deepest = Math.max(1, ...lines.slice(first, last).map(({ depth }) => depth))
    const step = Math.min(16, 96 / deepest)
    fill(
      list,
      lines.slice(first, last).map((line, offset) => paintLine(line, first + offset, step)),
    )
    const active = lines[current]
    if (active && current >= first && current < last)
      tree.setAttribute('aria-activedescendant', `line-${active.row.attempt}`)
    else tree.removeAttribute('aria-activedescendant')
  }

  function paintLine({ row, depth, children, open, position, of }: Line, at: number, step: number): HTMLElement {
    const parent = data ? rowOf(data.rows, row.parents[0]) : undefined
    const gain = row.score !== null && parent?.score != null ? row.score - parent.score : null
    const up = gain !== null && (data?.about.direction === 'maximize' ? gain > 0 : gain < 0)
    const twisty = element(
      'span',
      {
        class: 'twisty',
        'aria-hidden': true,
        on: {
          click: (event) => {
            event.stopPropagation()
            toggle(at)
          },
        },
      },
      children > 0 ? (open ? '▾' : '▸') : '',
    )
    const marks = [
      row.judged === 'champion' && element('span', { class: 'badge champion' }, 'champion'),
      row.judged === null &&
        row.attempt === data?.best?.attempt &&
        element('span', { class: 'badge champion' }, 'best'),
      row.judged === 'refused' && element('span', { class: 'badge' }, 'not confirmed'),
      row.signs > 0 && element('span', { class: 'badge bad' }, 'signs'),
      records.has(row.attempt) &&
        row.judged === null &&
        row.attempt !== data?.best?.attempt &&
        element(
          'span',
          { class: 'badge record', title: 'the best score so far when it came' },
          spoken('best so far '),
          '▲',
        ),
    ]
    const made = element(
      'div',
      {
        id: `line-${row.attempt}`,
        class: `entry ${row.status}${at === current ? ' current' : ''}`,
        role: 'treeitem',
        'aria-level': depth + 1,
        'aria-posinset': position,
        'aria-setsize': of,
        'aria-selected': row.attempt === selected,
        'aria-expanded': children > 0 ? open : undefined,
        on: {
          click() {
            current = at
            chosen(row.attempt)
          },
        },
      },
      twisty,
      element('span', { class: 'glyph', 'aria-hidden': true }, glyph(row.status)),
      element('span', { class: 'number' }, spoken('attempt '), String(row.attempt)),
      element(
        'span',
        { class: 'title', title: row.title },
        row.title,
        row.status !== 'scored' && element('span', { class: 'why' }, ` ${row.reason ?? ''}`),
      ),
      marks,
      element('span', { class: 'score' }, row.score === null ? row.status : figure(row.score)),
      element(
        'span',
        { class: `gain ${gain === null || gain === 0 ? '' : up ? 'up' : 'down'}` },
        gain === null ? '' : change(gain),
      ),
    )
    made.style.top = `${at * HEIGHT}px`
    made.style.paddingLeft = `${6 + depth * step}px`
    return made
  }

  function toggle(at: number, to?: boolean) {
    const line = lines[at]
    if (!line || line.children === 0) return
    touched = true
    const next = new Set(open)
    if (to ?? !line.open) next.add(line.row.attempt)
    else next.delete(line.row.attempt)
    open = next
    current = at
    layOut()
  }

  function go(to: number) {
    current = Math.max(0, Math.min(lines.length - 1, to))
    const top = current * HEIGHT
    if (top < tree.scrollTop) tree.scrollTop = top
    if (top + HEIGHT > tree.scrollTop + tree.clientHeight) tree.scrollTop = top + HEIGHT - tree.clientHeight
    paint()
  }

  tree.addEventListener('scroll', () => requestAnimationFrame(paint), { passive: true })
  new ResizeObserver(() => paint()).observe(tree)
  tree.addEventListener('keydown', (event) => {
    const line = lines[current]
    const page = Math.max(1, Math.floor(tree.clientHeight / HEIGHT) - 1)
    const parent = () => lines.findLastIndex(({ depth }, at) => at < current && depth < (line?.depth ?? 0))
    const keys = new Map<string, () => void>([
      ['ArrowDown', () => go(current + 1)],
      ['ArrowUp', () => go(current - 1)],
      ['PageDown', () => go(current + page)],
      ['PageUp', () => go(current - page)],
      ['Home', () => go(0)],
      ['End', () => go(lines.length - 1)],
      ['ArrowRight', () => (line?.open ? go(current + 1) : toggle(current, true))],
      ['ArrowLeft', () => (line?.open ? toggle(current, false) : parent() >= 0 && go(parent()))],
      ['Enter', () => line && chosen(line.row.attempt)],
      [' ', () => line && chosen(line.row.attempt)],
    ])
    const act = keys.get(event.key)
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    act()
  })

  return {
    node,
    update(next) {
      data = next
      records = recordsOf(next)
      if (!touched) open = openedAtFirst(next)
      layOut()
    },
    mark(attempt) {
      if (!data) return
      selected = attempt
      // Its parents are opened, so that it is in sight.
      const known = new Set(open)
      const rows = data.rows
      const above = (number: number) => rowOf(rows, number)?.parents[0]
      for (let at = above(attempt); at !== undefined && !known.has(at); at = above(at)) known.add(at)
      touched ||= known.size > open.size
      open = known
      layOut()
      const at = lines.findIndex(({ row }) => row.attempt === attempt)
      if (at >= 0) go(at)
      else paint()
    },
  }
}

function chooser<T extends string>(name: string, values: readonly T[], chosen: (value: T) => void): HTMLElement {
  const select = element(
    'select',
    {
      'aria-label': name,
      on: {
        change() {
          const value = values.find((one) => one === select.value)
          if (value !== undefined) chosen(value)
        },
      },
    },
    values.map((value) => element('option', { value }, value)),
  )
  return select
}

export type { Order }
