import type { Attempt } from '../records/attempt.ts'
import { attemptOf, type Run } from '../records/run.ts'
import { better } from '../records/task.ts'
import { ago } from './ago.ts'
import { type Cell, columns } from './columns.ts'
import { leaderOf } from './documents.ts'
import { factsText } from './facts-text.ts'
import { type Look, linked, paint } from './look.ts'
import { statusText, sureText, timesText } from './plain.ts'
import { duration, figure, oneLine } from './words.ts'

/** What is known of a run beyond its state: when its last event was, in milliseconds since 1970, whether a process works on it, and its folder. */
export type Standing = { run: Run; last: number; alive: boolean; folder: string }

/** Whether the run has to be named in the commands to give next: it is not the newest. */
type Named = { named: boolean }

/** A run at a glance: is it better, why, what did it cost, can it be trusted, what to do now. */
export function glanceText(standing: Standing & Named, look: Look): string {
  const { run, last, alive, folder } = standing
  const found = leaderOf(run)
  const improved = found !== null && found.attempt.attempt > 0
  const head = improved
    ? paint(
        'good',
        `Better${timesText(found.attempt.score, run.attempts[0]?.score ?? null)}${found.confirmed ? '' : ', not confirmed yet'}.`,
        look,
      )
    : paint('warn', run.attempts.length === 0 ? 'Nothing is measured yet.' : 'Not better yet.', look)
  const when = `${alive ? 'at work; last event' : 'last event'} ${ago(last, look.now)}`
  const lines = [
    `when       ${when}`,
    ...(improved ? whyLines(run, found.attempt) : failureLine(run)),
    ...(found === null ? [] : [`trust      ${trustText(run, found)}`]),
  ]
  const steps = stepsOf(standing, found)
  const table = steps.map(([command, why]): Cell[] => [
    { text: `  ${command}`, paint: (text) => paint('place', text, look) },
    { text: why },
  ])
  return [
    head,
    factsText([statusText(run), ...lines].join('\n'), look),
    `${paint('quiet', 'files', look)}      ${linked(folder, folder, look)}`,
    '',
    paint('strong', 'What to do now', look),
    ...columns(table, look.width, 1),
  ].join('\n')
}

function whyLines(run: Run, { attempt, idea, parents }: Attempt): string[] {
  const path = [attempt]
  for (let at = parents[0]; at !== undefined; at = attemptOf(run, at)?.parents[0]) path.unshift(at)
  const way = path.length > 9 ? [...path.slice(0, 3), '…', ...path.slice(-5)] : path
  return [
    `why        ${oneLine(idea.title, 200)}`,
    ...(idea.hypothesis ? [`           ${oneLine(idea.hypothesis, 300)}`] : []),
    `way        ${way.join(' → ')}`,
  ]
}

/** The commonest reason why attempts came to nothing. */
function failureLine({ attempts }: Run): string[] {
  const [baseline, ...tries] = attempts
  if (baseline && baseline.status !== 'scored')
    return [`why        the baseline does not score: ${oneLine(baseline.reason ?? '', 300)}`]
  const counts = new Map<string, number>()
  for (const { status, reason } of tries)
    if (status !== 'scored') {
      const words = oneLine((reason ?? '').split('\n')[0] ?? '', 120)
      counts.set(words, (counts.get(words) ?? 0) + 1)
    }
  const [most] = [...counts].toSorted(([, a], [, b]) => b - a)
  return most ? [`why        ${most[1]} of ${tries.length} attempts: ${most[0]}`] : []
}

function trustText(run: Run, { attempt, confirmed }: { attempt: Attempt; confirmed: boolean }): string {
  const judged = run.confirmations.find((one) => one.attempt === attempt.attempt)
  const doubts = [...(attempt.evaluation?.flags ?? []), ...attempt.signs, ...(judged?.signs ?? [])]
  const parts = [
    attempt.attempt === 0
      ? 'the baseline'
      : confirmed && judged
        ? `measured again in ${judged.pairs.length || 1} ${judged.pairs.length > 1 ? 'pairs' : 'pair'}${sureText(judged.confidence)}`
        : 'measured once, not confirmed',
    run.task.holdout
      ? judged?.holdout
        ? `hold-out ${figure(judged.holdout.score)}${judged.holderHoldout === null ? '' : ` against ${figure(judged.holderHoldout)}`}`
        : 'hold-out not measured'
      : 'no hold-out',
    doubts.length > 0 ? `doubts: ${oneLine(doubts.join('; '), 300)}` : 'no sign of tampering',
    attempt.evaluation?.isolation === 'shared'
      ? 'evaluator and candidate share a process'
      : 'evaluator apart from the candidate',
    run.tier === 'none' ? 'no sandbox' : `sandbox ${run.tier}`,
  ]
  return parts.join('; ')
}

function stepsOf(
  { run, alive, named }: Standing & Named,
  found: { attempt: Attempt; confirmed: boolean } | null,
): [string, string][] {
  const [which, of] = named ? [` ${run.run}`, ` --run ${run.run}`] : ['', '']
  const improved = found !== null && found.attempt.attempt > 0
  const more = Math.max(10, 2 * Math.max(0, run.attempts.length - 1))
  const go: [string, string] =
    run.stopped === 'attempts' || run.stopped === 'target'
      ? [`anneal resume${which} --attempts ${more}`, 'go on, with a bigger budget']
      : run.stopped === null || run.stopped === 'interrupted'
        ? [`anneal resume${which}`, 'go on where it stopped']
        : [`anneal resume${which} --${run.stopped} …`, `go on: the budget in ${run.stopped} is spent`]
  const look: [string, string][] = improved
    ? [
        [`anneal diff${of}`, 'what the best attempt changed'],
        [
          `anneal apply${of}`,
          found.confirmed
            ? 'bring it to your branch; it shows first and asks'
            : 'bring it to your branch, unconfirmed as it is',
        ],
      ]
    : [[`anneal log${which}`, 'what was tried, and why it failed']]
  return alive
    ? [...look.slice(0, 1), [`anneal steer --help`, 'pause, stop, hint or raise the budget while it runs']]
    : [...look, go]
}

/** All runs of a project, the newest last. */
export function runsText(all: readonly Standing[], look: Look): string {
  const rows = all.map(({ run, last, alive }): Cell[] => {
    const found = leaderOf(run)
    const baseline = run.attempts[0]?.score ?? null
    const improved = found !== null && better(run.task.evaluate.direction, found.attempt.score, baseline)
    const state = alive ? 'at work' : (run.stopped ?? 'unfinished')
    return [
      { text: run.run, paint: (text) => paint('strong', text, look) },
      { text: state, paint: (text) => paint(alive ? 'good' : 'quiet', text, look) },
      {
        text: `${figure(baseline)} → ${figure(found?.attempt.score ?? null)}`,
        paint: (text) => paint(improved ? 'good' : 'quiet', text, look),
      },
      { text: improved ? (found.confirmed ? 'confirmed' : 'unconfirmed') : '' },
      { text: `${Math.max(0, run.attempts.length - 1)} attempts`, right: true },
      { text: duration(run.spent.seconds), right: true },
      { text: run.spent.usd > 0 ? `$${run.spent.usd.toFixed(2)}` : '', right: true },
      { text: ago(last, look.now), paint: (text) => paint('quiet', text, look) },
      { text: oneLine(run.task.goal, 200) },
    ]
  })
  return columns(rows, look.width, 8, [6, 5, 3, 4]).join('\n')
}
