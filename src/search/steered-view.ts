import type { Opening } from '../records/attempt.ts'
import type { Operator } from '../records/idea.ts'
import { lineageOf } from '../records/lineage.ts'
import { attemptOf, type Run } from '../records/run.ts'
import type { Choice } from './choice.ts'

/** Children of a pinned attempt that stand for the drafts with which a strategy begins: as many as the most that one asks for. */
const DRAFTS = 4

/**
 * The run as the person has steered it: a pinned attempt stands as the baseline, and of the attempts only those are there that descend from it and that are not
 * banned, with the rest of the budget. `back` puts a choice made there into the words of the whole run.
 */
export function steeredView(run: Run): { run: Run; back(choice: Choice, wish: Operator | null): Choice } {
  const { banned } = run.steering
  const root = attemptOf(run, run.steering.pinned ?? 0)?.status === 'scored' ? (run.steering.pinned ?? 0) : 0
  if (root === 0 && banned.length === 0) return { run, back: (choice) => choice }
  const [barred, branch] = [lineageOf(run, banned), lineageOf(run, [root])]
  const seen = ({ attempt }: Opening) => branch.has(attempt) && !barred.has(attempt)
  const [attempts, open] = [run.attempts.filter(seen), run.open.filter(seen)]
  const numbers = [...attempts, ...open].map(({ attempt }) => attempt).toSorted((a, b) => a - b)
  const places = new Map(numbers.map((number, place) => [number, place]))
  let drafts = 0
  const shown = <One extends Opening>(one: One): One => {
    const parents = one.parents.flatMap((parent) => places.get(parent) ?? [])
    const drafted = root > 0 && parents[0] === 0 && one.operator === 'improve' && drafts++ < DRAFTS
    const operator = one.attempt === root ? 'baseline' : drafted ? 'draft' : one.operator
    return { ...one, attempt: places.get(one.attempt) ?? 0, parents, operator }
  }
  const { budget } = run.task
  const unseen = run.attempts.length + run.open.length - numbers.length
  const left = budget.attempts === undefined ? {} : { attempts: Math.max(1, budget.attempts - unseen) }
  const view: Run = {
    ...run,
    task: { ...run.task, budget: { ...budget, ...left } },
    attempts: attempts.map(shown),
    open: open.map(shown),
  }
  return {
    run: view,
    back: ({ parents, operator }, wish) => ({
      parents: parents.map((place) => numbers[place] ?? root),
      // A fresh approach would leave the branch that the person wants to see followed.
      operator: root > 0 && operator === 'draft' && wish === null ? 'improve' : operator,
    }),
  }
}
