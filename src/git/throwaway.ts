import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { plumbing } from './plumbing.ts'

/**
 * Makes the folder a repository of its own, with all of its files in one commit. A coding agent finds its root here instead of
 * climbing to the user's repository, and whatever it commits, stashes or resets is this repository's.
 */
export async function makeThrowaway(folder: string): Promise<void> {
  const git = plumbing(join(folder, '.git'))
  const who = { NAME: 'Anneal', EMAIL: 'anneal@localhost' }
  const env = Object.fromEntries([
    ['GIT_WORK_TREE', folder],
    ...['AUTHOR', 'COMMITTER'].flatMap((role) =>
      Object.entries(who).map(([key, value]) => [`GIT_${role}_${key}`, value]),
    ),
  ])
  await git(['init', '-q', '-b', 'main', '--template='], { env: { GIT_WORK_TREE: folder } })
  await git(['add', '-A'], { env })
  await git(['commit', '-q', '--allow-empty', '-m', 'The version to change'], { env })
}

/** Removes every `.git` in the folder, links not followed: what was committed there stands in the files, which are judged like any edit. */
export async function removeRepositories(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.name === '.git') await rm(path, { recursive: true, force: true })
    else if (entry.isDirectory()) await removeRepositories(path)
  }
}
