import type { Attempt } from '../records/attempt.ts'
import { championOf, type Run } from '../records/run.ts'
import { better } from '../records/task.ts'

/** The `count` attempts with the best scores, best first; of equals the earlier one. One pass, without sorting them all. */
export function topOf({ attempts, task }: Pick<Run, 'attempts' | 'task'>, count: number): Attempt[] {
  const { direction } = task.evaluate
  const beats = (a: Attempt, b: Attempt | undefined) =>
    !b || better(direction, a.score, b.score) || (a.score === b.score && a.attempt < b.attempt)
  const top: Attempt[] = []
  for (const attempt of attempts) {
    if (attempt.status !== 'scored' || (top.length === count && !beats(attempt, top.at(-1)))) continue
    let place = top.length
    while (place > 0 && beats(attempt, top[place - 1])) place--
    top.splice(place, 0, attempt)
    if (top.length > count) top.pop()
  }
  return top
}

/** The attempt with the best score; null before the baseline has one. */
export function bestOf({ attempts, task }: Pick<Run, 'attempts' | 'task'>): Attempt | null {
  let best: Attempt | null = null
  for (const attempt of attempts)
    if (attempt.status === 'scored' && better(task.evaluate.direction, attempt.score, best?.score ?? null))
      best = attempt
  return best
}

/**
 * The best attempt that beats the baseline and the champion and was not judged yet; null where there is none.
 * A champion whose first score was luck must not keep others out by it: what its second trial showed is the bar.
 */
export function challengerOf(run: Run): Attempt | null {
  const judged = new Set(run.confirmations.map(({ attempt }) => attempt))
  const challenger = bestOf({
    task: run.task,
    attempts: run.attempts.filter(({ attempt }) => attempt !== 0 && !judged.has(attempt)),
  })
  const bar = provenScore(run) ?? run.attempts[0]?.score ?? null
  return challenger && better(run.task.evaluate.direction, challenger.score, bar) ? challenger : null
}

/** The lesser of the scores that the champion had when it was found and in its second trial; null where there is no champion. */
function provenScore(run: Run): number | null {
  const champion = championOf(run)
  if (!champion) return null
  const [found, again] = [champion.attempt.score, champion.trial.confirm.score]
  return better(run.task.evaluate.direction, found, again) ? again : found
}

/** Whether the champion is at least as good as the task's target, when it was found and in its second trial: one lucky score is not enough. */
export const isReached = (run: Run): boolean => reaches(run, provenScore(run))

/** Whether `score` is at least as good as the task's target. */
export function reaches({ task }: Pick<Run, 'task'>, score: number | null): boolean {
  if (task.target === undefined || score === null) return false
  return score === task.target || better(task.evaluate.direction, score, task.target)
}
