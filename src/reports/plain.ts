import type { Attempt } from '../records/attempt.ts'
import { claimsText } from '../records/claim.ts'
import type { Heard } from '../records/event.ts'
import { attemptOf, type Run, type Spent } from '../records/run.ts'
import { better } from '../records/task.ts'
import { leaderOf } from './documents.ts'
import { modelShares } from './models.ts'
import { orderText, steeredLines } from './steering.ts'
import { changeText, duration, figure, oneLine, safe } from './words.ts'

export { duration, figure, oneLine, safe } from './words.ts'

/** One line for one event, or null for what nobody needs to read as it happens. `run` is the run after it. */
export function eventLine(event: Heard, run: Run): string | null {
  switch (event.type) {
    case 'run.started':
      return `run ${event.start.run}: ${oneLine(event.start.task.goal, 100)}\n  editor ${event.start.editor}, base ${event.start.base.slice(0, 10)}, sandbox ${event.start.tier}`
    case 'run.resumed':
      return `run ${run.run} goes on after ${run.attempts.length} attempts`
    case 'attempt.closed':
      return attemptLine(event.attempt, run)
    case 'run.steered':
      return `you: ${orderText(event.order)}`
    case 'champion.judged': {
      const { attempt, confirmed, reason, confirm, holdout, confidence } = event.confirmation
      const held = holdout ? `, hold-out ${figure(holdout.score)}` : ''
      return confirmed
        ? `champion: attempt ${attempt}, confirmed at ${figure(confirm.score)}${sureText(confidence)}${held}`
        : `attempt ${attempt} is not the champion: ${oneLine(reason ?? '', 160)}`
    }
    case 'progress':
      return event.step === 'note' && event.text ? oneLine(event.text, 300) : null
    case 'attempt.delivered': {
      const { attempt, reason } = event.delivery
      return reason === null
        ? `delivered: attempt ${attempt}, to ${run.task.deliver?.to ?? ''}`
        : `attempt ${attempt} could not be delivered: ${oneLine(reason, 200)}`
    }
    default:
      return null
  }
}

/** How sure the paired test is, in brackets. */
export const sureText = (confidence: number | null) =>
  confidence === null ? '' : ` (${(100 * confidence).toFixed(confidence > 0.999 ? 2 : 1)} % sure)`

/** How many times the baseline a score is, where both are positive. */
export const timesText = (score: number | null, baseline: number | null) =>
  baseline && score !== null && baseline > 0 && score > 0 ? `, ${(score / baseline).toFixed(2)} times the baseline` : ''

/** One attempt on one line: its number, where it comes from, its score and the change against its parent. */
export function attemptLine(
  { attempt, parents, operator, status, score, reason, idea }: Attempt,
  run: Run,
  leaders = leadersOf(run),
): string {
  const number = String(attempt).padStart(4)
  const from = operator === 'baseline' ? 'baseline' : `${operator} ${parents.join('+')}`
  const parent = attemptOf(run, parents[0])?.score ?? null
  const mark = attempt > 0 && leaders.has(attempt) ? ' *' : ''
  if (status !== 'scored') return `${number}  ${from.padEnd(14)} ${status}: ${oneLine(reason ?? '', 110)}`
  const change = parent === null || score === null ? '' : ` (${changeText(score - parent)})`
  return `${number}  ${from.padEnd(14)} ${figure(score)}${change}${mark}  ${oneLine(idea.title, 90)}`
}

/** The numbers of the attempts that beat all before them. */
export function leadersOf({ attempts, task }: Run): ReadonlySet<number> {
  const leaders = new Set<number>()
  let best: number | null = null
  for (const { attempt, score } of attempts.toSorted((a, b) => a.attempt - b.attempt))
    if (better(task.evaluate.direction, score, best)) {
      leaders.add(attempt)
      best = score
    }
  return leaders
}

/** What a run took: time, tokens and dollars. */
export function spentText({ seconds, tokens, cached, usd, usdUnknown }: Spent): string {
  const known = cached > 0 ? ` (${cached} of them cached)` : ''
  const least = usd > 0 ? `at least $${usd.toFixed(4)}` : 'dollars unknown'
  const money = usdUnknown ? `${least} (the price of a model is not known)` : `$${usd.toFixed(4)}`
  return `${duration(seconds)}, ${tokens} tokens${known}, ${money}`
}

