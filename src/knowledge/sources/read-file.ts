import { basename } from 'node:path'
import { parse } from 'yaml'
import { messageOf } from '../../records/error.ts'
import { PAGE_TYPES, type Page } from '../../records/page.ts'
import { readPage } from '../pages.ts'
import { redact } from '../secrets.ts'
import { type Document, linePosition, type Piece, Unreadable } from './document.ts'
import { htmlDocument } from './html.ts'
import { type Kind, languageOf } from './kinds.ts'
import { notebookDocument } from './notebook.ts'
import { pdfDocument } from './pdf.ts'
import { type DefinitionsOf, piecesOf } from './pieces.ts'

/** What a file holds: pieces, or a page as it stands (a Markdown file with a page's front matter); and the kinds of secrets that were blackened. */
export type Read = { pieces: Piece[]; page: Page | null; secrets: string[] }

/** Reads one file of a source. Throws Unreadable, with the reason, where it cannot be taken in. */
export async function readSourceFile(
  path: string,
  kind: Kind,
  bytes: Uint8Array,
  definitionsOf: DefinitionsOf,
): Promise<Read> {
  const raw = await documentOf(path, kind, bytes)
  const { text, kinds: secrets } = redact(raw.text)
  const document = { ...raw, text, title: redact(raw.title).text }
  if (kind !== 'markdown') return { pieces: piecesOf(path, document, definitionsOf), page: null, secrets }
  const front = frontMatter(text)
  if (front?.page) return { pieces: [], page: pageIn(text, path), secrets }
  const lines = front?.lines ?? 0
  const body = {
    ...document,
    text: text.split('\n').slice(lines).join('\n'),
    title: front?.title ?? document.title,
    position: (from: number, to: number) => document.position(from + lines, to + lines),
  }
  return { pieces: piecesOf(path, body, definitionsOf), page: null, secrets }
}

async function documentOf(path: string, kind: Kind, bytes: Uint8Array): Promise<Document> {
  const name = basename(path)
  if (kind === 'pdf') return pdfDocument(bytes, name)
  const text = textOf(bytes)
  switch (kind) {
    case 'html':
      return htmlDocument(text)
    case 'notebook':
      return notebookDocument(text, name)
    case 'code':
    case 'environment':
      return { kind, text, title: path, language: languageOf(path), position: linePosition }
    default:
      return {
        kind: kind === 'markdown' ? 'markdown' : 'text',
        text,
        title: firstHeading(text) ?? name,
        language: '',
        position: linePosition,
      }
  }
}

/** Bytes as text: UTF-8, UTF-16 with its mark, else Latin-1. Throws where they are no text. */
function textOf(bytes: Uint8Array): string {
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null
  if (wide) return new TextDecoder(wide).decode(bytes).replaceAll('\r\n', '\n')
  if (bytes.subarray(0, 8192).includes(0)) throw new Unreadable('a binary file')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n')
  } catch {
    return new TextDecoder('latin1').decode(bytes).replaceAll('\r\n', '\n')
  }
}

const firstHeading = (text: string): string | null => /^#\s+(.+?)\s*#*$/m.exec(text)?.[1] ?? null

/** The front matter of a Markdown text, if it has any; `page` where it means to be that of a page. Throws where it is not valid. */
function frontMatter(text: string): { lines: number; title: string | undefined; page: boolean } | null {
  const whole = /^---\n([\s\S]*?)\n---\n/.exec(text)
  if (!whole) return null
  let value: unknown
  try {
    value = parse(whole[1] ?? '', { maxAliasCount: 10 })
  } catch (fault) {
    throw new Unreadable(`its front matter is not valid YAML: ${messageOf(fault).slice(0, 200)}`)
  }
  // Two rules with text between them are no front matter.
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const { title, id, type } = value as Record<string, unknown>
  const page = typeof id === 'string' && (PAGE_TYPES.some((one) => one === type) || /^[a-z]+\//.test(id))
  return { lines: whole[0].split('\n').length - 1, title: typeof title === 'string' ? title : undefined, page }
}

function pageIn(text: string, path: string): Page {
  try {
    const page = readPage(text, path)
    if (!page.id.startsWith(`${page.type}/`)) throw new Unreadable(`its id is ${page.id}, but its type ${page.type}`)
    return page
  } catch (fault) {
    throw fault instanceof Unreadable
      ? fault
      : new Unreadable(`its front matter is not that of a page: ${messageOf(fault).slice(0, 300)}`)
  }
}
