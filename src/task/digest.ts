import { createHash } from 'node:crypto'
import type { Task } from '../records/task.ts'

/** A digest of everything that decides a score: the sealed files and the commands. Only scores of one digest compare. */
export function evaluatorDigest(
  { evaluate, execute, holdout }: Task,
  sealed: readonly { path: string; mode: string; object: string }[],
): string {
  const files = sealed.map(({ path, mode, object }) => [path, mode, object]).toSorted()
  return createHash('sha256')
    .update(JSON.stringify([evaluate, execute, holdout, files]))
    .digest('hex')
    .slice(0, 16)
}
