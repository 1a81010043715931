import type { Attempt, Opening } from '../records/attempt.ts'
import type { Idea } from '../records/idea.ts'
import type { Run } from '../records/run.ts'
import { better } from '../records/task.ts'
import { likeness } from './likeness.ts'

/** Likeness from which an idea counts as one that was tried already. */
const TOO_NEAR = 0.85
/** Attempts without a new best after which nothing but novelty counts. */
const STALLED = 20
/** Earlier ideas that a new one is held against, the newest. */
const REMEMBERED = 500

/** An idea with how likely its model thinks it to raise the score, from 0 to 1. */
export type Proposal = { idea: Idea; promise: number }
/** What was picked: the idea, the others, and the attempt that it is too near to, where there is one. */
export type Picked = { idea: Idea; spare: Idea[]; neighbour: Attempt | null }

/**
 * The proposal to carry out: by promise while the run gains, by how unlike the earlier ideas it is the longer it has not.
 * One that was tried already comes last. `proposals` must not be empty.
 */
export function pickIdea(proposals: readonly Proposal[], run: Run): Picked {
  const earlier = run.attempts
    .filter(({ idea, evaluation }) => idea.plan !== '' && evaluation !== null)
    .slice(-REMEMBERED)
  const need = Math.min(1, sinceBest(run) / STALLED)
  const rated = proposals.map(({ idea, promise }) => {
    const likes = likeness(
      idea,
      earlier.map((one) => one.idea),
    )
    const nearest = likes.reduce((top, like, index) => (like > (likes[top] ?? -1) ? index : top), 0)
    const like = likes[nearest] ?? 0
    const neighbour = like >= TOO_NEAR ? (earlier[nearest] ?? null) : null
    return { idea, neighbour, value: (1 - need) * promise + need * (1 - like) - (neighbour ? 1 : 0) }
  })
  const [first, ...rest] = rated.toSorted((a, b) => b.value - a.value)
  if (!first) throw new Error('no ideas to pick from')
  return {
    idea: first.idea,
    neighbour: first.neighbour,
    spare: rest.flatMap(({ idea, neighbour }) => (neighbour ? [] : [idea])),
  }
}

/** Attempts since the run's best score last rose. */
function sinceBest({ attempts, task }: Run): number {
  let [best, since]: [number | null, number] = [null, 0]
  for (const { score } of attempts) {
    since++
    if (!better(task.evaluate.direction, score, best)) continue
    best = score
    since = 0
  }
  return since
}

/**
 * An idea that was had for the first parent, or when that parent was made, was not picked then and was not carried out since.
 * Slots that work on one parent at a time take different ones.
 */
export function spareIdea(run: Run, { attempt, parents }: Opening): Idea | null {
  const titles = new Set(run.attempts.map(({ idea }) => idea.title))
  const before = run.open.filter((one) => one.attempt < attempt && one.parents[0] === parents[0]).length
  const spare = run.attempts
    .filter((one) => one.parents[0] === parents[0] || one.attempt === parents[0])
    .flatMap((one) => one.spare ?? [])
    .filter(({ title }) => !titles.has(title))
  return spare[before] ?? null
}
