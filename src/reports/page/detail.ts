import type { Attempt } from '../../records/attempt.ts'
import { excerpt } from '../../records/excerpt.ts'
import type { Run } from '../../records/run.ts'
import { better } from '../../records/task.ts'
import { leaderOf } from '../documents.ts'
import type { Detail, Left, Trace } from './shape.ts'

/** Characters kept of one attempt's texts; diffs and outputs are bounded in the journal already. */
const MOST = {
  diff: 20_000,
  output: 6000,
  text: 6000,
  name: 240,
  log: 8000,
  prompt: 24_000,
  reply: 12_000,
  logs: 12,
  calls: 12,
  claims: 60,
}

/** One attempt whole; `left` is what it left on the disk, null where that is left out of the page. */
export function detailOf(run: Run, attempt: Attempt, left: Left | null): Detail {
  const { idea, evaluation } = attempt
  const judged = run.confirmations.find((one) => one.attempt === attempt.attempt)
  const { confirm, holdout, ...confirmation } = judged ?? { confirm: null, holdout: null }
  return {
    attempt: attempt.attempt,
    title: idea.title,
    hypothesis: excerpt(idea.hypothesis, MOST.text),
    plan: excerpt(idea.plan, MOST.text),
    expected: idea.expected,
    lens: idea.lens ?? null,
    cites: idea.cites,
    shown: attempt.shown,
    spare: (attempt.spare ?? []).map(({ title }) => title),
    lessons: attempt.lessons,
    branch: attempt.branch,
    commit: attempt.commit,
    reason: attempt.reason === null ? null : excerpt(attempt.reason, MOST.text),
    files: attempt.files.slice(0, 200),
    diff: excerpt(attempt.diff, MOST.diff),
    metrics: attempt.metrics,
    flags: evaluation?.flags ?? [],
    signs: [...new Set([...attempt.signs, ...(judged?.signs ?? [])])],
    claims: (attempt.claims ?? []).slice(0, MOST.claims).map(({ section, claim, path, quote }) => ({
      text: `${section}: ${claim}`,
      quote: `${path}: ${quote}`,
    })),
    measured: evaluation && {
      stage: evaluation.stage,
      samples: evaluation.samples,
      seeds: evaluation.seeds,
      isolation: evaluation.isolation,
      tier: evaluation.tier,
      fast: evaluation.fast?.score ?? null,
      doubt: evaluation.doubt ?? null,
      gpu: evaluation.gpu
        ? {
            devices: evaluation.gpu.devices.length,
            utilisation: evaluation.gpu.utilisation,
            peakMemory: evaluation.gpu.peakMemory,
          }
        : null,
      output: excerpt(evaluation.output, MOST.output),
    },
    confirmation:
      'attempt' in confirmation
        ? { ...confirmation, again: confirm?.score ?? null, holdout: holdout?.score ?? null }
        : null,
    names: namesIn(run, attempt, left?.names ?? {}),
    trace: left?.trace ?? null,
  }
}

function namesIn(run: Run, { idea, shown, lessons }: Attempt, told: Left['names']): Detail['names'] {
  const own = new Map(run.lessons.map(({ id, when, advice }) => [id, `${when}: ${advice}`]))
  const names = [...new Set([...idea.cites, ...shown, ...lessons])].flatMap((id) => {
    const name = own.get(id) ?? told[id]
    return name === undefined ? [] : [[id, name.slice(0, MOST.name)] as const]
  })
  return Object.fromEntries(names)
}

/** A trace cut to what a page can hold: of many calls and logs the first, of long texts head and tail. */
export function boundedTrace({ logs, calls }: Omit<Trace, 'more'>): Trace {
  return {
    more: Math.max(0, logs.length - MOST.logs) + Math.max(0, calls.length - MOST.calls),
    logs: logs.slice(0, MOST.logs).map(({ name, text }) => ({ name, text: excerpt(text, MOST.log) })),
    calls: calls.slice(0, MOST.calls).map(({ purpose, system, prompt, reply }) => ({
      purpose,
      system: excerpt(system, MOST.text),
      prompt: excerpt(prompt, MOST.prompt),
      reply: excerpt(reply, MOST.reply),
    })),
  }
}

/** Attempts that are shown whole while there is room for them only: best and newest. */
const BEST = 150
const NEWEST = 150

/** All attempts, those first that a person asks for most: the champion's line, would-be champions, the best, the newest, their parents, those that show signs; then the rest, newest first. */
export function byInterest(run: Run): number[] {
  const { direction } = run.task.evaluate
  const scored = run.attempts.filter(({ status, score }) => status === 'scored' && score !== null)
  const best = scored
    .toSorted((a, b) => (better(direction, a.score, b.score) ? -1 : better(direction, b.score, a.score) ? 1 : 0))
    .slice(0, BEST)
  const newest = run.attempts.slice(-NEWEST).toReversed()
  const leader = leaderOf(run)
  const known = new Set(run.attempts.map(({ attempt }) => attempt))
  const order = new Set([
    0,
    ...(leader ? wayTo(run, leader.attempt.attempt) : []),
    ...run.confirmations.map(({ attempt }) => attempt),
    ...best.slice(0, 20).map(({ attempt }) => attempt),
    ...newest.slice(0, 20).map(({ attempt }) => attempt),
    ...[...best, ...newest].flatMap(({ attempt, parents }) => [attempt, ...parents]),
    ...run.attempts.filter(({ signs }) => signs.length > 0).map(({ attempt }) => attempt),
    ...run.attempts.map(({ attempt }) => attempt).toReversed(),
  ])
  return [...order].filter((number) => known.has(number))
}

/** An attempt and its first parents, up to one that has none. */
export function wayTo({ attempts }: Pick<Run, 'attempts'>, number: number): number[] {
  const parents = new Map(attempts.map((one) => [one.attempt, one.parents[0]]))
  const way: number[] = []
  for (let at: number | undefined = number; at !== undefined && !way.includes(at); at = parents.get(at)) way.push(at)
  return way
}
