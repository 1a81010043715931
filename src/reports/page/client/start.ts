import { aboutPart } from './about.ts'
import { attemptsPart } from './attempts.ts'
import { chartPart } from './chart.ts'
import { comparePart } from './compare.ts'
import { costPart } from './cost.ts'
import { element } from './element.ts'
import { headPart } from './head.ts'
import type { Part, Seat, Source } from './part.ts'
import { summaryPart } from './summary.ts'
import { followTheme } from './theme.ts'
import { worthPart } from './worth.ts'

export type Start = {
  host: HTMLElement
  source: Source
  /** A bar for what can be done to a run that goes on. It stands below the head of the page, and hears of every change. */
  controls?: Part
}

/** Builds the page in its place and keeps it up to date. The one way in, for the file and for the live page. */
export async function start({ host, source, controls }: Start): Promise<void> {
  let data = await source.load()
  const show = (hash: string) => {
    if (location.hash === hash) follow()
    else location.hash = hash
  }
  const seat: Seat = {
    source,
    open: (attempt) => show(`#attempt-${attempt}`),
    compare: (from, to) => show(`#compare-${from}-${to}`),
  }
  const attempts = attemptsPart(seat)
  const compared = comparePart(seat)
  const chart = chartPart(seat)
  const parts: Part[] = [
    headPart(),
    ...(controls ? [controls] : []),
    summaryPart(seat),
    chart,
    attempts,
    compared,
    costPart(),
    worthPart(seat),
    aboutPart(source.follow === undefined),
  ]
  const [head, ...rest] = parts
  const main = element('main', { id: 'main' }, ...rest.map(({ node }) => node))
  host.replaceChildren(
    element('a', { class: 'skip', href: '#main' }, 'To the report'),
    ...(head ? [head.node] : []),
    main,
  )

  /** Shows what the address names: `#attempt-12`, `#compare-3-12`. */
  function follow() {
    const one = /^#attempt-(\d+)$/.exec(location.hash)
    const two = /^#compare-(\d+)-(\d+)$/.exec(location.hash)
    if (one) attempts.show(Number(one[1]))
    if (two) compared.show(Number(two[1]), Number(two[2]))
  }
  const update = () => {
    for (const part of parts) part.update(data)
  }
  update()
  followTheme(() => chart.redraw())
  addEventListener('hashchange', follow)
  follow()

  let waiting = false
  source.follow?.((next) => {
    data = next
    if (waiting) return
    waiting = true
    // However fast a run goes, the page is drawn anew a few times a second at most.
    setTimeout(() => {
      waiting = false
      update()
    }, 250)
  })
}
