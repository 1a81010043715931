import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { applyCommit, patchOf, previewCommit } from '../git/apply.ts'
import type { Attempt } from '../records/attempt.ts'
import { AnnealError } from '../records/error.ts'
import type { ApplyWay, Preview } from '../records/preview.ts'
import type { Run } from '../records/run.ts'
import { safe } from '../reports/plain.ts'
import type { Project } from '../wiring/project.ts'

type Deliverable = Attempt & { commit: string }

/** The attempt as one that can be brought to a branch. Throws where it has nothing to bring. */
export function deliverable(attempt: Attempt): Deliverable {
  const { commit, attempt: number } = attempt
  if (number === 0)
    throw new AnnealError({
      what: 'No attempt has beaten the baseline: there is nothing to apply.',
      why: 'The best attempt of this run is number 0, your program as it was.',
      fix: 'Go on with `anneal resume --attempts N`, or name an attempt: `anneal log`.',
    })
  if (commit !== null) return { ...attempt, commit }
  throw new AnnealError({
    what: `Attempt ${number} left no commit.`,
    why: attempt.reason ?? '',
    fix: 'Choose another: `anneal log`.',
  })
}

/** What applying the attempt would do. Changes nothing. */
export const previewAttempt = (
  { repository }: Project,
  run: Run,
  { commit }: Deliverable,
  way: ApplyWay,
): Promise<Preview> => previewCommit(repository, run.base, commit, way)

/** Brings an attempt to the user's branch, and says what was done. */
export const applyAttempt = (
  { repository }: Project,
  run: Run,
  attempt: Deliverable,
  way: Exclude<ApplyWay, 'patch'>,
): Promise<string> => applyCommit(repository, run.base, attempt.commit, way, messageFor(run, attempt))

/** The attempt as a patch for `git apply`, under a head that says where it comes from. */
export async function attemptPatch({ repository }: Project, run: Run, attempt: Deliverable): Promise<Buffer> {
  return Buffer.concat([
    Buffer.from(`${messageFor(run, attempt)}\n\n`),
    await patchOf(repository, run.base, attempt.commit),
  ])
}

/** Writes a patch into the new file `file`. Throws where one stands there already. */
export async function writePatch(file: string, patch: Buffer): Promise<string> {
  const path = resolve(file)
  await writeFile(path, patch, { flag: 'wx' }).catch((fault: NodeJS.ErrnoException) => {
    throw new AnnealError({
      what: `The patch cannot be written to ${path}.`,
      why: fault.code === 'EEXIST' ? 'A file stands there already, and is not overwritten.' : fault.message,
      fix: 'Name another file, or `--patch -` for standard output.',
      cause: fault,
    })
  })
  return path
}

function messageFor(run: Run, { attempt, score, idea }: Attempt): string {
  const title = safe(idea.title).replace(/\s+/g, ' ').trim()
  const before = run.attempts[0]?.score ?? null
  const gain = score === null ? '' : `${run.task.evaluate.metric}: ${before} to ${score} `
  return `${title}\n\n${gain}(anneal ${run.run}, attempt ${attempt})`
}
