import type { ModelCost, PageData, StepCost } from '../shape.ts'
import { whenChanged } from './changed.ts'
import { element, fill } from './element.ts'
import type { Part } from './part.ts'
import { tableOf } from './table.ts'
import { count, duration, figure, money, percent, plural, short } from './text.ts'

/** Where time and money went: by step and by model. */
export function costPart(): Part {
  const steps = element('div', {})
  const models = element('div', {})
  const node = element(
    'section',
    { id: 'cost', class: 'panel', 'aria-labelledby': 'cost-name' },
    element('h2', { id: 'cost-name' }, 'Cost'),
    steps,
    models,
  )
  const update = whenChanged(
    ({ cost }) => cost,
    (data) => {
      fill(steps, stepTable(data))
      fill(models, modelTable(data))
    },
  )
  return { node, update }
}

function stepTable({ cost, about, spent }: PageData): HTMLElement[] {
  const all = cost.steps.reduce((sum, { seconds }) => sum + seconds, 0)
  const asked = cost.steps.some(({ calls }) => calls > 0)
  const side = about.parallel > 1 ? ` ${about.parallel} attempts ran side by side.` : ''
  return [
    element('h3', {}, 'By step'),
    tableOf<StepCost>(
      cost.steps,
      [
        { head: 'step', cell: ({ step }) => step },
        { head: 'time', cell: ({ seconds }) => duration(seconds), figure: true },
        { head: 'share of the time', cell: ({ seconds }) => bar(all === 0 ? 0 : seconds / all), wide: true },
        ...(asked
          ? [
              { head: 'calls', cell: ({ calls }: StepCost) => (calls === 0 ? '' : count(calls)), figure: true },
              {
                head: 'tokens',
                cell: ({ tokens, calls }: StepCost) => (calls === 0 ? '' : short(tokens)),
                figure: true,
              },
              { head: 'dollars', cell: ({ usd, calls }: StepCost) => (calls === 0 ? '' : money(usd)), figure: true },
            ]
          : []),
      ],
      'Nothing was measured yet.',
    ),
    element('p', { class: 'note' }, `${duration(all)} of work in a run of ${duration(spent.seconds)}.${side}`),
  ]
}

function modelTable({ cost, spent }: PageData): HTMLElement[] {
  if (cost.models.length === 0)
    return [element('h3', {}, 'By model'), element('p', { class: 'empty' }, 'No model was asked.')]
  const untold = cost.models.reduce((sum, one) => sum + one.untold, 0)
  const part = ({ usd, input, output }: ModelCost) => (spent.usd > 0 ? (usd ?? 0) : input + output)
  const all = cost.models.reduce((sum, one) => sum + part(one), 0)
  return [
    element('h3', {}, 'By model'),
    tableOf<ModelCost>(
      cost.models,
      [
        { head: 'model', cell: ({ model }) => model },
        { head: 'ideas', cell: ({ ideas }) => count(ideas), figure: true },
        { head: 'gained', cell: ({ gained }) => figure(Number(gained.toPrecision(5))), figure: true },
        {
          head: 'calls',
          cell: ({ calls, failed }) => `${count(calls)}${failed > 0 ? ` (${count(failed)} failed)` : ''}`,
          figure: true,
        },
        {
          head: 'tokens in',
          cell: ({ input, cached }) =>
            `${short(input)}${cached > 0 && input > 0 ? ` (${percent(cached / input)} cached)` : ''}`,
          figure: true,
        },
        { head: 'out', cell: ({ output }) => short(output), figure: true },
        { head: 'time', cell: ({ seconds }) => duration(seconds), figure: true },
        { head: 'dollars', cell: ({ usd }) => money(usd), figure: true },
        {
          head: spent.usd > 0 ? 'share of the dollars' : 'share of the tokens',
          cell: (one) => bar(all === 0 ? 0 : part(one) / all),
          wide: true,
        },
      ],
      '',
    ),
    element(
      'p',
      { class: 'note' },
      '“Gained” is by how much attempts whose idea came from a model bettered the best score of their time.',
      untold > 0 && ` ${plural(untold, 'call')} the server did not count: charged as what had been kept back.`,
    ),
  ]
}

/** A share as a bar; its figure is said beside it. */
export function bar(share: number): HTMLElement {
  const inner = element('span', { class: 'bar-fill' })
  inner.style.width = `${Math.max(0, Math.min(100, 100 * share))}%`
  return element(
    'span',
    { class: 'bar-cell' },
    element('span', { class: 'bar-track', 'aria-hidden': true }, inner),
    element('span', { class: 'bar-text' }, percent(share)),
  )
}
