import { fields } from './plumbing.ts'
import type { Repository } from './repository.ts'
import { userGit } from './user-git.ts'

/** The files of the work tree that are no litter, and those of them that no commit holds as they are. */
export async function listFiles({ root }: Repository): Promise<{ files: string[]; uncommitted: Set<string> }> {
  const git = userGit(root)
  const list = await git(['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'])
  const status = await git(['status', '--porcelain', '-z', '--no-renames', '--untracked-files=all'])
  return { files: fields(list), uncommitted: new Set(fields(status).map((entry) => entry.slice(3))) }
}

/** Commits these files of the user's, and nothing else that is staged or changed, as the user. Gives the commit. */
export async function commitFiles({ root }: Repository, paths: readonly string[], message: string): Promise<string> {
  const git = userGit(root)
  await git(['add', '--', ...paths])
  await git(['commit', '-q', '-m', message, '--only', '--', ...paths])
  return (await git(['rev-parse', 'HEAD'])).toString().trim()
}
