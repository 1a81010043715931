import { porcelain } from './porcelain.ts'

/** Makes a repository of a folder, with all of its files in one commit. Gives the commit. */
export async function firstCommit(folder: string, message: string): Promise<string> {
  const git = porcelain(folder)
  await git.raw(['init', '-q', '-b', 'main'])
  await git.raw(['add', '-A'])
  await git.raw(['-c', 'user.name=Anneal', '-c', 'user.email=anneal@localhost', 'commit', '-q', '-m', message])
  return (await git.raw(['rev-parse', 'HEAD'])).trim()
}
