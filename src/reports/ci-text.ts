import type { AnnealError } from '../records/error.ts'
import { championOf, type Run } from '../records/run.ts'
import { better } from '../records/task.ts'
import type { Annotation } from './annotations.ts'
import { leaderOf } from './documents.ts'
import type { Claim, Suite } from './junit.ts'
import { figure, safe, statusText } from './plain.ts'

/** The claims that CI shows of a run. `required` makes a run without a confirmed improvement a failure. */
export function runSuite(run: Run, required: boolean): Suite {
  const baseline = run.attempts[0]
  const { metric } = run.task.evaluate
  const none = `no attempt beat the baseline's ${figure(baseline?.score ?? null)}`
  const doubt = improved(run)
    ? 'measured again, no attempt was better beyond the noise, or none was measured again yet'
    : none
  const claims: Claim[] = [
    {
      name: 'the baseline scores',
      seconds: (baseline?.seconds.execute ?? 0) + (baseline?.seconds.evaluate ?? 0),
      ...(baseline?.score == null ? { failure: { message: baseline?.reason ?? 'it was not measured' } } : {}),
    },
    {
      name: `an attempt improves ${metric}`,
      seconds: run.spent.seconds,
      ...(improved(run) ? {} : required ? { failure: { message: none } } : { skipped: none }),
    },
    {
      name: 'the best attempt is confirmed',
      ...(confirmed(run) ? {} : required ? { failure: { message: doubt } } : { skipped: doubt }),
    },
  ]
  return { name: 'anneal', claims, output: statusText(run) }
}

/** A run that could not be worked on, as the one claim that CI shows. */
export const faultSuite = ({ what, why, fix }: AnnealError): Suite => ({
  name: 'anneal',
  claims: [{ name: 'the run', failure: { message: what, text: [what, why, fix].filter(Boolean).join('\n') } }],
})

/** A run in one remark. */
export function runAnnotation(run: Run, required: boolean): Annotation {
  const found = leaderOf(run)
  const { metric } = run.task.evaluate
  const [before, after] = [figure(run.attempts[0]?.score ?? null), figure(found?.attempt.score ?? null)]
  const stop = run.stopped === 'interrupted' ? ' The run was interrupted and goes on with the next job.' : ''
  if (found && improved(run))
    return {
      level: confirmed(run) ? 'notice' : required && stop === '' ? 'error' : 'warning',
      title: `Anneal: ${metric}`,
      text: `${before} to ${after} by attempt ${found.attempt.attempt}, ${confirmed(run) ? 'confirmed' : 'not confirmed'} (run ${run.run}).${stop}`,
    }
  return {
    level: required && stop === '' ? 'error' : 'warning',
    title: `Anneal: ${metric}`,
    text: `No attempt of ${Math.max(0, run.attempts.length - 1)} beat the baseline's ${before} (run ${run.run}).${stop}`,
  }
}

export const faultAnnotation = ({ what, why, fix }: AnnealError): Annotation => ({
  level: 'error',
  title: 'Anneal',
  text: [what, why, fix].filter(Boolean).join('\n'),
})

/** What later steps of a job may read, as `name=value` lines. Nothing in it was written by a candidate or a model. */
export function runOutputs(run: Run): string {
  const found = leaderOf(run)
  const is = improved(run)
  const values = {
    run: run.run,
    base: run.base,
    status: run.stopped === 'interrupted' ? 'interrupted' : 'done',
    baseline: run.attempts[0]?.score ?? '',
    score: found?.attempt.score ?? '',
    improved: is,
    confirmed: confirmed(run),
    attempt: is ? (found?.attempt.attempt ?? '') : '',
    commit: is ? (found?.attempt.commit ?? '') : '',
  }
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

/** The message of the commit that brings a champion: figures alone, since a hosting service obeys what messages say. */
export function championMessage(run: Run): string {
  const found = leaderOf(run)
  const [before, after] = [figure(run.attempts[0]?.score ?? null), figure(found?.attempt.score ?? null)]
  const metric = safe(run.task.evaluate.metric).replace(/[^\w .-]/g, '_')
  const proof = confirmed(run) ? 'confirmed beside the baseline on fresh seeds' : 'not confirmed'
  return `Improve ${metric} from ${before} to ${after}\n\nAttempt ${found?.attempt.attempt ?? ''} of the Anneal run ${run.run}, ${proof}.\n`
}

/** Whether that was confirmed: what is not may be luck. */
const confirmed = (run: Run): boolean => championOf(run) !== null

/** Whether the attempt to deliver beats the baseline. */
export const improved = (run: Run): boolean =>
  better(run.task.evaluate.direction, leaderOf(run)?.attempt.score ?? null, run.attempts[0]?.score ?? null)
