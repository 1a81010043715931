/** One edit of a model's reply: a part of a file to find and replace, or a whole file. */
export type FileEdit =
  | { path: string; kind: 'replace'; search: string; replace: string }
  | { path: string; kind: 'whole'; content: string }

const SEARCH = /^<{5,9} ?SEARCH\s*$/
const MIDDLE = /^={5,9}\s*$/
const REPLACE = /^>{5,9} ?REPLACE\s*$/
const FENCE = /^\s{0,3}(`{3,}|~{3,})\s*([^`]*)$/

/**
 * Reads the edits out of a reply: under a line with a file's path come SEARCH/REPLACE blocks (in a fence or not), or the whole file in a fence.
 * Prose around them is passed over. What was begun and not ended is a problem, so that a reply that was cut off is never applied.
 */
export function parseReply(text: string): { edits: FileEdit[]; problems: string[] } {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''))
  const edits: FileEdit[] = []
  const problems: string[] = []
  let path: string | null = null
  // The fence that wraps blocks which are being read, if one does.
  let wrapping = ''
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (SEARCH.test(line)) {
      const block = readBlock(lines, at)
      if (!block)
        return {
          edits,
          problems: [
            ...problems,
            `The block at line ${at + 1} of the reply is not complete: it needs =======, then >>>>>>> REPLACE.`,
          ],
        }
      if (path === null) problems.push(`The block at line ${at + 1} of the reply stands under no file's path.`)
      else
        edits.push(
          block.search.trim() === ''
            ? { path, kind: 'whole', content: block.replace }
            : { path, kind: 'replace', search: block.search, replace: block.replace },
        )
      at = block.end
      continue
    }
    const fence = FENCE.exec(line)
    if (fence?.[1] && wrapping !== '' && fence[1].startsWith(wrapping) && fence[2]?.trim() === '') {
      wrapping = ''
      continue
    }
    if (fence?.[1]) {
      const end = closing(lines, at, fence[1])
      const inside = lines.slice(at + 1, end < 0 ? lines.length : end)
      // A fence that holds blocks is only their wrapping, and may hold the path as its first line.
      if (inside.some((one) => SEARCH.test(one))) {
        wrapping = fence[1]
        continue
      }
      if (end < 0)
        return {
          edits,
          problems: [
            ...problems,
            `The fence at line ${at + 1} of the reply is never closed: the reply seems to be cut off.`,
          ],
        }
      const named = path ?? pathIn(fence[2] ?? '')
      if (named !== null)
        edits.push({ path: named, kind: 'whole', content: inside.length === 0 ? '' : `${inside.join('\n')}\n` })
      path = null
      at = end
      continue
    }
    path = pathIn(line) ?? (line.trim() === '' ? path : keepsPath(line) ? path : null)
  }
  return { edits, problems }
}

/** The end of a wrapping fence, and short prose between two blocks of one file, do not end the file. */
const keepsPath = (line: string) => !line.trimStart().startsWith('#')

function readBlock(lines: readonly string[], at: number): { search: string; replace: string; end: number } | null {
  const middle = next(lines, at, MIDDLE)
  const end = middle < 0 ? -1 : next(lines, middle, REPLACE)
  if (end < 0) return null
  const part = (from: number, to: number) => (to > from ? `${lines.slice(from, to).join('\n')}\n` : '')
  return { search: part(at + 1, middle), replace: part(middle + 1, end), end }
}

const closing = (lines: readonly string[], at: number, fence: string) =>
  next(lines, at, new RegExp(`^\\s{0,3}\\${fence[0] ?? '`'}{${fence.length},}\\s*$`))

/** The number of the first line after `at` that fits; -1 where there is none. */
function next(lines: readonly string[], at: number, pattern: RegExp): number {
  for (let index = at + 1; index < lines.length; index++) if (pattern.test(lines[index] ?? '')) return index
  return -1
}

/** The path that a line is about: alone on it, or dressed as a heading, in backticks or bold, or with a colon. Null for any other line. */
function pathIn(line: string): string | null {
  const bare = line
    .trim()
    .replace(/^#{1,6}\s+/, '')
    .replace(/^(?:file|path|filename)\s*:\s*/i, '')
    .replace(/^(?:\*\*|__)(.*?)(?:\*\*|__):?$/, '$1')
    .replace(/^`([^`]+)`:?$/, '$1')
    .replace(/:$/, '')
    .trim()
  if (bare === '' || bare.length > 300 || /[\s`<>|"*?]/.test(bare.replaceAll(' ', bare.includes('/') ? '_' : ' ')))
    return null
  return /[./]/.test(bare) && /[\w)\]]$/.test(bare) && !/^[a-z]+:\/\//i.test(bare) ? bare : null
}
