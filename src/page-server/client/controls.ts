import { HINTS } from '../../records/hint-bounds.ts'
import type { Steering } from '../../records/steering.ts'
import { element, fill } from '../../reports/page/client/element.ts'
import type { Part } from '../../reports/page/client/part.ts'
import { duration } from '../../reports/page/client/text.ts'
import type { PageData } from '../../reports/page/shape.ts'
import type { LiveState } from '../shape.ts'
import type { Server } from './server.ts'

/** What can be done to the run: pause, stop, budget, pin, ban, hint; and how it is steered now. `hear` takes in what the server tells of it, `line` whether it is heard. */
export type Controls = { part: Part; hear(live: LiveState): void; line(heard: boolean): void }

export function controlsPart(name: string, server: Server, list: HTMLElement): Controls {
  let live: LiveState | null = null
  const answer = element('p', { class: 'answer', role: 'status' })
  const order = async (wanted: Steering) => {
    fill(answer, 'Sent.')
    answer.className = 'answer'
    try {
      fill(answer, await server.order(name, wanted))
    } catch (fault) {
      fill(answer, fault instanceof Error ? fault.message : String(fault))
      answer.className = 'answer bad'
    }
  }
  const state = element('strong', { class: 'work' })
  const working = element('p', { class: 'working' })
  const lost = element(
    'p',
    { class: 'lost', role: 'alert', hidden: true },
    'The server is not heard: `anneal ui` may have ended. Trying again.',
  )
  const pause = button('Pause', () => order({ order: live?.steering.paused ? 'resume' : 'pause' }))
  const stop = button('Stop after these', () => order({ order: 'stop', now: false }))
  const halt = armed('Stop at once', 'Really stop at once', () => order({ order: 'stop', now: true }))
  const steered = element('ul', { class: 'steered' })
  const budget = budgetForm(order)
  const node = element(
    'section',
    { class: 'controls panel', 'aria-label': 'Steer the run' },
    list,
    lost,
    element('div', { class: 'row' }, state, pause, stop, halt.node, answer),
    working,
    steered,
    element(
      'details',
      { class: 'more' },
      element('summary', {}, 'Steer: budget, branches, hints'),
      element('div', { class: 'forms' }, budget.node, branchForm(order), hintForm(order)),
    ),
  )

  const draw = (data: PageData | null) => {
    if (!live) return
    const { atWork, steering } = live
    const text = !atWork ? 'No process works on it' : steering.paused ? 'Paused' : 'At work'
    fill(state, text)
    state.className = `work ${!atWork ? 'idle' : steering.paused ? 'paused' : 'busy'}`
    fill(pause, steering.paused ? 'Go on' : 'Pause')
    for (const one of [pause, stop, halt.node]) one.toggleAttribute('disabled', !atWork)
    fill(working, atWork ? workText(live) : `Go on with it in a terminal: anneal resume ${name}`)
    fill(steered, steeredItems(live, order))
    steered.hidden = steered.childElementCount === 0
    if (data) budget.show(data)
  }
  let last: PageData | null = null
  const tick = () => {
    if (live?.atWork) fill(working, workText(live))
  }
  setInterval(tick, 1000)
  return {
    part: {
      node,
      update(data) {
        last = data
        draw(data)
      },
    },
    hear(next) {
      live = next
      draw(last)
    },
    line: (heard) => {
      lost.hidden = heard
    },
  }
}

type Order = (wanted: Steering) => Promise<void>

/** What is worked on, and for how long. */
function workText({ working, steering }: LiveState): string {
  if (working.length === 0) return steering.paused ? 'Nothing runs.' : ''
  const texts = working.map(({ attempt, operator, parents, since }) => {
    const seconds = since === null ? 0 : Math.floor((Date.now() - Date.parse(since)) / 1000)
    const from = parents.length > 0 ? ` of ${parents.join(' and ')}` : ''
    return `${attempt}: ${operator}${from}${seconds < 1 ? '' : `, for ${seconds < 90 ? `${seconds} s` : duration(seconds)}`}`
  })
  return texts.join(' · ')
}

/** How the run is steered, each with a button that takes it back. */
function steeredItems({ steering: { pinned, banned, hints } }: LiveState, order: Order): HTMLElement[] {
  const item = (text: string, undo: string, back: Steering) =>
    element(
      'li',
      {},
      element('span', {}, text),
      ' ',
      button(undo, () => order(back), `${undo}: ${text}`),
    )
  return [
    ...(pinned === null ? [] : [item(`Pinned to attempt ${pinned} and its descendants`, 'unpin', { order: 'unpin' })]),
    ...banned.map((attempt) =>
      item(`Attempt ${attempt} and its descendants are banned`, 'lift', { order: 'unban', attempt }),
    ),
    ...hints.map(({ id, text }) => item(`Hint: ${text}`, 'withdraw', { order: 'unhint', hint: id })),
  ]
}

