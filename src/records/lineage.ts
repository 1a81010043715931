import type { Run } from './run.ts'

/** The attempts that come from any of `roots`, closed and open, and these themselves. One pass: an attempt closes before a child of it is opened. */
export function lineageOf({ attempts, open }: Pick<Run, 'attempts' | 'open'>, roots: readonly number[]): Set<number> {
  const line = new Set(roots)
  if (roots.length === 0) return line
  for (const { attempt, parents } of attempts) if (parents.some((parent) => line.has(parent))) line.add(attempt)
  for (const { attempt, parents } of open) if (parents.some((parent) => line.has(parent))) line.add(attempt)
  return line
}
