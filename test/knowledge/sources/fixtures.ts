import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openSnapshot } from '../../../src/git/snapshot.ts'
import { openSource, type Source, type SourceParts } from '../../../src/knowledge/sources/source.ts'
import { type TakeInParts, takeIn } from '../../../src/knowledge/take-in.ts'
import { openTaught } from '../../../src/knowledge/taught.ts'
import type { Learned } from '../../../src/records/learned.ts'
import { definitions } from '../../../src/syntax/definitions.ts'
import { parse } from '../../../src/syntax/parse.ts'

export const temporary = () => mkdtempSync(join(tmpdir(), 'anneal-learn-'))
export const never = new AbortController().signal
export const definitionsOf = (path: string, text: string) => definitions(parse(path, text))

/** A new folder with these files. */
export function folderOf(files: Record<string, string | Uint8Array>, folder = temporary()): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

export const parts = (folder: string): SourceParts => ({
  folder,
  root: '/nowhere',
  repository: (from, signal) => openSnapshot(from, temporary(), signal),
  run: async () => null,
  hidden: async () => new Set(),
  web: { fetch, now: () => new Date(0) },
})

export const taking: TakeInParts = {
  builtIn: [],
  definitionsOf,
  same: null,
  dryRun: false,
  progress: () => undefined,
  signal: never,
}

export const open = (folder: string, name = folder): Promise<Source> => openSource(name, parts(folder), never)

/** Pages under a new folder, to which sources can be taught. */
export function school(folder = join(temporary(), 'pages')) {
  const taught = openTaught({ folder, lock: async () => async () => undefined })
  const teach = async (root: string, name = root, more: Partial<TakeInParts> = {}): Promise<Learned> => {
    const source = await open(root, name)
    try {
      return await takeIn(taught, source, { ...taking, ...more })
    } finally {
      await source.close()
    }
  }
  return { folder, taught, teach, pages: async () => [...(await taught.read()).pages.values()] }
}

/** A PDF with one line of text a page; a page with an empty text holds none. */
export function pdf(pages: readonly string[]): Buffer {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, index) => `${4 + 2 * index} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages.flatMap((text, index) => {
      const stream = text === '' ? '0 0 m' : `BT /F1 12 Tf 40 700 Td (${text}) Tj ET`
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * index} 0 R >>`,
        `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
      ]
    }),
  ]
  let text = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const at = text.length
    text += `${index + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const at = text.length
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.map((one) => `${String(one).padStart(10, '0')} 00000 n \n`).join('')}`
  return Buffer.from(`${text}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`)
}
