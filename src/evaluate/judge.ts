import type { Attempt } from '../records/attempt.ts'
import type { Evaluation } from '../records/evaluation.ts'
import type { Confirmation, Run } from '../records/run.ts'
import { better } from '../records/task.ts'

/**
 * Whether a would-be champion takes the title. Measured again with fresh seeds it must still beat the baseline's score, and the hold-out,
 * where there is one, must give it a score. The best of many noisy scores is a lucky one (the winner's curse): only the second measurement counts.
 */
export function judge(attempt: Attempt, run: Run, confirm: Evaluation, holdout: Evaluation | null): Confirmation {
  const reason = objection(run, confirm, holdout)
  return { attempt: attempt.attempt, confirmed: reason === null, reason, confirm, holdout }
}

function objection(run: Run, confirm: Evaluation, holdout: Evaluation | null): string | null {
  const { direction } = run.task.evaluate
  const baseline = run.attempts[0]?.score ?? null
  if (confirm.status === 'failed') return `it failed when measured again: ${confirm.reason}`
  if (confirm.flags.length > 0) return confirm.flags.join('; ')
  if (!better(direction, confirm.score, baseline))
    return `measured again with fresh seeds it scored ${confirm.score}, no better than the baseline's ${baseline}`
  if (run.task.holdout && !holdout) return 'it was not tried on the hold-out'
  if (holdout?.status === 'failed') return 'it failed on the hold-out'
  return null
}
