import type { RunEvent } from '../records/event.ts'
import { lineageOf } from '../records/lineage.ts'
import type { Run, Spent } from '../records/run.ts'
import { type Steered, type Steering, UNSTEERED } from '../records/steering.ts'

const NOTHING: Spent = { seconds: 0, usd: 0, usdUnknown: false, tokens: 0, cached: 0 }

/**
 * The state of a run after one more event; `at` is the run's active time in seconds.
 * Throws on an order that Anneal never writes, such as a second commit point for one attempt.
 */
export function fold(run: Run | null, event: RunEvent, at: number): Run {
  if (event.type === 'run.started') {
    if (run) throw new Error('a second run.started')
    return {
      ...event.start,
      attempts: [],
      open: [],
      confirmations: [],
      deliveries: [],
      lessons: [],
      spent: NOTHING,
      bills: {},
      reserved: {},
      exhausted: null,
      steering: UNSTEERED,
      stopped: null,
    }
  }
  if (!run) throw new Error(`${event.type} before run.started`)
  const spent = { ...run.spent, seconds: activeAt(run, at) }
  switch (event.type) {
    case 'run.resumed':
      return {
        ...Object.values(run.reserved).reduce(
          (before, { attempt, usd, tokens }) => charge(before, attempt, usd, tokens),
          { ...run, spent },
        ),
        reserved: {},
        steering: goOn(run, at),
        stopped: null,
        exhausted: event.budget ? null : run.exhausted,
        task: event.budget ? { ...run.task, budget: event.budget } : run.task,
      }
    case 'attempt.opened':
      if (event.opening.attempt !== run.attempts.length + run.open.length)
        throw new Error(`attempt ${event.opening.attempt} opened out of order`)
      return { ...run, spent, open: [...run.open, event.opening] }
    case 'model.reserved':
      return { ...run, spent, reserved: { ...run.reserved, [event.call]: { ...event.most, attempt: event.attempt } } }
    case 'model.called': {
      const { usd, input, cached, output } = event.usage
      const { [event.call]: _, ...reserved } = run.reserved
      const billed = charge({ ...run, spent }, event.attempt, usd, input + output)
      return { ...billed, spent: { ...billed.spent, cached: billed.spent.cached + cached }, reserved }
    }
    case 'budget.exhausted':
      return { ...run, spent, exhausted: event.by }
    case 'lesson.learned':
      return { ...run, spent, lessons: [...run.lessons.filter(({ id }) => id !== event.lesson.id), event.lesson] }
    case 'attempt.closed': {
      const { attempt } = event.attempt
      if (!run.open.some((opening) => opening.attempt === attempt))
        throw new Error(`attempt ${attempt} closed without being open`)
      const { [attempt]: _, ...bills } = run.bills
      return {
        ...run,
        spent,
        bills,
        attempts: [...run.attempts, event.attempt],
        open: run.open.filter((opening) => opening.attempt !== attempt),
      }
    }
    case 'champion.judged':
      return {
        ...run,
        spent,
        confirmations: [
          ...run.confirmations.filter((one) => one.attempt !== event.confirmation.attempt),
          { ...event.confirmation, after: run.attempts.length },
        ],
      }
    case 'attempt.delivered':
      return { ...run, spent, deliveries: [...run.deliveries, { ...event.delivery, at }] }
    case 'run.steered':
      return steer({ ...run, spent }, event.order, at)
    case 'run.stopped':
      return { ...run, spent, steering: goOn(run, at), stopped: event.stopped }
  }
}

/** Puts what a call took on the bill of its attempt and on the run's. */
function charge(run: Run, attempt: number, usd: number | null, tokens: number): Run {
  const { spent } = run
  const bill = run.bills[attempt] ?? { usd: 0, tokens: 0 }
  const sum = usd === null || bill.usd === null ? null : bill.usd + usd
  return {
    ...run,
    bills: { ...run.bills, [attempt]: { usd: sum, tokens: bill.tokens + tokens } },
    spent: {
      ...spent,
      usd: spent.usd + (usd ?? 0),
      usdUnknown: spent.usdUnknown || usd === null,
      tokens: spent.tokens + tokens,
    },
  }
}

/** Seconds that the run was active, rounded to milliseconds as `at` is. During a pause they stand still. */
function activeAt({ steering: { paused, idle }, spent }: Run, at: number): number {
  return paused ? spent.seconds : Math.round((at - idle) * 1000) / 1000
}

/** How a run is steered once its pause is over. */
function goOn({ steering, spent }: Run, at: number): Steered {
  return steering.paused ? { ...steering, paused: false, idle: at - spent.seconds } : steering
}

function steer(run: Run, order: Steering, at: number): Run {
  const { steering } = run
  const changed = (change: Partial<Steered>): Run => ({ ...run, steering: { ...steering, ...change } })
  switch (order.order) {
    case 'pause':
      return changed({ paused: true })
    case 'resume':
      return changed(goOn(run, at))
    case 'stop':
      return run
    case 'budget':
      return { ...run, task: { ...run.task, budget: { ...run.task.budget, ...order.budget } } }
    case 'pin':
      return changed({ pinned: order.attempt })
    case 'unpin':
      return changed({ pinned: null })
    case 'ban': {
      const banned = [...steering.banned.filter((one) => one !== order.attempt), order.attempt]
      const pinned = steering.pinned !== null && lineageOf(run, banned).has(steering.pinned) ? null : steering.pinned
      return changed({ banned, pinned })
    }
    case 'unban':
      return changed({ banned: steering.banned.filter((one) => one !== order.attempt) })
    case 'hint': {
      // An order that is taken again after a crash is the same hint.
      if (steering.hints.some(({ text }) => text === order.text)) return run
      const hinted = steering.hinted + 1
      return changed({ hints: [...steering.hints, { id: hinted, text: order.text }], hinted })
    }
    case 'unhint':
      return changed({ hints: steering.hints.filter(({ id }) => id !== order.hint) })
  }
}
