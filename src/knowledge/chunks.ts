import type { Page } from '../records/page.ts'
import { wordsOf } from '../records/words.ts'

/** A part of a page that is found by itself. The bodies of a page's chunks, one after another, are the page's body. */
export type Chunk = { position: number; of: number; body: string; words: string[] }

/** Characters of a chunk at most; about 300 words, the length at which passages are commonly indexed. */
const LONGEST = 2000

/** Cuts a page at its headings, then at empty lines, then at lines: as few chunks as hold no more than `LONGEST` characters each. */
export function chunksOf(page: Page): Chunk[] {
  const bodies = cut(page.body, [/^(?=#{1,6} )/m, /(?<=\n\n)/, /(?<=\n)/])
  return bodies.map((body, position) => ({
    position,
    of: bodies.length,
    body,
    // A title says in few words what the whole is about, so it counts twice.
    words: wordsOf(`${page.title}\n${page.title}\n${page.domains.join(' ')}\n${body}`),
  }))
}

function cut(text: string, borders: readonly RegExp[]): string[] {
  if (text.length <= LONGEST) return [text]
  const [border, ...finer] = borders
  if (!border) return text.match(new RegExp(`[\\s\\S]{1,${LONGEST}}`, 'g')) ?? []
  const parts = text.split(border).flatMap((part) => cut(part, finer))
  const joined: string[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (last !== undefined && last.length + part.length <= LONGEST) joined[joined.length - 1] = last + part
    else joined.push(part)
  }
  return joined
}
