import { messageOf } from '../records/error.ts'
import type { Page } from '../records/page.ts'
import { wordsOf } from '../records/words.ts'
import { type Embedding, unit } from './embedding.ts'
import { fuse } from './fuse.ts'
import { openStore, type Store } from './store.ts'
import { byVector, byWords, type Passage, passagesAt, passagesOf, vectorsAt } from './table.ts'

/** A page that was found, and why: "words #1, meaning #4", or the link that led to it. Of a long page `body` holds the passages that were found. */
export type Found = { page: Page; why: string; score: number }
export type Query = {
  text: string
  types?: readonly Page['type'][]
  /** Tokens of all bodies together, at four characters each. */
  tokens: number
  /** Pages at most; 8 if not given. */
  limit?: number
}

/** Taught knowledge: pages, searched by what a step is about. */
export type Knowledge = {
  /** The pages nearest to the query and one hop along their links, best first; within the budget, nothing twice. */
  search(query: Query): Promise<Found[]>
  /** A page whole, or null where there is none of that id. */
  page(id: string): Promise<Page | null>
  /** What the person should know: files that hold no valid page, an embedding that changed or cannot be had. */
  notes(): readonly string[]
}

export type KnowledgeParts = {
  /** Folders of pages, the built-in ones first: of two pages with the same id the first counts. */
  pages: readonly string[]
  /** Where the store is kept; it can be deleted at any time. */
  folder: string
  embedding?: Embedding | null
  rebuild?: boolean
}

/** Opens the knowledge in `pages` through a store that is brought up to them first. */
export async function openKnowledge({
  pages,
  folder,
  embedding = null,
  rebuild = false,
}: KnowledgeParts): Promise<Knowledge> {
  const parts = { pages, folder, embedding }
  let store = await openStore({ ...parts, rebuild })
  const notes = new Set(store?.notes)
  /** Does a job with the store; once more with a fresh one where the store turns out to be damaged, or was replaced by another process. */
  const withStore = async <T>(empty: T, job: (store: Store) => Promise<T>): Promise<T> => {
    if (!store) return empty
    try {
      return await job(store)
    } catch {
      const again = await openStore({ ...parts, rebuild: false })
      try {
        store = again
        return again ? await job(again) : empty
      } catch (fault) {
        notes.add(`The store is damaged and is built anew from the pages: ${messageOf(fault).slice(0, 200)}`)
        store = await openStore({ ...parts, rebuild: true })
        return store ? job(store) : empty
      }
    }
  }
  return {
    search: (query) => withStore<Found[]>([], (open) => search(open, query, (note) => notes.add(note))),
    page: (id) => withStore<Page | null>(null, async ({ table }) => wholePage(await passagesOf(table, [id], false))),
    notes: () => [...notes],
  }
}

/** Chunks of each ranked list, pages of the answer, and words of a question at most. */
const DEPTH = 100
const PAGES = 8
const WORDS = 64
/** Relevance feedback: the query's vector is moved toward the mean of the first five results by the usual weight (Rocchio 1971; Salton and Buckley, JASIS 1990). */
const FEEDBACK = { results: 5, weight: 0.75 }
/** Hits whose links are followed; a page behind a link counts half of the page before it. */
const HOPS = { from: 3, share: 0.5 }
/** Chunks that are fetched for each page of the answer: long pages bring several, and some say the same. */
const LOOKED_AT = 4
/** Passages of a long page that are shown. */
const PASSAGES = 3
/** The share of words in common from which two bodies say the same. */
const SAME = 0.9

async function search(store: Store, query: Query, note: (text: string) => void): Promise<Found[]> {
  const { text, types, tokens, limit = PAGES } = query
  const words = [...new Set(wordsOf(text))].slice(0, WORDS)
  if (words.length === 0) return []
  const lists = await ranked(store, { text, words, types }, note)
  const rows = fuse(lists).slice(0, limit * LOOKED_AT)
  const passages = await passagesAt(
    store.table,
    rows.map(({ item }) => item),
  )
  const found = foundPages(lists, passages)
  const linked = await linkedPages(store, found)
  return chosen(
    [...found, ...linked].toSorted((a, b) => b.score - a.score),
    tokens * 4,
    limit,
  )
}

type Asked = { text: string; words: readonly string[]; types: Query['types'] }
type Lists = Record<string, number[]>

