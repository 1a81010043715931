import type { Best, Finding, PageData, Row } from '../shape.ts'
import { whenChanged } from './changed.ts'
import { copyable } from './copy.ts'
import { element, fill, spoken } from './element.ts'
import type { Part, Seat } from './part.ts'
import { spark } from './spark.ts'
import { beats, change, count, duration, figure, money, nameOf, plural, short } from './text.ts'

/** Steps of the way to the best attempt that are shown at once. */
const STEPS = 9

/** What a person wants to know first: is it getting better, why, what did it cost, can it be trusted, what to do now. */
export function summaryPart(seat: Seat): Part {
  const goal = element('h1', {})
  const [result, cost, trust, advice, way] = ['result', 'spent', 'trust', 'advice', 'way'].map((name) =>
    element('section', { class: `card ${name}` }),
  ) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement, HTMLElement]
  const node = element('section', { id: 'summary', 'aria-label': 'Summary' }, goal, [
    element('div', { class: 'cards' }, result, cost, advice),
    element('div', { class: 'cards two' }, trust, way),
  ])
  const draws = [
    whenChanged(
      ({ about }) => about.goal,
      (data) => {
        goal.classList.toggle('long', data.about.goal.length > 80)
        fill(goal, data.about.goal.length > 240 ? longGoal(data.about.goal) : data.about.goal)
      },
    ),
    whenChanged(
      ({ best, baseline, counts, state }) => [best, baseline, counts, state],
      (data) => fill(result, element('h2', {}, 'Result'), resultOf(data), spark(data)),
    ),
    whenChanged(
      ({ spent, best }) => [spent, best],
      (data) => fill(cost, element('h2', {}, 'Cost'), costOf(data)),
    ),
    whenChanged(
      (data) => data.trust,
      (data) => fill(trust, element('h2', {}, 'Can it be trusted?'), trustList(data.trust, seat)),
    ),
    whenChanged(
      (data) => data.advice,
      (data) => fill(advice, element('h2', {}, 'What to do now'), adviceList(data)),
    ),
    whenChanged(
      (data) => data.best,
      (data) => fill(way, element('h2', {}, 'How it got there'), wayOf(data, seat)),
    ),
  ]
  return {
    node,
    update(data) {
      for (const draw of draws) draw(data)
    },
  }
}

function longGoal(goal: string): HTMLElement {
  const cut = `${goal.slice(0, 200).replace(/\s+\S*$/, '')} …`
  const text = element('span', {}, cut)
  const button = element(
    'button',
    {
      type: 'button',
      class: 'quiet',
      'aria-expanded': 'false',
      on: {
        click() {
          const open = button.getAttribute('aria-expanded') !== 'true'
          button.setAttribute('aria-expanded', String(open))
          fill(text, open ? goal : cut)
          fill(button, open ? 'less' : 'whole goal')
        },
      },
    },
    'whole goal',
  )
  return element('span', {}, text, ' ', button)
}

function resultOf({ about, baseline, best, counts, state }: PageData): HTMLElement[] {
  const better = about.direction === 'maximize' ? 'higher is better' : 'lower is better'
  const metric = element('p', { class: 'metric' }, element('span', { class: 'mono' }, about.metric), `, ${better}`)
  const tally = element(
    'p',
    { class: 'tally' },
    `${plural(counts.total, 'attempt')}: ${count(counts.scored)} scored, ${count(counts.failed)} failed, ${count(counts.rejected)} rejected`,
    state.open.length > 0 && `, ${count(state.open.length)} open`,
  )
  if (!best)
    return [
      element('p', { class: 'figures' }, element('span', { class: 'big' }, figure(baseline))),
      metric,
      element(
        'p',
        { class: 'verdict fair' },
        baseline === null ? 'The baseline has no score yet.' : 'No attempt has beaten the baseline yet.',
      ),
      tally,
    ]
  return [
    element(
      'p',
      { class: 'figures' },
      element('span', { class: 'before' }, spoken('from '), figure(baseline)),
      element('span', { class: 'arrow', 'aria-hidden': true }, '→'),
      element('span', { class: 'big' }, spoken(' to '), figure(best.score)),
    ),
    metric,
    element(
      'p',
      { class: `verdict ${best.confirmed ? 'good' : 'fair'}` },
      `${gainOf(baseline, best, about.direction)}, ${best.confirmed ? 'confirmed' : 'not confirmed yet'}`,
    ),
    tally,
  ]
}

/** How much better, in the way that says most. */
function gainOf(baseline: number | null, { score }: Best, direction: 'maximize' | 'minimize'): string {
  if (baseline === null) return 'Better'
  if (baseline > 0 && score > 0) {
    const ratio = score / baseline
    if (ratio >= 1.995) return `${figure(Number(ratio.toPrecision(3)))} times the baseline`
    const part = Math.abs(ratio - 1) * 100
    return `${figure(Number(part.toPrecision(3)))} % ${direction === 'maximize' ? 'above' : 'below'} the baseline`
  }
  return `${change(score - baseline)} against the baseline`
}

