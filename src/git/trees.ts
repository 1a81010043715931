import type { ReadObject } from './read-objects.ts'
import type { WriteObject } from './write-objects.ts'

/** One line of a tree: its name (a character a byte, since Git asks no encoding of it), its mode in octal without leading zeros, and the object's id. */
export type Entry = { name: string; mode: string; object: string }
export type Leaf = { path: string; mode: string; object: string }

const FOLDER = '40000'
/** Trees kept in memory; a run's attempts share nearly all of theirs. */
const KEPT = 5000

/** Reads trees of a repository, whose ids are `width` bytes long, and remembers them: they never change. */
export function treeReader(read: ReadObject, width: number): (id: string) => Promise<readonly Entry[]> {
  const known = new Map<string, readonly Entry[]>()
  return async (id) => {
    const found = known.get(id)
    if (found) return found
    const object = await read(id)
    if (object?.type !== 'tree') throw new Error(`${id} is not a tree`)
    const entries = parseTree(object.body, width)
    if (known.size >= KEPT) known.clear()
    known.set(id, entries)
    return entries
  }
}

/** The lines of a stored tree: `mode SP name NUL id`. */
export function parseTree(body: Buffer, width: number): Entry[] {
  const entries: Entry[] = []
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(32, at)
    const end = body.indexOf(0, space)
    entries.push({
      mode: body.subarray(at, space).toString(),
      name: body.subarray(space + 1, end).toString('latin1'),
      object: body.subarray(end + 1, end + 1 + width).toString('hex'),
    })
    at = end + 1 + width
  }
  return entries
}

/** Git sorts a tree's lines by their bytes, a folder as though its name ended in a slash. */
export function formatTree(entries: readonly Entry[]): Buffer {
  const sorted = entries
    .map((entry) => ({ entry, key: bytes(entry.mode === FOLDER ? `${entry.name}/` : entry.name) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
  return Buffer.concat(
    sorted.flatMap(({ entry: { mode, name, object } }) => [bytes(`${mode} ${name}\0`), Buffer.from(object, 'hex')]),
  )
}

const bytes = (text: string) => Buffer.from(text, 'latin1')
/** A path as a tree holds it, and back. */
export const stored = (path: string) => Buffer.from(path).toString('latin1')
const spoken = (name: string) => bytes(name).toString()

/** Every file below a tree, in the tree's order. */
export async function leavesOf(
  tree: string,
  trees: (id: string) => Promise<readonly Entry[]>,
  prefix = '',
): Promise<Leaf[]> {
  const entries = await trees(tree)
  const parts = await Promise.all(
    entries.map(({ name, mode, object }) =>
      mode === FOLDER
        ? leavesOf(object, trees, `${prefix}${spoken(name)}/`)
        : [{ path: `${prefix}${spoken(name)}`, mode: mode.padStart(6, '0'), object }],
    ),
  )
  return parts.flat()
}

/**
 * The tree that `tree` becomes when some paths (as they are stored) are changed; null for a path takes it out, and folders that become empty go with it.
 * Gives the new tree's id; null where nothing is left of it.
 */
export async function changeTree(
  tree: string | null,
  changes: ReadonlyMap<string, { mode: string; object: string } | null>,
  trees: (id: string) => Promise<readonly Entry[]>,
  write: WriteObject,
): Promise<string | null> {
  const entries = new Map((tree === null ? [] : await trees(tree)).map((entry) => [entry.name, entry]))
  const below = new Map<string, Map<string, { mode: string; object: string } | null>>()
  for (const [path, change] of changes) {
    const slash = path.indexOf('/')
    if (slash < 0) {
      if (change) entries.set(path, { name: path, ...change })
      else if (entries.get(path)?.mode !== FOLDER) entries.delete(path)
    } else {
      const name = path.slice(0, slash)
      below.set(name, (below.get(name) ?? new Map()).set(path.slice(slash + 1), change))
    }
  }
  for (const [name, inner] of below) {
    const standing = entries.get(name)
    const object = await changeTree(standing?.mode === FOLDER ? standing.object : null, inner, trees, write)
    if (object !== null) entries.set(name, { name, mode: FOLDER, object })
    else if (standing?.mode === FOLDER) entries.delete(name)
  }
  return entries.size === 0 ? null : write('tree', formatTree([...entries.values()]))
}
