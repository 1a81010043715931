import type { Engine } from '../git/engine.ts'
import { material } from '../records/brief.ts'
import { type Outline, outlineOf } from '../syntax/outline.ts'
import { mapText, partsOf, type Ranked, rankFiles } from '../syntax/repository-map.ts'
import type { Bounds } from '../task/bounds.ts'

/** Gives what may be changed of a commit in at most about `limit` characters: whole where it fits, else a map and what is most relevant to `about`. */
export type ProgramText = (commit: string, limit: number, about: string) => Promise<string>

/** Files that are read at most, bytes of one of them (what is larger is data), and of all that are mapped. */
const MOST_FILES = 3000
const LARGEST = 400_000
const MAPPED = 8_000_000
/** The map's share of the room. */
const MAP = 0.2
/** Characters below which a part of a file is not worth its place. */
const LEAST = 600

type File = { path: string; object: string; editable: boolean; text: string }

/** The text of a run's programs; outlines of files are kept from one commit to the next. */
export function openProgramText({ engine, bounds }: { engine: Engine; bounds: Bounds }): ProgramText {
  const outlines = new Map<string, Outline>()
  const outline = ({ path, object, text }: File): Outline => {
    const key = `${object} ${path}`
    const known = outlines.get(key) ?? outlineOf(path, text)
    outlines.set(key, known)
    if (outlines.size > 2 * MOST_FILES)
      for (const old of [...outlines.keys()].slice(0, MOST_FILES)) outlines.delete(old)
    return known
  }
  const read = async (commit: string, editable: boolean, most: number): Promise<File[]> => {
    const leaves = (await engine.list(commit)).filter(
      ({ path, mode }) =>
        mode !== '120000' && mode !== '160000' && bounds.editable(path) === editable && !bounds.hidden(path),
    )
    const files: File[] = []
    for (const { path, object } of leaves.slice(0, most)) {
      const bytes = await engine.read(commit, path)
      if (bytes && bytes.length <= LARGEST && !bytes.includes(0))
        files.push({ path, object, editable, text: bytes.toString('utf8') })
    }
    return files
  }
  return async (commit, limit, about) => {
    const files = await read(commit, true, MOST_FILES)
    const size = files.reduce((sum, { text }) => sum + text.length, 0)
    if (size <= limit) return files.map(({ path, text }) => `${path}\n${material(text)}`).join('\n\n')
    const others = await read(commit, false, MOST_FILES - files.length)
    const all = new Map([...files, ...others].map((file) => [file.path, file]))
    const outlined: Outline[] = []
    let bytes = 0
    for (const file of all.values()) {
      bytes += file.text.length
      if (bytes > MAPPED) break
      outlined.push(outline(file))
      // A large program takes seconds: other attempts go on meanwhile.
      if (outlined.length % 50 === 0) await new Promise(setImmediate)
    }
    const ranked = rankFiles(outlined, about)
    const map = mapText(ranked, limit * MAP, (path) => (all.get(path)?.editable ? '' : ', may not be changed'))
    const parts = relevantParts(
      ranked,
      (path) => (all.get(path)?.editable ? all.get(path)?.text : undefined),
      limit * (1 - MAP),
    )
    return [
      `The program is too large to be shown whole: ${files.length} files may be changed, ${size} characters. First a map of what seems most relevant, by line, then the most relevant files and parts of files.`,
      material(map),
      ...parts,
    ].join('\n\n')
  }
}

/** The most relevant files, whole or their most relevant parts, until the room is used up. No file takes more than half of what is left. */
function relevantParts(
  ranked: readonly Ranked[],
  textOf: (path: string) => string | undefined,
  limit: number,
): string[] {
  const shown: string[] = []
  let left = limit
  for (const one of ranked) {
    const { path, lines } = one.outline
    const text = textOf(path)
    if (text === undefined) continue
    if (left < LEAST) break
    if (text.length <= left / 2) {
      shown.push(`${path}\n${material(text)}`)
      left -= text.length
      continue
    }
    const all = text.split('\n')
    for (const { from, to } of partsOf(one, text, left / 2)) {
      const part = all
        .slice(from - 1, to)
        .join('\n')
        .slice(0, left)
      shown.push(`${path} (lines ${from} to ${to} of ${lines})\n${material(part)}`)
      left -= part.length
    }
  }
  return shown
}
