import type { Attempt } from '../../records/attempt.ts'
import type { Run } from '../../records/run.ts'
import { leaderOf } from '../documents.ts'
import { wayTo } from './detail.ts'
import type { History } from './history.ts'
import type { Advice, Best, LeftOut, PageData, Row } from './shape.ts'
import { trustOf } from './trust.ts'
import { modelCosts, operatorWorth, stepCosts, toldIn } from './worth.ts'

/** Characters of a title and of a reason; in a run of many attempts they are cut shorter. */
const LONGEST = { title: 200, reason: 240, many: 2000, short: 80 }

export type PageParts = {
  run: Run
  history: History
  /** When the page is made (ISO 8601), and by which version. */
  made: string
  by: string
  /** A process works on the run. */
  alive: boolean
  /** Names of the pages and lessons that attempts were told, by id. */
  names: Readonly<Record<string, string>>
  compared: PageData['compared']
  leftOut: LeftOut
}

/** What the page shows of a run: everything but the details of its attempts. Pure. */
export function pageData({ run, history, made, by, alive, names, compared, leftOut }: PageParts): PageData {
  const count = (status: Attempt['status']) => run.attempts.filter((attempt) => attempt.status === status).length
  return {
    format: 1,
    made,
    by,
    about: aboutOf(run),
    state: {
      stopped: run.stopped,
      alive,
      open: run.open.map(({ attempt, operator, parents, editor, model }) => ({
        attempt,
        operator,
        parents,
        editor,
        model,
      })),
    },
    counts: {
      total: run.attempts.length,
      scored: count('scored'),
      failed: count('failed'),
      rejected: count('rejected'),
    },
    spent: run.spent,
    baseline: run.attempts[0]?.score ?? null,
    best: bestOf(run),
    trust: trustOf(run),
    advice: adviceOf(run, alive),
    rows: rowsOf(run, history),
    cost: { steps: stepCosts(run, history.usages), models: modelCosts(run, history.usages) },
    operators: operatorWorth(run),
    knowledge: toldIn(run, names),
    compared,
    leftOut,
  }
}

function aboutOf({ run, task, editor, base, branch, created, tier, replays }: Run): PageData['about'] {
  return {
    run,
    goal: task.goal,
    metric: task.evaluate.metric,
    direction: task.evaluate.direction,
    editor,
    models: task.models.map(({ name }) => name),
    base,
    branch,
    created,
    strategy: task.search.strategy,
    parallel: task.search.parallel,
    seed: task.search.seed,
    repeats: task.evaluate.repeats,
    target: task.target ?? null,
    budget: task.budget,
    edit: task.edit,
    execute: task.execute?.command ?? null,
    evaluate: task.evaluate.command,
    holdout: task.holdout !== undefined,
    tier,
    replays: replays ?? null,
  }
}

function bestOf(run: Run): Best | null {
  const leader = leaderOf(run)
  if (!leader || leader.attempt.attempt === 0 || leader.attempt.score === null) return null
  const { attempt, score, branch, commit, metrics, files } = leader.attempt
  return { attempt, score, confirmed: leader.confirmed, branch, commit, metrics, files, way: wayTo(run, attempt) }
}

/** Every attempt in the order of its number. */
function rowsOf(run: Run, { ends }: History): Row[] {
  const judged = new Map(run.confirmations.map(({ attempt, confirmed }) => [attempt, confirmed]))
  const leader = leaderOf(run)
  const { title, reason: why } =
    run.attempts.length > LONGEST.many ? { title: LONGEST.short, reason: LONGEST.short } : LONGEST
  return run.attempts
    .map((one): Row => {
      const { attempt, parents, operator, editor, model, status, reason, score, idea, usd, tokens, seconds } = one
      const confirmed = judged.get(attempt)
      const end = ends.get(attempt) ?? { at: 0, usd: 0, tokens: 0 }
      return {
        ...{ attempt, parents, operator, editor, model, status, score, usd, tokens, seconds },
        reason: reason === null ? null : reason.slice(0, why),
        title: idea.title.slice(0, title),
        added: one.files.reduce((sum, { added }) => sum + (added ?? 0), 0),
        removed: one.files.reduce((sum, { removed }) => sum + (removed ?? 0), 0),
        signs: one.signs.length,
        judged:
          leader?.confirmed && leader.attempt.attempt === attempt
            ? 'champion'
            : confirmed === undefined
              ? null
              : confirmed
                ? 'confirmed'
                : 'refused',
        at: end.at,
        spent: { usd: end.usd, tokens: end.tokens },
      }
    })
    .toSorted((a, b) => a.attempt - b.attempt)
}

/** What a person would do next, the first thing first. */
export function adviceOf(run: Run, alive = false): Advice[] {
  const leader = leaderOf(run)
  const best = leader && leader.attempt.attempt > 0 ? leader : null
  const name = run.run
  const goOn = alive
    ? [{ command: `anneal steer ${name} --pause`, why: 'pause it; --hint, --pin, --attempts and others steer it' }]
    : goOnWith(run)
  if (run.attempts[0] && run.attempts[0].score === null)
    return [
      { command: `anneal show 0 --run ${name}`, why: 'see why your program has no score as it is' },
      { command: 'anneal check', why: 'try it again when it is mended and committed, then start a new run' },
    ]
  if (!best)
    return [
      ...goOn,
      { command: `anneal log ${name}`, why: 'see what was tried and why it did not help' },
      { command: 'anneal check', why: 'measure how noisy the baseline is' },
    ]
  return [
    { command: `anneal diff --run ${name}`, why: 'read the change against your base before you take it' },
    {
      command: `anneal apply --run ${name}`,
      why: `merge it into your branch${best.confirmed ? '' : ', though it is not confirmed yet'}; with --squash or --patch you commit it yourself`,
    },
    ...goOn,
  ]
}

/** How the run goes on: with more of the budget that ended it. Nothing where its target is reached. */
function goOnWith({ run, stopped, spent, attempts }: Run): Advice[] {
  const resume = `anneal resume ${run}`
  const why = `go on with a bigger budget (it stopped: ${stopped})`
  switch (stopped) {
    case null:
    case 'interrupted':
      return [{ command: resume, why: 'go on where it stopped' }]
    case 'target':
      return []
    case 'attempts':
      return [{ command: `${resume} --attempts ${2 * Math.max(15, attempts.length - 1)}`, why }]
    case 'time':
      return [{ command: `${resume} --time ${Math.ceil(2 * spent.seconds)}s`, why }]
    case 'cost':
      return [{ command: `${resume} --cost ${Number((2 * spent.usd).toPrecision(2))}`, why }]
    case 'tokens':
      return [{ command: `${resume} --tokens ${Math.ceil(2 * spent.tokens)}`, why }]
  }
}
