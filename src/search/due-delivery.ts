import type { Attempt } from '../records/attempt.ts'
import type { Champion, Run } from '../records/run.ts'

/** While a run goes on, one delivery is waited for this many times as long as it took. */
const PAUSE = 5

/**
 * The best attempt, where it should be delivered now; null where it stands delivered already, could not be, or can wait: most leaders are soon overtaken, so deliveries
 * take at most a sixth of the time until the run ends.
 */
export function dueDelivery({ task, deliveries, spent }: Run, best: Attempt | null, ending: boolean): Champion | null {
  if (!task.deliver || best?.commit == null || best.score === null) return null
  const { attempt } = best
  const standing = deliveries.findLast(({ reason }) => reason === null)
  if (standing?.attempt === attempt || deliveries.some((one) => one.attempt === attempt && one.reason !== null))
    return null
  const last = deliveries.at(-1)
  if (last && !ending && spent.seconds - last.at < PAUSE * last.seconds) return null
  return { ...best, commit: best.commit, score: best.score }
}
