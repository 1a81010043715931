import type { PageData } from '../shape.ts'
import { element, fill } from './element.ts'
import type { Part } from './part.ts'
import { themeSwitch } from './theme.ts'

const SECTIONS = [
  ['summary', 'Summary'],
  ['progress', 'Progress'],
  ['attempts', 'Attempts'],
  ['compare', 'Compare'],
  ['cost', 'Cost'],
  ['worth', 'What helped'],
  ['about', 'About'],
] as const

/** The top of the page: which run, in which state, and the ways through the page. */
export function headPart(): Part {
  const run = element('span', { class: 'run' })
  const state = element('span', { class: 'state' })
  const node = element(
    'header',
    { class: 'head' },
    element(
      'div',
      { class: 'bar' },
      element('span', { class: 'brand' }, 'anneal'),
      run,
      state,
      element('span', { class: 'space' }),
      themeSwitch(),
    ),
    element(
      'nav',
      { 'aria-label': 'Sections' },
      SECTIONS.map(([id, name]) => element('a', { href: `#${id}` }, name)),
    ),
  )
  return {
    node,
    update(data) {
      document.title = `${data.about.run} · Anneal`
      fill(run, data.about.run)
      const [kind, text] = stateOf(data)
      state.className = `state ${kind}`
      fill(state, text)
    },
  }
}

function stateOf({ state }: PageData): [string, string] {
  if (state.alive) return ['open', 'at work']
  switch (state.stopped) {
    case null:
      return ['open', 'unfinished']
    case 'target':
      return ['done', 'target reached']
    case 'interrupted':
      return ['open', 'interrupted']
    default:
      return ['done', `done: ${state.stopped} used up`]
  }
}