const BOUNDS = [
  ['attempts', 'Attempts', 'such as 200'],
  ['time', 'Time', 'such as 2h'],
  ['cost', 'Dollars', 'such as 5'],
  ['tokens', 'Tokens', 'such as 2M'],
] as const

function budgetForm(order: Order): { node: HTMLElement; show(data: PageData): void } {
  const fields = BOUNDS.map(([name, text, hint]) => ({
    name,
    input: element('input', { id: `budget-${name}`, name, placeholder: hint, autocomplete: 'off' }),
    text,
  }))
  const now = element('p', { class: 'now' })
  const node = form(
    'Budget',
    'Set budget',
    [now, ...fields.map(({ name, input, text }) => labelled(`budget-${name}`, text, input))],
    async () => {
      const given = fields.flatMap(({ name, input }) =>
        input.value.trim() === ''
          ? []
          : [[name, name === 'attempts' || name === 'cost' ? Number(input.value) : input.value.trim()]],
      )
      await order({ order: 'budget', budget: Object.fromEntries(given) as never })
      for (const { input } of fields) input.value = ''
    },
  )
  return {
    node,
    show({ about: { budget } }) {
      const parts = [
        budget.attempts !== undefined && `${budget.attempts} attempts`,
        budget.time !== undefined && duration(budget.time),
        budget.cost !== undefined && `$${budget.cost}`,
        budget.tokens !== undefined && `${budget.tokens} tokens`,
      ]
      fill(now, `Now: ${parts.filter(Boolean).join(', ') || 'no bound'}. What is left empty stays.`)
    },
  }
}

function branchForm(order: Order): HTMLElement {
  const input = element('input', { id: 'branch', type: 'number', min: 0, inputmode: 'numeric', autocomplete: 'off' })
  // The attempt that is open on the page is the one that is likely meant.
  const suggest = () => {
    const open = /^#attempt-(\d+)$/.exec(location.hash)?.[1]
    if (open !== undefined) input.value = open
  }
  suggest()
  addEventListener('hashchange', suggest)
  const chosen = (of: 'pin' | 'ban') =>
    input.value === '' ? input.focus() : order({ order: of, attempt: Number(input.value) })
  return element(
    'form',
    { on: { submit: (event) => event.preventDefault() } },
    element('h3', {}, 'Branch'),
    element(
      'p',
      { class: 'now' },
      'Pin: search goes on from this attempt and its descendants alone. Ban: never from them again.',
    ),
    labelled('branch', 'Attempt', input),
    element(
      'div',
      { class: 'row' },
      button('Pin', () => chosen('pin')),
      button('Ban', () => chosen('ban')),
    ),
  )
}

function hintForm(order: Order): HTMLElement {
  const text = element('textarea', { id: 'hint' })
  text.maxLength = HINTS.characters
  text.rows = 3
  return form(
    'Hint',
    'Add hint',
    [element('p', { class: 'now' }, 'Told to the next ideas, in your words.'), labelled('hint', 'Text', text)],
    async () => {
      await order({ order: 'hint', text: text.value })
      text.value = ''
    },
  )
}

function form(title: string, does: string, children: HTMLElement[], send: () => Promise<void>): HTMLElement {
  return element(
    'form',
    {
      on: {
        submit(event) {
          event.preventDefault()
          void send()
        },
      },
    },
    element('h3', {}, title),
    children,
    element('button', {}, does),
  )
}

const labelled = (id: string, text: string, input: HTMLElement): HTMLElement =>
  element('div', { class: 'field' }, element('label', { for: id }, text), input)

function button(text: string, click: () => unknown, name?: string): HTMLButtonElement {
  return element(
    'button',
    { type: 'button', ...(name === undefined ? {} : { 'aria-label': name }), on: { click: () => void click() } },
    text,
  )
}

/** A button that has to be pressed twice within a few seconds. */
function armed(text: string, again: string, click: () => unknown): { node: HTMLButtonElement } {
  let ready = false
  const node = button(text, () => {
    if (ready) void click()
    ready = !ready
    fill(node, ready ? again : text)
    if (ready)
      setTimeout(() => {
        ready = false
        fill(node, text)
      }, 4000)
  })
  return { node }
}
