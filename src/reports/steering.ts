import type { Steered, Steering } from '../records/steering.ts'
import type { Budget } from '../records/task.ts'
import { duration, oneLine } from './words.ts'

/** What an order does, in a few words for a person. */
export function orderText(order: Steering): string {
  switch (order.order) {
    case 'pause':
      return 'paused: what runs is finished, nothing new starts'
    case 'resume':
      return 'goes on'
    case 'stop':
      return order.now ? 'stops at once' : 'stops when what runs is finished'
    case 'budget':
      return `budget: ${budgetText(order.budget)}`
    case 'pin':
      return `pinned to attempt ${order.attempt}: search goes on from it and its descendants`
    case 'unpin':
      return 'no longer pinned'
    case 'ban':
      return `attempt ${order.attempt} and its descendants are banned: never a parent again`
    case 'unban':
      return `attempt ${order.attempt} is no longer banned`
    case 'hint':
      return `hint for the next ideas: ${oneLine(order.text, 200)}`
    case 'unhint':
      return `hint ${order.hint} is withdrawn`
  }
}

/** The bounds that are set. */
export function budgetText({ attempts, time, cost, tokens }: Budget): string {
  const parts = [
    attempts === undefined ? '' : `${attempts} attempts`,
    time === undefined ? '' : duration(time),
    cost === undefined ? '' : `$${cost}`,
    tokens === undefined ? '' : `${tokens} tokens`,
  ]
  return parts.filter(Boolean).join(', ')
}

/** How a run is steered, a line each; none where it is not. */
export function steeredLines({ paused, pinned, banned, hints }: Steered): string[] {
  return [
    ...(paused ? ['paused     nothing new starts; `anneal steer --resume` goes on'] : []),
    ...(pinned === null ? [] : [`pinned     attempt ${pinned} and its descendants`]),
    ...(banned.length === 0 ? [] : [`banned     attempt ${banned.join(', ')}, with descendants`]),
    ...hints.map(({ id, text }) => `hint ${String(id).padEnd(5)} ${oneLine(text, 200)}`),
  ]
}
