import type { Attempt } from '../records/attempt.ts'
import { championOf, type Run } from '../records/run.ts'
import { better } from '../records/task.ts'
import { modelShares } from './models.ts'

export type Best = {
  attempt: number
  branch: string | null
  commit: string | null
  score: number | null
  metrics: Record<string, number>
  confirmed: boolean
  holdout: number | null
}

/** The attempt to deliver: the champion; before there is one, the best that scored; at worst the baseline. */
export function leaderOf(run: Run): { attempt: Attempt; confirmed: boolean } | null {
  const champion = championOf(run)
  if (champion) return { attempt: champion.attempt, confirmed: true }
  const judged = new Set(run.confirmations.map(({ attempt }) => attempt))
  const best = (attempts: readonly Attempt[]) =>
    attempts.reduce<Attempt | null>(
      (top, one) =>
        one.status === 'scored' && better(run.task.evaluate.direction, one.score, top?.score ?? null) ? one : top,
      null,
    )
  const open = best(run.attempts.filter(({ attempt }) => attempt === 0 || !judged.has(attempt)))
  return open && { attempt: open, confirmed: false }
}

function bestOf(run: Run): Best | null {
  const found = leaderOf(run)
  if (!found) return null
  const { attempt, branch, commit, score, metrics } = found.attempt
  const holdout = run.confirmations.find((one) => one.attempt === attempt)?.holdout?.score ?? null
  return { attempt, branch, commit, score, metrics, confirmed: found.confirmed, holdout }
}

/** What `run`, `resume` and `status` print with `--json`. */
export function runDocument(run: Run) {
  const count = (status: Attempt['status']) => run.attempts.filter((attempt) => attempt.status === status).length
  return {
    run: run.run,
    status: run.stopped === null ? 'unfinished' : run.stopped === 'interrupted' ? 'interrupted' : 'done',
    baseline: { score: run.attempts[0]?.score ?? null },
    best: bestOf(run),
    attempts: {
      total: run.attempts.length,
      scored: count('scored'),
      failed: count('failed'),
      rejected: count('rejected'),
    },
    spent: {
      seconds: run.spent.seconds,
      usd: run.spent.usdUnknown ? null : run.spent.usd,
      tokens: run.spent.tokens,
      cached: run.spent.cached,
    },
    models: modelShares(run),
    ...(run.task.deliver
      ? {
          delivered: {
            attempt: run.deliveries.findLast(({ reason }) => reason === null)?.attempt ?? null,
            to: run.task.deliver.to,
          },
        }
      : {}),
    stopped: run.stopped,
  }
}

/** What `log --json` prints. */
export function logDocument(run: Run) {
  return {
    run: run.run,
    attempts: run.attempts.map(
      ({
        idea,
        attempt,
        parents,
        operator,
        editor,
        model,
        status,
        reason,
        score,
        metrics,
        branch,
        commit,
        seconds,
        usd,
        tokens,
        lessons,
      }) => ({
        attempt,
        parents,
        operator,
        editor,
        model,
        status,
        reason,
        score,
        metrics,
        branch,
        commit,
        title: idea.title,
        hypothesis: idea.hypothesis,
        cites: idea.cites,
        seconds,
        usd,
        tokens,
        lessons,
      }),
    ),
  }
}
