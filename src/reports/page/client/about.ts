import type { PageData } from '../shape.ts'
import { copyable } from './copy.ts'
import { type Child, element, fill } from './element.ts'
import type { Part } from './part.ts'
import { count, duration, figure, money, plural, short } from './text.ts'

/** What was asked, where it ran, and what this page leaves out; `file` where the page is one that holds all it shows. */
export function aboutPart(file: boolean): Part {
  const facts = element('dl', { class: 'pairs' })
  const left = element('div', {})
  const foot = element('p', { class: 'note foot' })
  const node = element(
    'section',
    { id: 'about', class: 'panel', 'aria-labelledby': 'about-name' },
    element('h2', { id: 'about-name' }, 'About this run'),
    facts,
    left,
    foot,
  )
  return {
    node,
    update(data) {
      fill(
        facts,
        pairsOf(data).map(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
      )
      fill(left, leftOutOf(data))
      fill(
        foot,
        `Made ${data.made.slice(0, 16).replace('T', ' ')} UTC by Anneal ${data.by}.${file ? ' This file holds everything it shows and asks nothing from the network.' : ''}`,
      )
    },
  }
}

function pairsOf({ about, best }: PageData): [string, Child][] {
  const { budget } = about
  const budgets = [
    budget.attempts === undefined ? '' : plural(budget.attempts, 'attempt'),
    budget.time === undefined ? '' : duration(budget.time),
    budget.cost === undefined ? '' : money(budget.cost),
    budget.tokens === undefined ? '' : `${short(budget.tokens)} tokens`,
  ].filter((one) => one !== '')
  const code = (text: string) => element('code', {}, text)
  const pairs: [string, Child][] = [
    ['goal', about.goal],
    ['metric', `${about.metric}, ${about.direction}${about.target === null ? '' : `, target ${figure(about.target)}`}`],
    ['may change', about.edit.map((glob, at) => [at > 0 && ' ', code(glob)])],
    ['execute', about.execute === null ? '' : code(about.execute)],
    ['evaluate', [code(about.evaluate), about.repeats > 1 && `, ${count(about.repeats)} times`]],
    ['budget', budgets.join(', ')],
    ['editor', [about.editor, about.models.length > 0 && `: ${about.models.join(', ')}`]],
    ['search', `${about.strategy}, seed ${about.seed}, ${plural(about.parallel, 'slot')}`],
    ['sandbox', about.tier],
    ['base', [code(about.base.slice(0, 12)), about.branch !== null && ` on ${about.branch}`]],
    ['best branch', best?.branch ? code(best.branch) : ''],
    ['started', about.created.slice(0, 16).replace('T', ' ')],
    ['repeats', about.replays ?? ''],
  ]
  return pairs.filter(([, value]) => value !== '')
}

function leftOutOf({ leftOut, about }: PageData): Child {
  if (leftOut.details === 0 && leftOut.logs === 0) return null
  return element(
    'div',
    { class: 'left-out' },
    element('h3', {}, 'Left out'),
    element(
      'p',
      {},
      'To keep the file small, ',
      [
        leftOut.logs > 0
          ? `${plural(leftOut.logs, 'attempt stands', 'attempts stand')} here without logs and prompts`
          : '',
        leftOut.details > 0
          ? `${plural(leftOut.details, 'attempt')} without any details but score, title and cost`
          : '',
      ]
        .filter((one) => one !== '')
        .join(' and '),
      '. The way to the best attempt, the best and the newest are whole. Any other one:',
    ),
    copyable(`anneal show N --run ${about.run}`),
  )
}