/** Three ranked lists of chunks: by words (BM25), by meaning (the query's vector), and by feedback (that vector after a look at the first results). */
async function ranked(
  { table, embedding }: Store,
  { text, words, types }: Asked,
  note: (text: string) => void,
): Promise<Lists> {
  const nearest = (vector: readonly number[]) => byVector(table, vector, types, DEPTH)
  const asked = embedding.embed([text]).then(
    ([one = []]) => unit(one),
    (fault: unknown) => {
      note(`The embedding ${embedding.name} cannot be had, so words alone were searched: ${messageOf(fault)}`)
      return []
    },
  )
  const [found, vector, meaning] = await Promise.all([byWords(table, words, types, DEPTH), asked, asked.then(nearest)])
  if (meaning.length === 0) return { words: found }
  const best = fuse({ words: found, meaning }).slice(0, FEEDBACK.results)
  const near = await vectorsAt(
    table,
    best.map(({ item }) => item),
  )
  return { words: found, meaning, feedback: await nearest(toward(vector, near)) }
}

/** The pages of the chunks that were found, fused anew: a page stands in a list where its first chunk stands. */
function foundPages(lists: Lists, passages: ReadonlyMap<number, Passage>): Found[] {
  const own = new Map<string, Set<Passage>>()
  const pages: Record<string, string[]> = {}
  for (const [list, rows] of Object.entries(lists))
    pages[list] = rows.flatMap((row) => {
      const passage = passages.get(row)
      if (!passage) return []
      const { id } = passage.front
      own.set(id, (own.get(id) ?? new Set()).add(passage))
      return [id]
    })
  return fuse(pages).flatMap(({ item, score, standings }) => {
    const page = shownPage([...(own.get(item) ?? [])])
    return page ? [{ page, score, why: standings.map(({ list, rank }) => `${list} #${rank}`).join(', ') }] : []
  })
}

function toward(vector: readonly number[], near: readonly (readonly number[])[]): number[] {
  const share = FEEDBACK.weight / Math.max(1, near.length)
  return unit(vector.map((value, k) => value + share * near.reduce((sum, one) => sum + (one[k] ?? 0), 0)))
}

/** A page out of passages of it: whole where all are there, else with marks where something is left out. */
function shownPage(passages: readonly Passage[]): Page | null {
  const ordered = passages.slice(0, PASSAGES).toSorted((a, b) => a.position - b.position)
  const [first] = ordered
  if (!first) return null
  const body = ordered.reduce((text, { position, body: part }, index) => {
    const gap = position !== (ordered[index - 1]?.position ?? -1) + 1
    return text + (gap ? `${text === '' ? '' : '\n\n'}[…]\n\n` : '') + part
  }, '')
  const open = (ordered.at(-1)?.position ?? 0) + 1 < first.of
  return { ...first.front, body: open ? `${body}\n\n[…]` : body }
}

const wholePage = (passages: readonly Passage[]): Page | null =>
  passages[0] ? { ...passages[0].front, body: passages.map(({ body }) => body).join('') } : null

/** One hop along the links of the best results. */
async function linkedPages({ table }: Store, found: readonly Found[]): Promise<Found[]> {
  const known = new Set(found.map(({ page }) => page.id))
  const steps = found
    .slice(0, HOPS.from)
    .flatMap(({ page, score }) =>
      page.links.map(({ edge, to }) => ({ to, score: score * HOPS.share, why: `${edge} of ${page.id}` })),
    )
  const wanted = [...new Map(steps.toReversed().map((step) => [step.to, step])).values()].filter(
    ({ to }) => !known.has(to),
  )
  const passages = await passagesOf(
    table,
    wanted.map(({ to }) => to),
    true,
  )
  return wanted.flatMap(({ to, score, why }) => {
    const page = shownPage(passages.filter(({ front }) => front.id === to))
    return page ? [{ page, score, why }] : []
  })
}

/** What fits into the budget, best first, and nothing that says the same as something before it; the best alone is cut where not even it fits. */
function chosen(found: readonly Found[], characters: number, limit: number): Found[] {
  const kept: { one: Found; words: Set<string> }[] = []
  let left = characters
  for (const one of found) {
    if (kept.length === limit) break
    if (one.page.body.length > left || kept.some((other) => other.one.page.id === one.page.id)) continue
    const words = new Set(one.page.body.toLowerCase().split(/\s+/))
    if (kept.some((other) => likeness(other.words, words) >= SAME)) continue
    kept.push({ one, words })
    left -= one.page.body.length
  }
  const [best] = found
  if (kept.length > 0 || !best) return kept.map(({ one }) => one)
  return [{ ...best, page: { ...best.page, body: best.page.body.slice(0, characters) } }]
}

/** Jaccard: the share of all words that both have. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [few, many] = a.size < b.size ? [a, b] : [b, a]
  if (few.size < SAME * many.size) return 0
  let shared = 0
  for (const word of few) if (many.has(word)) shared++
  return shared === 0 ? 0 : shared / (few.size + many.size - shared)
}
