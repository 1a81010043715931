import { porcelain } from './porcelain.ts'

const IDENTITY = ['-c', 'user.name=Anneal', '-c', 'user.email=anneal@localhost']

/** Makes a repository of a folder, with all of its files in one commit, ignored ones too. Gives the commit. */
export async function firstCommit(folder: string, message: string): Promise<string> {
  const git = porcelain(folder)
  await git.raw(['init', '-q', '-b', 'main'])
  await git.raw(['add', '-A', '-f'])
  await git.raw([...IDENTITY, 'commit', '-q', '-m', message])
  return (await git.raw(['rev-parse', 'HEAD'])).trim()
}

/** Commits new files of a repository and nothing else, whatever is staged besides. Gives the commit. */
export async function commitFiles(root: string, paths: readonly string[], message: string): Promise<string> {
  const git = porcelain(root)
  await git.raw(['add', '-f', '--', ...paths])
  await git.raw([...IDENTITY, 'commit', '-q', '--only', '-m', message, '--', ...paths])
  return (await git.raw(['rev-parse', 'HEAD'])).trim()
}

/** The files that are committed or staged. */
export async function trackedFiles(root: string): Promise<string[]> {
  return (await porcelain(root).raw(['ls-files', '-z'])).split('\0').filter(Boolean)
}
