import { element, fill } from '../../reports/page/client/element.ts'
import { figure, plural } from '../../reports/page/client/text.ts'
import type { RunLine } from '../shape.ts'

/** The list of all runs of the project, newest first; `shown` is the one that the page shows. */
export function runList(shown: string): { node: HTMLElement; update(runs: readonly RunLine[]): void } {
  const title = element('summary', {}, 'Runs')
  const body = element('tbody', {})
  const head = ['Run', 'State', 'Attempts', 'Best', 'Goal'].map((name) => element('th', { scope: 'col' }, name))
  const node = element(
    'details',
    { class: 'runs' },
    title,
    element(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Runs of the project' },
      element('table', {}, element('thead', {}, element('tr', {}, head)), body),
    ),
  )
  return {
    node,
    update(runs) {
      const busy = runs.filter(({ atWork }) => atWork).length
      fill(title, `${plural(runs.length, 'run')} of this project`, busy > 0 && `, ${busy} at work`)
      fill(
        body,
        runs.map((run) => lineOf(run, run.run === shown)),
      )
    },
  }
}

function lineOf({ run, goal, atWork, paused, stopped, attempts, best }: RunLine, shown: boolean): HTMLElement {
  const state = atWork ? (paused ? 'paused' : 'at work') : (stopped ?? 'unfinished')
  return element(
    'tr',
    shown ? { class: 'shown' } : {},
    element(
      'th',
      { scope: 'row' },
      shown ? element('span', { 'aria-current': 'page' }, run) : element('a', { href: `/?run=${run}` }, run),
    ),
    element('td', {}, state),
    element('td', { class: 'number' }, String(attempts)),
    element('td', { class: 'number' }, figure(best)),
    element('td', {}, goal.length > 90 ? `${goal.slice(0, 89)}…` : goal),
  )
}
