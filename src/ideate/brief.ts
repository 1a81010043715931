import type { Engine } from '../git/engine.ts'
import type { Attempt, Opening } from '../records/attempt.ts'
import { type Brief, type Focus, material, personal } from '../records/brief.ts'
import { claimsText } from '../records/claim.ts'
import { excerpt } from '../records/excerpt.ts'
import type { Operator } from '../records/idea.ts'
import type { Lesson } from '../records/lesson.ts'
import type { Page } from '../records/page.ts'
import type { Run } from '../records/run.ts'
import { better, type Task } from '../records/task.ts'
import type { Bounds } from '../task/bounds.ts'
import type { ProgramText } from './program-text.ts'

export type Recalled = { pages: readonly Pick<Page, 'id' | 'title' | 'body'>[]; lessons: readonly Lesson[] }
export type BriefParts = {
  engine: Engine
  bounds: Bounds
  base: string
  program: ProgramText
  /** What research found for this run, as Markdown; empty where there was none. */
  research: string
  /** Pages and lessons for a step, by what it is about. */
  recall(about: {
    attempt: number
    goal: string
    operator: Operator
    error: string
    /** The lessons of this run. */
    own: readonly Lesson[]
  }): Promise<Recalled>
}

/** The briefs of a run. All calls of an attempt that have the same focus get the same one. */
export type Briefs = { of(opening: Opening, run: Run, focus?: Focus): Promise<Brief>; forget(attempt: number): void }

export function openBriefs(parts: BriefParts): Briefs {
  const known = new Map<number, Map<string, Promise<Brief>>>()
  return {
    of(opening, run, focus) {
      const own = known.get(opening.attempt) ?? new Map<string, Promise<Brief>>()
      const key = focus ? `${focus.room} ${focus.idea.title}` : ''
      const brief = own.get(key) ?? briefOf(parts, opening, run, focus)
      known.set(opening.attempt, own.set(key, brief))
      return brief
    },
    forget: (attempt) => known.delete(attempt),
  }
}

/** Characters of each part of a brief at most: with all of them full a prompt stays near 40,000 tokens. */
const LIMITS = {
  ...{ file: 40_000, files: 80_000, context: 24_000, feedback: 6000, siblings: 8000, page: 2500 },
  ...{ claims: 8000, research: 16_000 },
}
const RECENT = 12
const TOP = 6

/**
 * Gathers what the next step of `opening` is told. What never changes in a run stands first, so that a server can cache the prompt's start. Of a program that
 * is too large to be shown whole, what is relevant to the idea of the `focus` is shown; before there is one, to the goal and to what happened to the parents.
 */
async function briefOf(parts: BriefParts, opening: Opening, run: Run, focus?: Focus): Promise<Brief> {
  const { task } = run
  const parents = opening.parents.flatMap((number) => run.attempts.filter(({ attempt }) => attempt === number))
  const first = parents[0]
  const error = first?.status === 'failed' ? (first.reason ?? '') : ''
  const { attempt, operator } = opening
  const { pages, lessons } = await parts.recall({ attempt, goal: task.goal, operator, error, own: run.lessons })
  const { title = '', hypothesis = '', plan = '' } = focus?.idea ?? {}
  const about = focus ? [title, hypothesis, plan] : [task.goal, ...parents.flatMap(traceOf)]
  const room = (focus?.room ?? LIMITS.files) / Math.max(1, parents.length)
  const sources = await Promise.all(parents.map((one) => filesOf(parts, one, room, about.join('\n'))))
  return {
    goal: task.goal,
    measure: measureText(task),
    knowledge:
      [
        parts.research === '' ? '' : `## What research found\n\n${material(excerpt(parts.research, LIMITS.research))}`,
        ...pages.map((page) => `## ${page.id}: ${page.title}\n\n${material(excerpt(page.body, LIMITS.page))}`),
      ]
        .filter(Boolean)
        .join('\n\n') || 'Nothing in particular.',
    claims: claimsOf(task, parents),
    context: (await contextOf(parts)) || 'None.',
    lessons:
      lessons
        .map((lesson) => `- ${lesson.id} (${lesson.kind}): ${material(`${lesson.when}: ${lesson.advice}`)}`)
        .join('\n') || 'None yet.',
    history: historyOf(run),
    parents: opening.parents.join(' and '),
    files: sources.join('\n\n'),
    feedback: parents.map(feedbackOf).join('\n\n'),
    siblings: siblingsOf(run, opening),
    hints: hintsOf(run),
    operator: opening.operator,
    instruction: INSTRUCTIONS[opening.operator],
    left: leftOf(run),
    editable: task.edit.join(', ') + (task.markers ? ' (only between EVOLVE-BLOCK-START and EVOLVE-BLOCK-END)' : ''),
    shown: [...pages, ...lessons].map(({ id }) => id),
  }
}

const INSTRUCTIONS: Record<Operator, string> = {
  baseline: 'Nothing.',
  draft:
    'Propose a fresh approach to the goal: the way that you think can reach the best score in the end, not a small change of what is there. Take a way that differs from the earlier attempts.',
  improve: 'Propose one improvement of this version: what would raise the score most.',
  debug:
    'This version failed. Find the cause in what was printed and propose the repair; keep what was good about the attempt.',
  crossover: 'Combine the strengths of these versions into one. The edits apply to the first of them.',
  tune: 'Propose better values for the numbers that steer this version, with reasons.',
}

