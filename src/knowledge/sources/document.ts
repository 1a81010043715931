import type { PageType } from '../../records/page.ts'

/** A stretch of a text: its lines from `from` to before `to`, counted from 0. `title` is a heading or the names defined in it. */
export type Section = { title: string; from: number; to: number }

/** A file that became text: Markdown, plain text or source code. */
export type Document = {
  kind: 'markdown' | 'text' | 'code' | 'environment'
  text: string
  title: string
  language: string
  /** Where lines `from` to before `to` of the text stand in the file, in words. */
  position(from: number, to: number): string
}

/** A piece of a source, before it has an id: what becomes a page. */
export type Piece = {
  type: PageType
  title: string
  body: string
  domains: string[]
  position: string
  /** Paths of files of the same source that it names. */
  names: string[]
}

/** A file that cannot be taken in, and why. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** The number of the first line of each text, were they one under another. */
export function startsOf(texts: readonly string[]): number[] {
  const starts: number[] = []
  let at = 0
  for (const text of texts) {
    starts.push(at)
    at += text.split('\n').length
  }
  return starts
}

export const linePosition = (from: number, to: number): string =>
  to - from <= 1 ? `line ${from + 1}` : `lines ${from + 1}-${to}`
