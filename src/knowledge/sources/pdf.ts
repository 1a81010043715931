import { messageOf } from '../../records/error.ts'
import { type Document, startsOf, Unreadable } from './document.ts'

/** Pages of a PDF that are read at most. */
const PAGES = 2000

/** The text of a PDF, page by page. Throws Unreadable where it is damaged, encrypted or holds only pictures. */
export async function pdfDocument(bytes: Uint8Array, title: string): Promise<Document> {
  const { extractText, getDocumentProxy } = await import('unpdf')
  // It speaks on standard output otherwise, and keeps the bytes that it is given.
  const proxy = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 }).catch((fault: unknown) => {
    throw new Unreadable(`not a PDF that can be read: ${messageOf(fault)}`)
  })
  try {
    if (proxy.numPages > PAGES) throw new Unreadable(`it has ${proxy.numPages} pages; ${PAGES} are read at most`)
    const { text: pages } = await extractText(proxy, { mergePages: false })
    if (pages.every((page) => page.trim() === ''))
      throw new Unreadable('it holds no text: its pages are pictures, read them with an OCR program first')
    const texts = pages.map(joined)
    const starts = startsOf(texts)
    const pageOf = (line: number) => starts.findLastIndex((start) => start <= line) + 1
    return {
      kind: 'text',
      text: texts.join('\n'),
      title,
      language: '',
      position(from, to) {
        const [first, last] = [pageOf(from), pageOf(Math.max(from, to - 1))]
        return first === last ? `page ${first}` : `pages ${first}-${last}`
      },
    }
  } finally {
    await proxy.loadingTask.destroy().catch(() => undefined)
  }
}

/** Words that were broken at a line's end are whole again; a page ends with an empty line. */
const joined = (page: string) => `${page.replace(/(\p{L})-\n(\p{Ll})/gu, '$1$2').trimEnd()}\n`
