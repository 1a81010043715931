import type { Attempt } from '../records/attempt.ts'
import { material } from '../records/brief.ts'
import { excerpt } from '../records/excerpt.ts'
import type { Run } from '../records/run.ts'
import { better } from '../records/task.ts'

/** Characters of an attempt's reason in a list, and of what its evaluation printed. */
const REASON = 200
const OUTPUT = 4000

const lineOf = ({ attempt, parents, operator, status, score, reason, idea }: Attempt) => ({
  attempt,
  parents,
  operator,
  status,
  score,
  title: material(excerpt(idea.title, REASON)),
  reason: reason === null ? null : material(excerpt(reason, REASON)),
})

export type Listing = { status: Attempt['status'] | null; sort: 'number' | 'score'; limit: number; offset: number }

/** A page of the list of a run's attempts, and how many there are in all. */
export function attemptLines({ attempts, task }: Run, { status, sort, limit, offset }: Listing) {
  const wanted = attempts.filter(
    (one) => (status === null || one.status === status) && (sort === 'number' || one.score !== null),
  )
  const sorted =
    sort === 'number' ? wanted : wanted.toSorted((a, b) => (better(task.evaluate.direction, a.score, b.score) ? -1 : 1))
  return { total: wanted.length, attempts: sorted.slice(offset, offset + limit).map(lineOf) }
}

/** Attempts by the words of a question that they share; a word that fewer attempts have weighs more. */
export function rankAttempts({ attempts }: Run, query: string, limit: number) {
  const texts = attempts.map(({ idea, reason, diff }) =>
    wordsOf(`${idea.title} ${idea.hypothesis} ${idea.plan} ${reason ?? ''} ${diff}`),
  )
  const asked = [...wordsOf(query)]
  const weights = asked.map((word) =>
    Math.log(1 + attempts.length / (0.5 + texts.filter((words) => words.has(word)).length)),
  )
  return attempts
    .map((attempt, index) => ({
      attempt,
      score: asked.reduce((sum, word, place) => sum + (texts[index]?.has(word) ? (weights[place] ?? 0) : 0), 0),
    }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || b.attempt.attempt - a.attempt.attempt)
    .slice(0, limit)
    .map(({ attempt }) => lineOf(attempt))
}

const wordsOf = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [])

/** One attempt, with the diff given. What a hold-out said of it is left out: nobody who writes candidates may learn that. */
export function wholeAttempt(run: Run, attempt: Attempt, diff: string) {
  const { idea, evaluation, metrics, files, branch, commit, model, editor, lessons, shown } = attempt
  return {
    run: run.run,
    ...lineOf(attempt),
    reason: attempt.reason === null ? null : material(excerpt(attempt.reason, OUTPUT)),
    editor,
    model,
    metrics,
    confirmed: run.confirmations.find((one) => one.attempt === attempt.attempt)?.confirmed ?? null,
    idea: { ...idea, title: material(idea.title), hypothesis: material(idea.hypothesis), plan: material(idea.plan) },
    files,
    diff,
    output: evaluation?.output ? material(excerpt(evaluation.output, OUTPUT)) : '',
    branch,
    commit,
    shown,
    lessons: lessons.flatMap((id) =>
      run.lessons.filter((lesson) => lesson.id === id).map(({ advice }) => ({ id, advice: material(advice) })),
    ),
  }
}
