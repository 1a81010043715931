import type { Stage } from '../records/evaluation.ts'
import { seeded } from '../records/random.ts'
import type { Task } from '../records/task.ts'
import { MOST_PAIRS } from './paired.ts'

/**
 * The seeds of a stage. All candidates of a run are measured with the same ones, so that scores are paired; a challenge gets fresh ones, which no candidate
 * has seen, as many as it may need at most.
 */
export function seedsOf(task: Task, attempt: number, stage: Stage): number[] {
  const { repeats } = task.evaluate
  const count = stage === 'holdout' ? 1 : stage === 'confirm' ? MOST_PAIRS : repeats
  const salt = { smoke: 1, fast: 1, full: 1, confirm: 2, holdout: 3 }[stage]
  const random = seeded(task.search.seed, salt, stage === 'confirm' || stage === 'holdout' ? attempt : 0)
  return Array.from({ length: count }, () => Math.floor(random() * 2 ** 31))
}
