import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Page } from '../records/page.ts'
import { readPages } from './pages.ts'

/** A page that was found, and why. */
export type Found = { page: Page; why: string }
export type Query = {
  text: string
  types?: readonly Page['type'][] /** Characters of all bodies together, about four a token. */
  characters: number
}

/** Taught knowledge: pages, searched by what a step is about. */
export type Knowledge = {
  /** The pages nearest to the query, best first, then one hop along their links; within the budget, none twice. */
  search(query: Query): Promise<Found[]>
}

const HITS = 8

/**
 * Opens the knowledge store at `folder`: an index over the pages, kept by LanceDB and made anew whenever the pages have changed or the store is damaged:
 * the pages are the truth. Full text search there is BM25 over stemmed words.
 */
export async function openKnowledge({ pages: source, folder }: { pages: string; folder: string }): Promise<Knowledge> {
  const pages = existsSync(source) ? await readPages(source) : []
  if (pages.length === 0) return { search: async () => [] }
  const byId = new Map(pages.map((page) => [page.id, page]))
  const table = await openTable(pages, folder)

  return {
    async search({ text, types, characters }) {
      const words = [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? [])].slice(0, 60).join(' ')
      if (words === '') return []
      const rows: { id: string }[] = await table
        .search(words, 'fts', ['text'])
        .select(['id', '_score'])
        .limit(HITS * 4)
        .toArray()
      const hits = rows
        .flatMap(({ id }) => byId.get(id) ?? [])
        .filter(({ type }) => !types || types.includes(type))
        .slice(0, HITS)
      const found = new Map<string, Found>(hits.map((page, index) => [page.id, { page, why: `text #${index + 1}` }]))
      for (const hit of hits.slice(0, 3))
        for (const { to, edge } of hit.links) {
          const page = byId.get(to)
          if (page && !found.has(to)) found.set(to, { page, why: `${edge} of ${hit.id}` })
        }
      let left = characters
      return [...found.values()].filter(({ page }) => {
        if (page.body.length > left) return false
        left -= page.body.length
        return true
      })
    },
  }
}

/** LanceDB is heavy: it is loaded with the first question. */
async function openTable(pages: readonly Page[], folder: string) {
  const { connect, Index } = await import('@lancedb/lancedb')
  const digest = createHash('sha256')
    .update(JSON.stringify(['1', pages]))
    .digest('hex')
    .slice(0, 16)
  const stamp = join(folder, 'pages.digest')
  const place = resolve(folder, 'lance')
  const standing = (await readFile(stamp, 'utf8').catch(() => '')) === digest
  if (standing) {
    const table = await connect(place)
      .then((store) => store.openTable('pages'))
      .catch(() => null)
    if (table && (await table.countRows().catch(() => -1)) === pages.length) return table
  }
  await mkdir(folder, { recursive: true })
  await rm(stamp, { force: true })
  await rm(place, { recursive: true, force: true })
  const store = await connect(place)
  const rows = pages.map(({ id, type, title, domains, body }) => ({
    id,
    type,
    text: `${title}\n${title}\n${domains.join(' ')}\n${body}`,
  }))
  const table = await store.createTable('pages', rows, { mode: 'overwrite' })
  await table.createIndex('text', {
    config: Index.fts({ stem: true, removeStopWords: true, language: 'English', lowercase: true, asciiFolding: true }),
  })
  await writeFile(`${stamp}.${process.pid}`, digest)
  await rename(`${stamp}.${process.pid}`, stamp)
  return table
}