function measureText(task: Task): string {
  const { metric, direction, constraints, repeats } = task.evaluate
  return [
    `The evaluator gives the metric "${metric}"; ${direction === 'maximize' ? 'higher' : 'lower'} is better.`,
    constraints.length > 0 ? `These must hold: ${constraints.join('; ')}.` : '',
    repeats > 1 ? `It is measured ${repeats} times with different seeds; the median counts.` : '',
    task.execute
      ? `The program is run with \`${task.execute.command}\`, for at most ${task.execute.timeout} s, in a sandbox without network.`
      : '',
    task.target === undefined ? '' : `The target is ${task.target}.`,
  ]
    .filter(Boolean)
    .join('\n')
}

const filesOf = async ({ program }: BriefParts, { commit }: Attempt, room: number, about: string): Promise<string> =>
  commit === null ? '' : program(commit, room, about)

/** What happened to an attempt, as far as it names parts of the program. */
const traceOf = ({ idea, reason, files, evaluation }: Attempt): string[] => [
  idea.title,
  idea.plan,
  reason ?? '',
  excerpt(evaluation?.output ?? '', 3000),
  files.map(({ path }) => path).join(' '),
]

function claimsOf({ memory }: Task, parents: readonly Attempt[]): string {
  const claims = parents.flatMap((parent) => parent.claims ?? [])
  return memory === 'off' || claims.length === 0 ? 'None yet.' : material(excerpt(claimsText(claims), LIMITS.claims))
}

async function contextOf({ engine, bounds, base }: BriefParts): Promise<string> {
  const paths = (await engine.list(base)).map(({ path }) => path)
  const wanted = paths.filter((path) => bounds.context(path))
  return fileTexts(engine, base, wanted, LIMITS.context)
}

async function fileTexts(engine: Engine, commit: string, paths: readonly string[], limit: number): Promise<string> {
  const texts: string[] = []
  let left = limit
  for (const path of paths) {
    const bytes = await engine.read(commit, path)
    if (!bytes || bytes.includes(0)) continue
    const text = bytes.toString('utf8')
    const room = Math.min(left, LIMITS.file)
    texts.push(
      room < 200 ? `${path} (${text.length} characters, not shown)` : `${path}\n${material(excerpt(text, room))}`,
    )
    left -= Math.min(text.length, Math.max(room, 0))
  }
  return texts.join('\n\n')
}

function feedbackOf(parent: Attempt): string {
  const metrics = Object.entries(parent.metrics).map(([name, value]) => `${name} = ${value}`)
  const parts = [
    `Attempt ${parent.attempt} (${parent.operator}): ${parent.idea.title}. ${parent.status}${parent.reason ? `: ${excerpt(parent.reason, 1500)}` : ''}`,
    parent.signs.length > 0
      ? `It looks like an attempt to get a score without earning it (${parent.signs.join('; ')}). Do not do that: earn the score.`
      : '',
    metrics.length > 0 ? `Metrics: ${metrics.slice(0, 40).join(', ')}` : '',
    parent.diff === '' ? '' : `What it changed:\n${material(excerpt(parent.diff, LIMITS.feedback))}`,
    parent.evaluation?.output
      ? `What was printed:\n${material(excerpt(parent.evaluation.output, LIMITS.feedback))}`
      : '',
  ]
  return parts.filter(Boolean).join('\n')
}

/** What the person asks of the next ideas, the newest last. */
function hintsOf({ steering: { hints } }: Run): string {
  return hints.map(({ text }) => personal(text)).join('\n') || 'Nothing in particular.'
}

function siblingsOf(run: Run, { attempt, parents }: Opening): string {
  const siblings = run.attempts
    .filter((one) => one.attempt !== attempt && one.parents[0] === parents[0] && one.attempt !== 0)
    .slice(-5)
  const room = Math.floor(LIMITS.siblings / Math.max(1, siblings.length))
  return siblings.map((one) => `${line(run, one)}\n${material(excerpt(one.diff, room))}`).join('\n\n') || 'None.'
}

function historyOf(run: Run): string {
  const scored = run.attempts.filter(({ score }) => score !== null)
  const top = scored.toSorted((a, b) => (better(run.task.evaluate.direction, a.score, b.score) ? -1 : 1)).slice(0, TOP)
  const shown = [...new Set([...run.attempts.slice(0, 1), ...top, ...run.attempts.slice(-RECENT)])].toSorted(
    (a, b) => a.attempt - b.attempt,
  )
  const left = run.attempts.length - shown.length
  return [...shown.map((attempt) => line(run, attempt)), left > 0 ? `(${left} further attempts are not shown)` : '']
    .filter(Boolean)
    .join('\n')
}

function line(run: Run, { attempt, parents, operator, status, score, reason, idea }: Attempt): string {
  const from = parents.length > 0 ? ` from ${parents.join(' and ')}` : ''
  const before = run.attempts.find((one) => one.attempt === parents[0])?.score ?? null
  const verdict =
    score === null
      ? `${status}: ${excerpt((reason ?? '').split('\n')[0] ?? '', 160)}`
      : `score ${score}${before === null ? '' : ` (parent ${before})`}`
  const banned = run.steering.banned.includes(attempt) ? ' (the person has banned this way)' : ''
  return `- ${attempt} (${operator}${from}): ${idea.title}: ${verdict}${banned}`
}

function leftOf({ task: { budget }, spent, attempts }: Run): string {
  const parts = [
    budget.attempts === undefined ? '' : `${Math.max(0, budget.attempts + 1 - attempts.length)} attempts`,
    budget.time === undefined ? '' : `${Math.max(0, Math.round(budget.time - spent.seconds))} s`,
    budget.cost === undefined ? '' : `$${Math.max(0, budget.cost - spent.usd).toFixed(2)}`,
    budget.tokens === undefined ? '' : `${Math.max(0, budget.tokens - spent.tokens)} tokens`,
  ]
  return parts.filter(Boolean).join(', ') || 'no limit'
}
