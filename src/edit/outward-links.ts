import { posix } from 'node:path'
import type { Engine } from '../git/engine.ts'

/** Paths of a commit that are links out of its tree: an editor that writes to one would write to the person's own files. */
export async function outwardLinks(
  engine: Pick<Engine, 'list' | 'read'>,
  commit: string,
): Promise<ReadonlySet<string>> {
  const links = (await engine.list(commit)).filter(({ mode }) => mode === '120000')
  const inTree = new Set(links.map(({ path }) => path))
  const found = await Promise.all(
    links.map(async ({ path }) => {
      const target = (await engine.read(commit, path))?.toString() ?? ''
      const place = posix.normalize(posix.join(posix.dirname(path), target))
      // A link through another link may lead anywhere.
      const through = place.split('/').some((_, index, parts) => inTree.has(parts.slice(0, index).join('/')))
      return posix.isAbsolute(target) || place === '..' || place.startsWith('../') || through ? [path] : []
    }),
  )
  return new Set(found.flat())
}
