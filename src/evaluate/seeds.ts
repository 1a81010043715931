import type { Stage } from '../records/evaluation.ts'
import { seeded } from '../records/random.ts'
import type { Task } from '../records/task.ts'

/** Repeats of a confirmation at least, where the metric is measured more than once at all. */
const CONFIRM_REPEATS = 3

/**
 * The seeds of a stage. All candidates of a run are measured with the same ones, so that scores are paired;
 * a confirmation and the hold-out get fresh ones, which no candidate has seen.
 */
export function seedsOf(task: Task, attempt: number, stage: Stage): number[] {
  const { repeats } = task.evaluate
  const count =
    stage === 'holdout' ? 1 : stage === 'confirm' && repeats > 1 ? Math.max(CONFIRM_REPEATS, repeats) : repeats
  const salt = { smoke: 1, full: 1, confirm: 2, holdout: 3 }[stage]
  const random = seeded(task.search.seed, salt, stage === 'full' || stage === 'smoke' ? 0 : attempt)
  return Array.from({ length: count }, () => Math.floor(random() * 2 ** 31))
}
