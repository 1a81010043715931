import type { Table } from '@lancedb/lancedb'
import { z } from 'zod'
import { Page } from '../records/page.ts'
import type { Chunk } from './chunks.ts'

/** The front matter of the page that a chunk is part of. */
export type Front = Omit<Page, 'body'>

/** A chunk as it is kept: the front matter travels with every chunk, so that a result needs one look-up. */
export type Row = {
  page: string
  type: string
  position: number
  of: number
  front: string
  words: string
  body: string
  vector: number[]
}

export const rowOf = ({ body: _, ...front }: Page, { position, of, body, words }: Chunk, vector: number[]): Row => ({
  page: front.id,
  type: front.type,
  position,
  of,
  front: JSON.stringify(front),
  words: words.join(' '),
  body,
  vector,
})

/** Chunks above which an index over the vectors is worth its building; below, comparing with each is as fast and exact. */
const INDEXED = 10_000

/** Builds the table's indexes. Words come stemmed, so the full-text index takes them as they are; its ranking is BM25 with k1 = 1.2 and b = 0.75. */
export async function indexTable(table: Table): Promise<void> {
  const { Index } = await import('@lancedb/lancedb')
  const asIs = { stem: false, removeStopWords: false, lowercase: false, asciiFolding: false, withPosition: false }
  await table.createIndex('words', { config: Index.fts({ baseTokenizer: 'whitespace', ...asIs }) })
  await table.createIndex('page', { config: Index.btree() })
  await table.createIndex('type', { config: Index.bitmap() })
  const chunks = await table.countRows()
  if (chunks >= INDEXED) {
    const numPartitions = Math.round(Math.sqrt(chunks) / 2)
    const bounds = { maxIterations: 10, sampleRate: 64 }
    await table.createIndex('vector', { config: Index.ivfFlat({ distanceType: 'l2', numPartitions, ...bounds }) })
  }
}

/** Where a chunk lies. Ranked lists hold nothing more: to fetch a column for each of a hundred hits costs more than to find them. */
const Hit = z.object({ _rowid: z.coerce.number() })
const rowsOf = (found: readonly unknown[]): number[] => found.map((hit) => Hit.parse({ ...Object(hit) })._rowid)

const quoted = (values: readonly string[]) => values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')
const ofTypes = (types: readonly string[] | undefined) => (types ? `type IN (${quoted(types)})` : null)

/** The chunks that hold the words, best first by BM25. */
export async function byWords(
  table: Table,
  words: readonly string[],
  types: readonly string[] | undefined,
  limit: number,
) {
  if (words.length === 0) return []
  const query = table.query().nearestToText(words.join(' '), ['words'])
  const where = ofTypes(types)
  return rowsOf(await (where ? query.where(where) : query).select(['_score']).withRowId().limit(limit).toArray())
}

/** Something is always nearest: what is not half as near as that has nothing to do with the question. */
const RELATED = 0.5
const Near = Hit.extend({ _distance: z.number() })

/** The chunks whose vectors lie nearest, best first. */
export async function byVector(
  table: Table,
  vector: readonly number[],
  types: readonly string[] | undefined,
  limit: number,
) {
  if (vector.every((value) => value === 0)) return []
  // A tenth of the partitions: the usual trade of a little recall for most of the time.
  const query = table
    .query()
    .nearestTo([...vector])
    .distanceType('l2')
    .nprobes(20)
  const where = ofTypes(types)
  const found = await (where ? query.where(where) : query).select(['_distance']).withRowId().limit(limit).toArray()
  const near = found.map((hit) => Near.parse({ ...Object(hit) }))
  // Of unit vectors, the squared distance is 2 - 2 cos.
  const cosine = ({ _distance }: z.infer<typeof Near>) => 1 - _distance / 2
  const best = near[0] ? cosine(near[0]) : 0
  return near.filter((hit) => cosine(hit) > 0 && cosine(hit) >= best * RELATED).map(({ _rowid }) => _rowid)
}

const Kept = z.object({ position: z.number(), of: z.number(), front: z.string(), body: z.string() })
const Front = Page.omit({ body: true })
/** A chunk as it was found again. */
export type Passage = { front: Front; position: number; of: number; body: string }

const passageOf = (row: unknown): Passage => {
  const { front, ...kept } = Kept.parse({ ...Object(row) })
  return { ...kept, front: Front.parse(JSON.parse(front)) }
}
const COLUMNS = ['position', 'of', 'front', 'body']

/** The chunks at `rows`, in that order. */
export async function passagesAt(table: Table, rows: readonly number[]): Promise<Map<number, Passage>> {
  if (rows.length === 0) return new Map()
  const found = await table
    .takeRowIds([...rows])
    .select(COLUMNS)
    .withRowId()
    .toArray()
  return new Map(found.map((row) => [Number(Object(row)._rowid), passageOf(row)]))
}

/** The vectors of the chunks at `rows`. */
export async function vectorsAt(table: Table, rows: readonly number[]): Promise<number[][]> {
  if (rows.length === 0) return []
  const found: { vector: Iterable<number> }[] = await table
    .takeRowIds([...rows])
    .select(['vector'])
    .toArray()
  return found.map(({ vector }) => [...vector])
}

/** The chunks of the pages with these ids; only the first of each where `opening` says so. */
export async function passagesOf(table: Table, ids: readonly string[], opening: boolean): Promise<Passage[]> {
  if (ids.length === 0) return []
  const where = `page IN (${quoted(ids)})${opening ? ' AND position = 0' : ''}`
  const rows = await table.query().where(where).select(COLUMNS).toArray()
  return rows.map(passageOf).toSorted((a, b) => a.position - b.position)
}
