import type { Attempt } from '../records/attempt.ts'
import type { Run } from '../records/run.ts'

/**
 * Failed attempts worth a repair, oldest first: they left a commit, have no child yet, and at most `depth` failures,
 * themselves among them, lie between them and an attempt that works.
 */
export function debuggable({ attempts, open }: Pick<Run, 'attempts' | 'open'>, depth: number): Attempt[] {
  const failures = new Map<number, number>()
  const taken = new Set<number>()
  for (const { parents } of open) for (const parent of parents) taken.add(parent)
  for (const { attempt, parents, status } of attempts) {
    for (const parent of parents) taken.add(parent)
    if (status === 'failed') failures.set(attempt, 1 + (failures.get(parents[0] ?? -1) ?? 0))
  }
  return attempts.filter(
    ({ attempt, status, commit }) =>
      status === 'failed' && commit !== null && !taken.has(attempt) && (failures.get(attempt) ?? 0) <= depth,
  )
}
