import { createHash } from 'node:crypto'
import type { Engine } from '../git/engine.ts'
import { normalise } from '../syntax/normalise.ts'

/** Bytes of a file that is read as a program; a larger one counts by its content as it is. */
const LARGEST = 1_000_000

/**
 * Gives a digest of what a commit's program is, layout and comments left out where a parser knows them: commits of one digest need not be measured twice.
 * Only files that differ from the base are read, and each version of a file but once.
 */
export function programs(engine: Pick<Engine, 'list' | 'read'>, base: string): (commit: string) => Promise<string> {
  const known = new Map<string, string>()
  const digestOf = async (commit: string, path: string, object: string): Promise<string> => {
    const key = `${object} ${path}`
    const before = known.get(key)
    if (before !== undefined) return before
    const bytes = await engine.read(commit, path)
    const program = bytes && bytes.length <= LARGEST && !bytes.includes(0)
    const found = program ? digest(normalise(path, bytes.toString('utf8'))) : object
    known.set(key, found)
    return found
  }
  return async (commit) => {
    const [standing, files] = await Promise.all([engine.list(base), engine.list(commit)])
    const before = new Map(standing.map((leaf) => [leaf.path, leaf]))
    const facts: string[] = []
    for (const { path, mode, object } of files) {
      const old = before.get(path)
      before.delete(path)
      if (old?.object === object && old.mode === mode) continue
      const now = await digestOf(commit, path, object)
      if (old && old.mode === mode && now === (await digestOf(base, path, old.object))) continue
      facts.push(`${path} ${mode} ${now}`)
    }
    for (const path of before.keys()) facts.push(`${path} gone`)
    return digest(facts.toSorted().join('\n'))
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 20)
