import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fold } from '../journal/fold.ts'
import { fateOf, leaveOrder, readInbox, refuseOrder, removeOrder } from '../journal/inbox.ts'
import { type Journal, readRun } from '../journal/journal.ts'
import { isHeld } from '../journal/lock.ts'
import { AnnealError, messageOf } from '../records/error.ts'
import { HINTS } from '../records/hint-bounds.ts'
import { lineageOf } from '../records/lineage.ts'
import { attemptOf, type Run } from '../records/run.ts'
import type { Steering } from '../records/steering.ts'

/** Milliseconds between two looks into the inbox. */
const LOOK = 200

/** Why a run cannot follow an order; null where it can. */
export function refusalOf(run: Run, order: Steering): string | null {
  const { pinned, banned, hints } = run.steering
  switch (order.order) {
    case 'pin': {
      const found = attemptOf(run, order.attempt)
      if (!found) return `there is no attempt ${order.attempt}`
      if (found.status !== 'scored') return `attempt ${order.attempt} has no score, so that nothing can start from it`
      const way = banned.find((one) => lineageOf(run, [one]).has(order.attempt))
      return way === undefined ? null : `attempt ${order.attempt} is banned, or comes from attempt ${way}, which is`
    }
    case 'unpin':
      return pinned === null ? 'no attempt is pinned' : null
    case 'ban':
      if (order.attempt === 0) return 'attempt 0 is the baseline, from which all others come'
      return attemptOf(run, order.attempt) || run.open.some(({ attempt }) => attempt === order.attempt)
        ? null
        : `there is no attempt ${order.attempt}`
    case 'unban':
      return banned.includes(order.attempt)
        ? null
        : `attempt ${order.attempt} is not banned by itself; banned: ${banned.join(', ') || 'none'}`
    case 'hint':
      if (run.editor === 'genetic') return 'the editor of this run is `genetic`, which reads no hints'
      return hints.length < HINTS.most ? null : `there are ${HINTS.most} hints already; withdraw one first`
    case 'unhint':
      return hints.some(({ id }) => id === order.hint)
        ? null
        : `there is no hint ${order.hint}; hints: ${hints.map(({ id }) => id).join(', ') || 'none'}`
    default:
      return null
  }
}

/** Orders that concern a process at work, not the run: they mean nothing to a later one. */
export const passes = ({ order }: Steering): boolean => order === 'pause' || order === 'resume' || order === 'stop'

export type Steer = {
  /** Follows an order: it is in the journal before it acts. Gives why it cannot be followed, or null. */
  steer(order: Steering): Promise<string | null>
  close(): Promise<void>
}

/**
 * Steers a run that this process works on: takes what lies in its inbox, oldest first, and what is ordered here.
 * What earlier processes did not live to take is taken first, but for what was meant for them alone.
 */
export async function openSteer(
  folder: string,
  journal: { run(): Run; append: Journal['append'] },
  stop: (now: boolean) => void,
  note: (text: string) => void,
): Promise<Steer> {
  const follow = async (order: Steering): Promise<string | null> => {
    const refusal = refusalOf(journal.run(), order)
    if (refusal !== null) return refusal
    await journal.append({ type: 'run.steered', order })
    if (order.order === 'stop') stop(order.now)
    return null
  }
  /** What can neither be removed nor put aside: followed once, told once. */
  const stuck = new Set<string>()
  const take = async (passed: (order: Steering) => boolean) => {
    for (const { file, order, fault } of await readInbox(folder)) {
      if (stuck.has(file)) continue
      const refusal = order === null ? fault : passed(order) ? null : await follow(order)
      if (refusal !== null) note(`An order in the inbox is not followed (${file}): ${refusal}.`)
      await (refusal === null ? removeOrder(file) : refuseOrder(folder, file, refusal)).catch((thrown: unknown) => {
        stuck.add(file)
        note(`An order cannot be taken out of the inbox, and is passed over from now on: ${messageOf(thrown)}`)
      })
    }
  }
  await take(passes)
  const closing = new AbortController()
  let told = ''
  const looking = (async () => {
    while (!closing.signal.aborted) {
      await wait(LOOK, undefined, { signal: closing.signal }).catch(() => undefined)
      await take(() => false).catch((fault: unknown) => {
        if (told !== messageOf(fault)) note(`The inbox cannot be read: ${messageOf(fault)}`)
        told = messageOf(fault)
      })
    }
  })()
  return {
    steer: follow,
    close: async () => {
      closing.abort()
      await looking
    },
  }
}

/** What became of an order that was left for a run: `waits` is for a process that is not there, or has not got to it yet. */
export type Sent = { order: Steering; fate: 'taken' | 'waits' | 'refused'; why: string | null }

/** Whether a process works on the run in `folder`. */
export const isAtWork = (folder: string): Promise<boolean> => isHeld(join(folder, 'lock'))

/** Leaves orders for the process that works on a run, and waits up to `patience` seconds to see what becomes of them. */
export async function sendOrders(
  folder: string,
  orders: readonly Steering[],
  patience: number,
  wall: () => Date,
): Promise<Sent[]> {
  const sent: { order: Steering; file: string }[] = []
  for (const order of orders) sent.push({ order, file: await leaveOrder(folder, order, wall) })
  for (let left = patience * 1000; left > 0 && (await isAtWork(folder)); left -= LOOK / 2) {
    const fates = await Promise.all(sent.map(({ file }) => fateOf(folder, file)))
    if (fates.every((fate) => fate !== null)) break
    await wait(LOOK / 2)
  }
  return Promise.all(
    sent.map(async ({ order, file }): Promise<Sent> => {
      const fate = await fateOf(folder, file)
      if (fate === null) return { order, fate: 'waits', why: null }
      return { order, fate: fate.refused === null ? 'taken' : 'refused', why: fate.refused }
    }),
  )
}

/** Seconds that a person waits to see an order taken. */
const PATIENCE = 10

/** Orders a run, at work or not, what a person typed. Throws where it cannot be followed; nothing is ordered then that can be told beforehand. */
export async function steerRun(
  { run, folder }: { run: Run; folder: string },
  orders: readonly Steering[],
): Promise<{ sent: Sent[]; steering: Run['steering']; waiting: Steering[]; atWork: boolean }> {
  const atWork = await isAtWork(folder)
  if (!atWork && orders.some(passes))
    throw new AnnealError({
      what: `There is nothing to pause or to stop.`,
      why: `No process works on the run ${run.run}.`,
      fix: 'Go on with it: `anneal resume`.',
    })
  const refused = (order: Steering, why: string) =>
    new AnnealError({
      what: `The run ${run.run} cannot follow the order ${order.order}.`,
      why: `${why.charAt(0).toUpperCase()}${why.slice(1)}.`,
      fix: 'See `anneal log` and `anneal steer`.',
    })
  let state = run
  for (const order of orders) {
    const why = refusalOf(state, order)
    if (why !== null) throw refused(order, why)
    state = fold(state, { type: 'run.steered', order }, run.spent.seconds)
  }
  const sent = await sendOrders(folder, orders, atWork ? PATIENCE : 0, () => new Date())
  for (const { order, why } of sent) if (why !== null) throw refused(order, why)
  const waiting = (await readInbox(folder)).flatMap(({ order }) => order ?? [])
  return { sent, steering: ((await readRun(folder)) ?? run).steering, waiting, atWork }
}
