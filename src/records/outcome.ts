import type { Attempt, Opening } from './attempt.ts'
import { type Change, isSetback, type Setback } from './change.ts'
import type { Claim } from './claim.ts'
import type { Evaluation } from './evaluation.ts'
import type { Idea } from './idea.ts'

/** An idea, the ids of the pages and lessons that were shown for it, the ideas that were not picked, what the model found out about the program, and the seconds it took. */
export type Thought = { idea: Idea; shown: string[]; spare?: Idea[]; claims?: Claim[]; seconds: number }
/** A commit, the idea as the editor carried it out, what the commit bears out of what is known of the program, and what the editor wishes to remember. */
export type Edited = {
  change: Change
  idea: Idea
  signs: string[]
  claims?: Claim[]
  recipe?: unknown
  seconds: number
}

const NO_IDEA: Idea = { title: '(no idea)', hypothesis: '', plan: '', expected: '', cites: [] }

/** The attempt that its steps add up to, still without its cost and its lessons. */
export function outcomeOf(
  opening: Opening,
  thought: Thought | (Setback & { seconds?: number }),
  edited: Edited | Setback,
  evaluation: Evaluation | null,
): Attempt {
  const setback = isSetback(edited) ? edited : null
  const done = isSetback(edited) ? null : edited
  const idea = done?.idea ?? setback?.idea ?? (isSetback(thought) ? NO_IDEA : thought.idea)
  const change = done?.change ?? setback?.change ?? null
  const [flag] = evaluation?.flags ?? []
  const doubt = evaluation?.doubt ?? flag ?? null
  return {
    ...opening,
    status: setback?.status ?? (doubt === null ? evaluation?.status : 'rejected') ?? 'failed',
    reason: setback?.reason ?? doubt ?? evaluation?.reason ?? null,
    score: doubt === null ? (evaluation?.score ?? null) : null,
    metrics: evaluation?.doubt === undefined ? (evaluation?.metrics ?? {}) : {},
    branch: null,
    commit: change?.commit ?? null,
    tree: change?.tree ?? null,
    idea,
    ...(isSetback(thought) || !thought.spare?.length ? {} : { spare: thought.spare }),
    files: change?.files ?? [],
    diff: change?.diff ?? '',
    ...(change?.program === undefined ? {} : { program: change.program }),
    evaluation,
    signs: [...new Set([...(done?.signs ?? setback?.signs ?? []), ...(evaluation?.signs ?? [])])],
    ...(done?.claims?.length ? { claims: done.claims } : {}),
    ...(done?.recipe === undefined ? {} : { recipe: done.recipe }),
    seconds: {
      ideate: thought.seconds ?? 0,
      edit: done?.seconds ?? setback?.seconds ?? 0,
      execute: evaluation?.seconds.execute ?? 0,
      evaluate: evaluation?.seconds.evaluate ?? 0,
    },
    usd: 0,
    tokens: 0,
    shown: isSetback(thought) ? [] : thought.shown,
    lessons: [],
  }
}
