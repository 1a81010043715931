import { createReadStream } from 'node:fs'

/** What is wrong with a file of rows, in words that its maker understands. */
export class Invalid extends Error {}

export type Table = { columns: string[]; rows: string[][] }

/** One line of a CSV file, as it stands there and in its fields. A quoted field may run over several lines of text. */
export type CsvRecord = { raw: string; fields: string[] }

const NEVER_CLOSED = 'a quoted field is never closed'
/** Lines and characters of one record at most: beyond them a quote was left open, and to look for its end would take for ever. */
const [MOST_LINES, LONGEST] = [10_000, 4_000_000]

/** Reads a CSV file (RFC 4180, UTF-8) record by record, however large it is; empty lines are passed over. Throws Invalid where a quote is left open. */
export async function* records(path: string): AsyncGenerator<CsvRecord> {
  let rest = ''
  let open: string | null = null
  let first = true
  let lines = 0
  const take = (line: string): CsvRecord | null => {
    lines = open === null ? 0 : lines + 1
    const text: string = open === null ? line : `${open}\n${line}`
    if (lines > MOST_LINES || (open !== null && text.length > LONGEST)) throw new Invalid(NEVER_CLOSED)
    const raw = text.endsWith('\r') ? text.slice(0, -1) : text
    const fields = fieldsOf(raw)
    open = fields === null ? text : null
    return fields === null || raw === '' ? null : { raw, fields }
  }
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 2 ** 20 })) {
    const pieces = `${rest}${first ? String(chunk).replace(/^\ufeff/, '') : chunk}`.split('\n')
    first = false
    rest = pieces.pop() ?? ''
    if (rest.length > 4 * LONGEST) throw new Invalid(`a row is longer than ${4 * LONGEST} characters`)
    for (const line of pieces) {
      const record = take(line)
      if (record) yield record
    }
  }
  const last = take(rest)
  if (last) yield last
  if (open !== null) throw new Invalid(NEVER_CLOSED)
}

/** The fields of a record; null where a quoted one is still open at the end of the text. */
export function fieldsOf(text: string): string[] | null {
  if (!text.includes('"')) return text.split(',')
  const fields: string[] = []
  let at = 0
  for (;;) {
    let field = ''
    if (text[at] === '"') {
      at++
      for (;;) {
        const end = text.indexOf('"', at)
        if (end < 0) return null
        field += text.slice(at, end)
        at = end + 1
        if (text[at] !== '"') break
        field += '"'
        at++
      }
    }
    const comma = text.indexOf(',', at)
    field += text.slice(at, comma < 0 ? text.length : comma)
    fields.push(field)
    if (comma < 0) return fields
    at = comma + 1
  }
}

/** A record out of fields, quoted where it must be. */
export const recordOf = (fields: readonly string[]): string =>
  fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')

export const textOf = ({ columns, rows }: Table): string => `${[columns, ...rows].map(recordOf).join('\n')}\n`

/** Reads a whole CSV file. Throws Invalid where a row has more or fewer fields than the header, or there is no header. */
export async function readTable(path: string): Promise<Table> {
  let columns: string[] | null = null
  const rows: string[][] = []
  for await (const { fields } of records(path)) {
    if (columns === null) columns = headerOf(fields)
    else rows.push(whole(fields, columns, rows.length + 2))
  }
  if (columns === null) throw new Invalid('the file is empty')
  return { columns, rows }
}

/** The names of columns. Throws Invalid where one stands twice. */
export function headerOf(fields: readonly string[]): string[] {
  const columns = fields.map((field) => field.trim())
  const twice = columns.find((name, at) => columns.indexOf(name) !== at)
  if (twice !== undefined) throw new Invalid(`the header names the column ${JSON.stringify(twice)} twice`)
  return columns
}

export function whole(fields: string[], columns: readonly string[], row: number): string[] {
  if (fields.length === columns.length) return fields
  throw new Invalid(`row ${row} has ${fields.length} fields, not ${columns.length}`)
}
