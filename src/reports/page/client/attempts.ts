import type { PageData } from '../shape.ts'
import { detailView } from './detail.ts'
import { element, fill } from './element.ts'
import type { Part, Seat } from './part.ts'
import { rowOf } from './text.ts'
import { treePart } from './tree.ts'

/** The tree of attempts, and beside it the one that was chosen. `show` opens an attempt and takes the focus there. */
export function attemptsPart(seat: Seat): Part & { show(attempt: number): void } {
  const detail = element('div', { class: 'detail-side' })
  const tree = treePart((attempt) => seat.open(attempt))
  const node = element(
    'section',
    { id: 'attempts', class: 'panel', 'aria-labelledby': 'attempts-name' },
    element('h2', { id: 'attempts-name' }, 'Attempts'),
    element('div', { class: 'sides' }, tree.node, detail),
  )
  let data: PageData | null = null
  let shown: number | null = null
  let chosen = false

  async function present(attempt: number, focus: boolean) {
    const row = data && rowOf(data.rows, attempt)
    if (!data || !row) return
    shown = attempt
    tree.mark(attempt)
    const found = await seat.source.detail(attempt).catch(() => null)
    // Another one may have been chosen meanwhile.
    if (shown !== attempt) return
    fill(detail, detailView(row, found, data, seat))
    detail.scrollTop = 0
    if (!focus) return
    const title = detail.querySelector<HTMLElement>('h3')
    title?.focus({ preventScroll: true })
    const narrow = matchMedia('(max-width: 900px)').matches
    ;(narrow ? detail : node).scrollIntoView({ block: 'start' })
  }

  return {
    node,
    update(next) {
      data = next
      tree.update(next)
      // Until the person chooses one, the best is shown.
      const best = next.best?.attempt ?? 0
      if (!chosen && shown !== best && next.rows.length > 0) void present(best, false)
    },
    show(attempt) {
      chosen = true
      void present(attempt, true)
    },
  }
}
