import type { Detail, PageData } from '../shape.ts'
import { aboutPart } from './about.ts'
import { attemptsPart } from './attempts.ts'
import { chartPart } from './chart.ts'
import { comparePart } from './compare.ts'
import { costPart } from './cost.ts'
import { element } from './element.ts'
import { headPart } from './head.ts'
import { summaryPart } from './summary.ts'
import { followTheme } from './theme.ts'
import { worthPart } from './worth.ts'

/** Where the page gets what it shows: from the file that it stands in, or from a server. */
export type Source = {
  load(): Promise<PageData>
  /** One attempt whole; null where it was left out. */
  detail(attempt: number): Promise<Detail | null>
  /** The real diff between two attempts' commits; absent where nobody can be asked for it. */
  compare?(from: number, to: number): Promise<string | null>
  /** Tells whatever has changed, as the whole run anew; gives a function that ends it. Absent where nothing changes. */
  follow?(told: (data: PageData) => void): () => void
}

/** A part of the page: an element, and how it takes in the run as it stands now. */
export type Part = { node: HTMLElement; update(data: PageData): void }

/** What parts ask of the page. */
export type Seat = {
  source: Source
  /** Shows an attempt whole. */
  open(attempt: number): void
  /** Shows two attempts beside each other. */
  compare(from: number, to: number): void
}

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