/** A run at a glance. */
export function statusText(run: Run): string {
  const found = leaderOf(run)
  const baseline = run.attempts[0]?.score ?? null
  const count = (status: string) => run.attempts.filter((attempt) => attempt.status === status).length
  const lines = [
    `run        ${run.run} (${run.stopped === null ? 'unfinished: running, or `anneal resume`' : `stopped: ${run.stopped}`})`,
    `goal       ${oneLine(run.task.goal, 100)}`,
    `attempts   ${run.attempts.length} (${count('scored')} scored, ${count('failed')} failed, ${count('rejected')} rejected)`,
    `baseline   ${figure(baseline)}  ${run.task.evaluate.metric}, ${run.task.evaluate.direction}`,
  ]
  if (found && found.attempt.attempt > 0) {
    const { attempt, score, branch } = found.attempt
    const ratio = timesText(score, baseline)
    lines.push(
      `best       ${figure(score)}  attempt ${attempt}${ratio}${found.confirmed ? ', confirmed' : ', not confirmed yet'}`,
      `branch     ${branch}`,
    )
  } else lines.push('best       no attempt has beaten the baseline yet')
  const handed = run.deliveries.findLast(({ reason }) => reason === null)
  if (handed) lines.push(`delivered  attempt ${handed.attempt}, to ${run.task.deliver?.to ?? ''}`)
  lines.push(...steeredLines(run.steering))
  lines.push(`spent      ${spentText(run.spent)}`)
  for (const { model, share, gained, usd, tokens } of modelShares(run))
    lines.push(
      `model      ${oneLine(model, 60)}: ${Math.round(100 * share)} % of the ideas, gained ${figure(gained)} for ${usd === null ? `${tokens} tokens` : `$${usd.toFixed(4)}`}`,
    )
  return lines.join('\n')
}

/** One attempt whole, but for its diff and its output. */
export function attemptText(attempt: Attempt, run: Run, logs: string): string {
  const { idea, seconds, evaluation } = attempt
  const confirmation = run.confirmations.find((one) => one.attempt === attempt.attempt)
  const parts: [string, string][] = [
    ['attempt', attemptLine(attempt, run).trim()],
    ['branch', `${attempt.branch ?? 'none'} (${attempt.commit?.slice(0, 12) ?? 'no commit'})`],
    ['editor', `${attempt.editor}${attempt.model ? `, ${attempt.model}` : ''}`],
    ['hypothesis', idea.hypothesis],
    ['plan', idea.plan],
    ['cites', idea.cites.join(', ')],
    [
      'metrics',
      Object.entries(attempt.metrics)
        .map(([name, value]) => `${name} ${figure(value)}`)
        .join(', '),
    ],
    ['reason', attempt.reason ?? ''],
    ['isolation', evaluation ? `${evaluation.isolation}, sandbox ${evaluation.tier}` : ''],
    ['flags', evaluation?.flags.join('; ') ?? ''],
    ['tampering', [...attempt.signs, ...(confirmation?.signs ?? [])].join('; ')],
    [
      'confirmed',
      confirmation
        ? confirmation.confirmed
          ? `yes, ${figure(confirmation.confirm.score)}${sureText(confirmation.confidence)}`
          : `no: ${confirmation.reason}`
        : 'not tried',
    ],
    [
      'seconds',
      `idea ${seconds.ideate.toFixed(1)}, edit ${seconds.edit.toFixed(1)}, execution ${seconds.execute.toFixed(1)}, evaluation ${seconds.evaluate.toFixed(1)}`,
    ],
    ['cost', `${attempt.tokens} tokens, ${attempt.usd === null ? 'price unknown' : `$${attempt.usd.toFixed(4)}`}`],
    ['lessons', attempt.lessons.map((id) => run.lessons.find((lesson) => lesson.id === id)?.advice ?? id).join('; ')],
    ['claims', claimsText(attempt.claims ?? [])],
    ['logs', logs],
  ]
  const head = parts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name.padEnd(11)} ${safe(value).replace(/\n/g, '\n            ')}`)
  return head.join('\n')
}