function costOf({ spent, best, baseline, rows }: PageData): HTMLElement[] {
  const known = spent.usd > 0 || spent.tokens > 0
  const facts: [string, string][] = [
    ['Time', duration(spent.seconds)],
    ['Money', spent.usdUnknown ? (spent.usd > 0 ? `at least ${money(spent.usd)}` : 'unknown') : money(spent.usd)],
    ['Tokens', known ? `${short(spent.tokens)}${spent.cached > 0 ? `, ${short(spent.cached)} cached` : ''}` : 'none'],
  ]
  const to = best ? rows.find(({ attempt }) => attempt === best.attempt) : undefined
  const shown: HTMLElement[] = [
    element(
      'dl',
      { class: 'facts' },
      facts.map(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
    ),
  ]
  if (spent.usdUnknown)
    shown.push(
      element('p', { class: 'note' }, 'The price of a model is not known: name it under models.prices in the task.'),
    )
  else if (!known) shown.push(element('p', { class: 'note' }, 'No model was asked: it cost time alone.'))
  if (to && best && baseline !== null)
    shown.push(
      element(
        'p',
        { class: 'note' },
        `The best attempt was there after ${duration(to.at)}${to.spent.usd > 0 ? ` and ${money(to.spent.usd)}` : to.spent.tokens > 0 ? ` and ${short(to.spent.tokens)} tokens` : ''}.`,
      ),
    )
  return shown
}

const MARKS = { good: '✓', fair: '!', bad: '✗' } as const
const SPOKEN = { good: 'good: ', fair: 'mind: ', bad: 'bad: ' } as const

function trustList(findings: readonly Finding[], seat: Seat): HTMLElement {
  return element(
    'ul',
    { class: 'findings' },
    findings.map(({ about, verdict, text, attempts }) =>
      element(
        'li',
        { class: verdict },
        element('span', { class: 'mark', 'aria-hidden': true }, MARKS[verdict]),
        element(
          'div',
          {},
          element('strong', {}, spoken(SPOKEN[verdict]), about),
          element('span', { class: 'told-of' }, text),
          attempts.length > 1 &&
            element(
              'span',
              { class: 'links' },
              attempts.map((attempt) => attemptLink(attempt, seat)),
            ),
        ),
      ),
    ),
  )
}

export const attemptLink = (attempt: number, seat: Seat, text = String(attempt)): HTMLElement =>
  element(
    'a',
    {
      href: `#attempt-${attempt}`,
      class: 'number',
      'aria-label': `attempt ${attempt}`,
      on: {
        click(event) {
          event.preventDefault()
          seat.open(attempt)
        },
      },
    },
    text,
  )

function adviceList({ advice }: PageData): HTMLElement {
  return element(
    'ol',
    { class: 'commands' },
    advice.map(({ command, why }) => element('li', {}, copyable(command), element('span', { class: 'note' }, why))),
  )
}

type Step = { row: Row; gain: number | null }

/** The attempts that led to the best one, with what each gained on its parent. */
function wayOf({ best, rows, about }: PageData, seat: Seat): HTMLElement[] {
  if (!best) return [element('p', { class: 'empty' }, 'Nowhere yet. What was tried stands under Attempts.')]
  const byNumber = new Map(rows.map((row) => [row.attempt, row]))
  const steps: Step[] = []
  // What broke on the way has no score: the next one is held against the last that has.
  let before: number | null = null
  for (const number of best.way.toReversed()) {
    const row = byNumber.get(number)
    if (!row) continue
    steps.push({ row, gain: before === null || row.score === null ? null : row.score - before })
    before = row.score ?? before
  }
  // Of a long way the steps that gained most are shown, in their order.
  const telling = new Set(
    steps
      .slice(1, -1)
      .toSorted((a, b) => Math.abs(b.gain ?? 0) - Math.abs(a.gain ?? 0))
      .slice(0, STEPS - 2),
  )
  const shown = steps.filter((step, index) => index === 0 || index === steps.length - 1 || telling.has(step))
  const hidden = steps.length - shown.length
  return [
    element(
      'ol',
      { class: 'steps' },
      shown.map(({ row, gain }) => {
        const up = gain !== null && gain !== 0 && beats(about.direction, gain, 0)
        return element(
          'li',
          {},
          attemptLink(row.attempt, seat),
          element('span', { class: 'title' }, row.title),
          element(
            'span',
            { class: `gain ${gain === null || gain === 0 ? '' : up ? 'up' : 'down'}` },
            gain !== null ? change(gain) : row.score === null ? row.status : figure(row.score),
          ),
        )
      }),
    ),
    ...(hidden > 0
      ? [
          element(
            'p',
            { class: 'note' },
            `${plural(hidden, 'smaller step')} in between left out; ${nameOf(best.attempt)} stands ${plural(steps.length - 1, 'step')} from the baseline.`,
          ),
        ]
      : []),
  ]
}
