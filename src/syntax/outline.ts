import { definitions } from './definitions.ts'
import { parse } from './parse.ts'

/** Something that a file defines: where it stands, and its first line. `to` is the last line. */
export type Landmark = { name: string; line: number; to: number; head: string }

/** What a file is to the rest of a program: what it defines, the names that it mentions, and the words in them. */
export type Outline = {
  path: string
  lines: number
  landmarks: Landmark[]
  /** How often each name stands in it. */
  names: ReadonlyMap<string, number>
  /** How often each word does: the parts of names, in lower case. */
  words: ReadonlyMap<string, number>
  length: number
}

/** Definitions of languages that have no parser here, by their words. */
const DEFINES =
  /^[ \t]*(?:(?:pub|public|private|protected|internal|static|final|abstract|async|export|default|open|override|inline)(?:\([^)]*\))?[ \t]+)*(?:fn|func|fun|def|function|sub|class|struct|interface|trait|enum|impl|type|module|object|record|macro|namespace)[ \t]+(?:\([^)]*\)[ \t]*)?([A-Za-z_]\w*)/gm
export const NAME = /[A-Za-z_$][\w$]{2,}/g
const HEAD = 120

/** Reads the outline of a file. */
export function outlineOf(path: string, text: string): Outline {
  const names = new Map<string, number>()
  for (const [name] of text.matchAll(NAME)) names.set(name, (names.get(name) ?? 0) + 1)
  const words = new Map<string, number>()
  const count = (text: string, times: number) => {
    for (const word of wordsOf(text)) words.set(word, (words.get(word) ?? 0) + times)
  }
  for (const [name, times] of names) count(name, times)
  // A path says more about a file than any line of it.
  count(path, 5)
  const starts = lineStarts(text)
  const length = [...words.values()].reduce((sum, times) => sum + times, 0)
  return { path, lines: starts.length, landmarks: landmarksOf(path, text, starts), names, words, length }
}

function landmarksOf(path: string, text: string, starts: readonly number[]): Landmark[] {
  const source = parse(path, text)
  const found = source.tree
    ? definitions(source)
    : [...text.matchAll(DEFINES)].map(({ index, 0: head, 1: name = '' }) => ({
        name,
        from: index,
        to: index + head.length,
      }))
  return found.map(({ name, from, to }) => {
    const line = lineAt(starts, from)
    const head = text.slice(starts[line] ?? 0, starts[line + 1] ?? text.length).trim()
    return { name, line: line + 1, to: lineAt(starts, Math.max(from, to - 1)) + 1, head: head.slice(0, HEAD) }
  })
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0 && at + 1 < text.length; at = text.indexOf('\n', at + 1))
    starts.push(at + 1)
  return starts
}

/** The index of the line that an offset stands on. */
function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

/** The words of a text: names are cut where their case or a sign says so. */
export const wordsOf = (text: string): string[] =>
  text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 2)
