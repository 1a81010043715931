import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { plumbing } from './plumbing.ts'
import type { Repository } from './repository.ts'

const NOTES = 'refs/notes/anneal'

/** What a run's branches are called, and where they stand. */
export type Carried = { run: string; base: string; branches: readonly { branch: string; commit: string }[] }

/** Keeps the commits of a run's branches and the notes in one file, for another clone that has the base. Nothing is written where there is none yet. */
export async function packBranches({ gitDirectory }: Repository, { run, base }: Carried, file: string): Promise<void> {
  const git = plumbing(gitDirectory)
  const list = await git(['for-each-ref', '--format=%(refname) %(objectname)', `refs/heads/anneal/${run}`, NOTES])
  const refs = list
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.endsWith(` ${base}`))
    .map((line) => line.split(' ')[0] ?? '')
  if (refs.length === 0) return
  const aside = `${file}.${process.pid}.tmp`
  try {
    await git(['bundle', 'create', '--quiet', aside, ...refs, `^${base}`])
    await rename(aside, file)
  } finally {
    await rm(aside, { force: true })
  }
}

/** Gives a clone the branches and notes that `file` keeps and that it lacks. Says whether every branch of the run stands then. */
export async function unpackBranches({ gitDirectory }: Repository, carried: Carried, file: string): Promise<boolean> {
  const git = plumbing(gitDirectory)
  if (existsSync(file)) {
    const heads = await git(['bundle', 'unbundle', file]).catch(() => Buffer.of())
    const notes = new RegExp(`^([0-9a-f]+) ${NOTES}$`, 'm').exec(heads.toString())?.[1]
    if (notes !== undefined) await git(['update-ref', NOTES, notes, '']).catch(() => undefined)
  }
  for (const { branch, commit } of carried.branches) {
    const stands = await git(['cat-file', '-e', `${commit}^{tree}`]).then(
      () => true,
      () => false,
    )
    if (!stands) return false
    // With '' as the old value the ref is made only where there is none.
    await git(['update-ref', `refs/heads/${branch}`, commit, '']).catch(() => undefined)
  }
  return true
}

/** What `commit` changes against `base`, as a patch that `git apply` takes, binary files included. */
export async function patchOf({ gitDirectory }: Repository, base: string, commit: string): Promise<Buffer> {
  return plumbing(gitDirectory)([
    ...['diff-tree', '-p', '--binary', '--full-index', '--no-color', '--no-ext-diff', '--no-textconv', '--no-renames'],
    ...[base, commit],
  ])
}
