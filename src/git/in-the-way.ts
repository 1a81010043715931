import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { fields } from './plumbing.ts'
import type { UserGit } from './user-git.ts'

/**
 * The files of the work tree that writing `paths` would lose: those with uncommitted changes, and those that Git does not track.
 * Ignored files count: Git itself takes them for expendable and overwrites them without a word.
 */
export async function inTheWay(git: UserGit, root: string, paths: readonly string[]): Promise<string[]> {
  const status = await git(['status', '--porcelain', '-z', '--no-renames', '--untracked-files=all'])
  const dirty = fields(status).map((entry) => entry.slice(3))
  const tracked = new Set(fields(await git(['ls-files', '-z'])))
  const standing = await Promise.all(
    paths
      .filter((path) => !tracked.has(path))
      .map(async (path) => ((await untracked(root, path, tracked)) ? [path] : [])),
  )
  return [...new Set([...dirty.filter((one) => paths.some((path) => meets(one, path))), ...standing.flat()])].toSorted()
}

/** Whether one path is the other or lies below it. */
const meets = (a: string, b: string) => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)

/** Whether something that Git does not track stands at the path, or a file stands where one of its folders would be. */
async function untracked(root: string, path: string, tracked: ReadonlySet<string>): Promise<boolean> {
  const parts = path.split('/')
  for (let depth = 1; depth <= parts.length; depth++) {
    const at = parts.slice(0, depth).join('/')
    const facts = await lstat(join(root, at)).catch(() => null)
    if (facts === null) return false
    if (depth < parts.length && !facts.isDirectory()) return !tracked.has(at)
    if (depth === parts.length) return !facts.isDirectory() || ![...tracked].some((one) => one.startsWith(`${path}/`))
  }
  return false
}
