import type { FileEdit } from './blocks.ts'

export type Applied = { files: Map<string, string> } | { problems: string[] }

/**
 * Applies edits to files, all or none. A SEARCH must be found exactly once; where it is not found to the letter, one place that differs only in
 * white space is taken, and the replacement is indented as that place is. Pure; gives the changed files, or every reason why it could not.
 */
export function applyEdits(
  files: ReadonlyMap<string, string>,
  edits: readonly FileEdit[],
  allowed: (path: string) => boolean,
): Applied {
  const changed = new Map<string, string>()
  const problems: string[] = []
  for (const edit of edits) {
    const path = edit.path.replace(/^(?:\.\/)+/, '')
    const fault = pathFault(path, allowed)
    if (fault !== null) {
      problems.push(fault)
      continue
    }
    const before = changed.get(path) ?? files.get(path)
    const result =
      edit.kind === 'whole'
        ? { text: likeFile(edit.content, before) }
        : replaceOnce(path, before, edit.search, edit.replace)
    if ('problem' in result) problems.push(result.problem)
    else changed.set(path, result.text)
  }
  if (problems.length > 0) return { problems }
  for (const [path, text] of changed) if (files.get(path) === text) changed.delete(path)
  return changed.size > 0 ? { files: changed } : { problems: ['The edits change nothing.'] }
}

function pathFault(path: string, allowed: (path: string) => boolean): string | null {
  const parts = path.split('/')
  if (
    path === '' ||
    path.includes('\0') ||
    path.includes('\\') ||
    path.startsWith('/') ||
    /^[a-z]:/i.test(path) ||
    parts.some((part) => part === '..' || part === '' || part.toLowerCase() === '.git')
  )
    return `${JSON.stringify(path)} is not a path inside the folder.`
  return allowed(path) ? null : `${path} lies outside the editable files.`
}

/** Keeps a file's byte order mark and line ends. */
function likeFile(text: string, before: string | undefined): string {
  if (before === undefined) return text
  const unix = text.replaceAll('\r\n', '\n').replace(/^\uFEFF/, '')
  return (before.startsWith('\uFEFF') ? '\uFEFF' : '') + (usesCrlf(before) ? unix.replaceAll('\n', '\r\n') : unix)
}

const usesCrlf = (text: string) => text.includes('\r\n') && !/[^\r]\n/.test(text)

function replaceOnce(
  path: string,
  before: string | undefined,
  search: string,
  replace: string,
): { text: string } | { problem: string } {
  if (before === undefined)
    return { problem: `There is no file ${path} to search in; to make it, give its whole content.` }
  const exact = occurrences(before, likeFile(search, before).replace(/^\uFEFF/, ''))
  const [needle, fill] = [likeFile(search, before), likeFile(replace, before)].map((text) =>
    text.replace(/^\uFEFF/, ''),
  )
  if (needle === undefined || fill === undefined) return { problem: 'empty' }
  if (exact.length > 1)
    return {
      problem: `${path}: the SEARCH text stands ${exact.length} times (lines ${exact
        .slice(0, 8)
        .map((at) => lineOf(before, at))
        .join(', ')}); give more lines, so that it is found once.`,
    }
  const [at] = exact
  if (at !== undefined) return { text: before.slice(0, at) + fill + before.slice(at + needle.length) }
  // The last line of a file may have no newline, while a block's always has one.
  const trimmed = needle.replace(/\r?\n$/, '')
  if (trimmed !== '' && before.endsWith(trimmed) && occurrences(before, trimmed).length === 1)
    return { text: before.slice(0, before.length - trimmed.length) + fill.replace(/\r?\n$/, '') }
  return looselyOnce(path, before, search, replace)
}

function occurrences(text: string, part: string): number[] {
  const found: number[] = []
  if (part === '') return found
  for (let at = text.indexOf(part); at >= 0 && found.length < 50; at = text.indexOf(part, at + 1)) found.push(at)
  return found
}

const lineOf = (text: string, at: number) => text.slice(0, at).split('\n').length

/** Takes the one run of lines that equals the SEARCH but for indentation, trailing white space and blank lines at its ends. */
function looselyOnce(
  path: string,
  before: string,
  search: string,
  replace: string,
): { text: string } | { problem: string } {
  const crlf = usesCrlf(before)
  const lines = before.split(crlf ? '\r\n' : '\n')
  const wanted = trimBlank(search.replaceAll('\r\n', '\n').split('\n'))
  const keys = wanted.map((line) => line.trim())
  const places =
    keys.length === 0
      ? []
      : lines.flatMap((_, at) =>
          keys.every((key, index) => lines[at + index]?.trim() === key) &&
          shiftOf(lines.slice(at, at + keys.length), wanted) !== null
            ? [at]
            : [],
        )
  const [at] = places
  if (at === undefined) return { problem: `${path}: the SEARCH text was not found. ${nearest(lines, keys)}` }
  if (places.length > 1)
    return {
      problem: `${path}: the SEARCH text fits ${places.length} places (lines ${places
        .slice(0, 8)
        .map((one) => one + 1)
        .join(', ')}); give more lines.`,
    }
  const shift = shiftOf(lines.slice(at, at + keys.length), wanted) ?? ((line: string) => line)
  const filled = trimBlank(replace.replaceAll('\r\n', '\n').split('\n')).map((line) =>
    line.trim() === '' ? line : shift(line),
  )
  return { text: [...lines.slice(0, at), ...filled, ...lines.slice(at + keys.length)].join(crlf ? '\r\n' : '\n') }
}

function trimBlank(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '')
  const last = lines.findLastIndex((line) => line.trim() !== '')
  return first < 0 ? [] : lines.slice(first, last + 1)
}

const indentOf = (line: string) => /^[ \t]*/.exec(line)?.[0] ?? ''

/** How the file's lines are indented against the wanted ones, when all of them are alike; null when they differ in more than one way. */
function shiftOf(found: readonly string[], wanted: readonly string[]): ((line: string) => string) | null {
  const pairs = wanted.flatMap((line, index) =>
    line.trim() === '' ? [] : [[indentOf(line), indentOf(found[index] ?? '')] as const],
  )
  const [first] = pairs
  if (!first) return null
  const [from, to] = first
  if (to.endsWith(from)) {
    const more = to.slice(0, to.length - from.length)
    if (pairs.every(([a, b]) => b === more + a)) return (line) => more + line
  }
  if (from.endsWith(to)) {
    const less = from.length - to.length
    if (pairs.every(([a, b]) => a.slice(less) === b && a.length >= less))
      return (line) => (indentOf(line).length >= less ? line.slice(less) : line.trimStart())
  }
  return null
}

/** The lines of the file that are most like the wanted ones, numbered, for the model to see what really stands there. */
function nearest(lines: readonly string[], keys: readonly string[]): string {
  const set = new Set(keys.filter((key) => key.length > 2))
  if (set.size === 0) return ''
  let best = { at: -1, hits: 0 }
  for (let at = 0; at < lines.length; at++) {
    let hits = 0
    for (let index = 0; index < keys.length; index++)
      if (lines[at + index]?.trim() === keys[index] && set.has(keys[index] ?? '')) hits++
    if (hits > best.hits) best = { at, hits }
  }
  if (best.at < 0) return 'No line of it stands in the file.'
  const shown = lines
    .slice(best.at, best.at + Math.min(12, keys.length))
    .map((line, index) => `${best.at + index + 1}: ${line.slice(0, 200)}`)
  return `The most similar lines are:\n${shown.join('\n')}`
}
