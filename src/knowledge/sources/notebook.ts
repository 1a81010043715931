import { z } from 'zod'
import { type Document, startsOf, Unreadable } from './document.ts'

const Lines = z
  .union([z.string(), z.array(z.string())])
  .transform((lines) => (typeof lines === 'string' ? lines : lines.join('')))
const Output = z.object({
  text: Lines.optional(),
  data: z.looseObject({ 'text/plain': Lines.optional() }).optional(),
})
const Notebook = z.object({
  cells: z.array(z.object({ cell_type: z.string(), source: Lines, outputs: z.array(z.unknown()).default([]) })),
  metadata: z.looseObject({ kernelspec: z.looseObject({ language: z.string().optional() }).optional() }).default({}),
})
/** Characters of what a cell printed. */
const PRINTED = 400

/** A Jupyter notebook (format 4) as Markdown: its cells in order, code in fences, with the start of what was printed. */
export function notebookDocument(json: string, title: string): Document {
  const parsed = Notebook.safeParse(jsonIn(json))
  if (!parsed.success) throw new Unreadable('not a Jupyter notebook of format 4')
  const language = parsed.data.metadata.kernelspec?.language ?? 'python'
  const texts = parsed.data.cells.map(({ cell_type, source, outputs }) => {
    if (cell_type !== 'code') return `${source}\n`
    const printed = outputs.map(printedOf).join('').trim().slice(0, PRINTED)
    return `${fenced(source, language)}${printed === '' ? '' : fenced(printed, 'text')}`
  })
  const starts = startsOf(texts)
  const cellOf = (line: number) => Math.min(texts.length, starts.findLastIndex((start) => start <= line) + 1)
  return {
    kind: 'markdown',
    text: texts.join('\n'),
    title,
    language,
    position(from, to) {
      const [first, last] = [cellOf(from), cellOf(Math.max(from, to - 1))]
      return first === last ? `cell ${first}` : `cells ${first}-${last}`
    },
  }
}

function jsonIn(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}

function printedOf(output: unknown): string {
  const { success, data } = Output.safeParse(output)
  return success ? (data.text ?? data.data?.['text/plain'] ?? '') : ''
}

/** Code in a fence that is longer than any in it. */
export function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`{3,}/g)].map(([mark]) => mark.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${code.replace(/\n+$/, '')}\n${fence}\n`
}
