import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { porcelain } from './porcelain.ts'
import type { Repository } from './repository.ts'

/** A throwaway clone of the commit at HEAD, to try files in that are not committed yet. */
export type Scratch = {
  root: string
  /** Commits `files` on top of `parent` (the last commit if not given) and gives the commit. */
  commit(files: ReadonlyMap<string, string | Buffer>, message: string, parent?: string): Promise<string>
  close(): Promise<void>
}

const WHO = ['-c', 'user.name=Anneal', '-c', 'user.email=anneal@localhost', '-c', 'commit.gpgSign=false']

/** Clones the user's repository into the new `folder`. No hook, filter or configuration of it comes along. */
export async function openScratch({ root, head }: Repository, folder: string): Promise<Scratch> {
  await mkdir(dirname(folder), { recursive: true })
  await porcelain(root).raw(['clone', '-q', '--local', '--no-checkout', root, folder])
  const git = porcelain(folder)
  await git.raw(['checkout', '-q', '--detach', head])
  return {
    root: folder,
    commit: async (files, message, parent) => {
      if (parent !== undefined) await git.raw(['reset', '-q', '--hard', parent])
      for (const [path, text] of files) {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), text)
      }
      await git.raw(['add', '-A', '-f', '--', ...files.keys()])
      await git.raw([...WHO, 'commit', '-q', '--allow-empty', '-m', message])
      return (await git.raw(['rev-parse', 'HEAD'])).trim()
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}
