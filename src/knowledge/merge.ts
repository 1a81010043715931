import type { Learned } from '../records/learned.ts'
import type { Link, Page, Provenance } from '../records/page.ts'
import { ALIKE, type Likes, openLikes, SAME } from './likes.ts'
import { edgeBetween } from './pages.ts'

/** A page that comes in, with the file of its source that it is made of. */
export type Newcomer = { path: string; page: Page }

/** Whether two pages say the same; if so, the title and body that say it once. */
export type SameKnowledge = (
  standing: Page,
  newcomer: Page,
  signal: AbortSignal,
) => Promise<{ title: string; body: string } | null>

/** Questions to a model for one source. */
const QUESTIONS = 40

export type Merger = {
  /** Takes away what a file of a source gave to a page; a page that nobody gives any more goes. */
  leave(id: string, source: string, path: string): void
  isFree(id: string): boolean
  /**
   * Lets pages in. One that is equal to a page of its type that stands, or nearly so, is merged with it: edges, sources and domains are added and
   * none is dropped. A page that others link to is merged by likeness only with what is linked to from the page that its parent was merged with
   * (as KAPSO's merger does); equal words are the same page wherever it stands. `ids` says where each newcomer went; null: into a built-in page.
   */
  enter(
    newcomers: readonly Newcomer[],
    same: SameKnowledge | null,
    signal: AbortSignal,
  ): Promise<{ merged: Learned['merged']; ids: Map<string, string | null> }>
  /** Pages that are new or other than they were, and null for those that are gone. */
  changes(): Map<string, Page | null>
}

/** Opens a merger over the pages that stand; built-in ones are compared with, never changed. */
export function openMerger(standing: ReadonlyMap<string, Page>, builtIn: readonly Page[]): Merger {
  const pages = new Map(standing)
  const fixed = new Map(builtIn.map((page) => [page.id, page]))
  let likes: Likes | null = null

  const index = () => {
    if (likes) return likes
    likes = openLikes()
    for (const page of [...builtIn, ...pages.values()]) likes.add(page)
    return likes
  }
  const put = (page: Page) => {
    if (likes && pages.get(page.id)?.body !== page.body) {
      likes.remove(page.id)
      likes.add(page)
    }
    pages.set(page.id, page)
  }
  const take = (id: string) => {
    likes?.remove(id)
    pages.delete(id)
  }

  /** The page that a newcomer says the same as: by rule, or by a model's word on those that are merely alike. */
  const twinOf = async (page: Page, among: ReadonlySet<string> | undefined, ask: Ask | null): Promise<Twin | null> => {
    const equal = index().equal(page)
    if (equal !== null) return { id: equal, by: 'rule', text: null }
    if (among?.size === 0) return null
    const [near] = index().near(page, ask ? ALIKE : SAME, among)
    if (!near) return null
    if (near.likeness >= SAME) return { id: near.id, by: 'rule', text: null }
    const other = pages.get(near.id)
    const text = other && ask ? await ask(other, page) : null
    return text ? { id: near.id, by: 'model', text } : null
  }

  return {
    leave(id, source, path) {
      const page = pages.get(id)
      if (!page) return
      const provenance = page.provenance.filter((one) => one.source !== source || one.path !== path)
      if (provenance.length === 0) take(id)
      else put({ ...page, provenance })
    },

    isFree: (id) => !pages.has(id) && !fixed.has(id),

    async enter(newcomers, same, signal) {
      const merged: Learned['merged'] = []
      const ids = new Map<string, string | null>()
      let questions = QUESTIONS
      const ask: Ask | null =
        same && ((other, page) => (questions-- > 0 ? same(other, page, signal) : Promise.resolve(null)))
      const parents = parentsOf(newcomers)
      const links = new Map<string, Link[]>()
      for (const { page } of topDown(newcomers, parents)) {
        signal.throwIfAborted()
        const above = parents.get(page.id)
        const among =
          above && new Set(above.flatMap((parent) => pages.get(ids.get(parent) ?? '')?.links.map(({ to }) => to) ?? []))
        const twin = await twinOf(page, among, ask)
        if (!twin) {
          put({ ...page, links: [] })
          ids.set(page.id, page.id)
          links.set(page.id, page.links)
          continue
        }
        merged.push({ page: page.id, into: twin.id, by: twin.by })
        ids.set(page.id, twin.id)
        const other = pages.get(twin.id)
        if (!other) continue
        put({ ...united(other, page), ...(twin.text ?? {}) })
        links.set(other.id, [...(links.get(other.id) ?? []), ...page.links])
      }
      for (const [id, wanted] of links) {
        const page = pages.get(id)
        if (page)
          put({
            ...page,
            links: unique([...page.links, ...wanted.map(({ edge, to }) => ({ edge, to: ids.get(to) ?? to }))]),
          })
      }
      return { merged, ids: onlyOwn(ids, fixed) }
    },

    changes() {
      const changed = new Map<string, Page | null>()
      for (const id of standing.keys()) if (!pages.has(id)) changed.set(id, null)
      for (const [id, page] of pages) {
        const right = rightLinks(page, (to) => pages.get(to) ?? fixed.get(to))
        if (!equal(right, standing.get(id))) changed.set(id, right)
      }
      return changed
    },
  }
}

type Ask = (standing: Page, newcomer: Page) => Promise<{ title: string; body: string } | null>
type Twin = { id: string; by: 'rule' | 'model'; text: { title: string; body: string } | null }

/** For each newcomer that others link to: who. Only links whose types fit count, so there is no circle. */
function parentsOf(newcomers: readonly Newcomer[]): Map<string, string[]> {
  const types = new Map(newcomers.map(({ page }) => [page.id, page.type]))
  const parents = new Map<string, string[]>()
  for (const { page } of newcomers)
    for (const { to } of page.links) {
      const type = types.get(to)
      if (type && edgeBetween(page.type, type)) parents.set(to, [...(parents.get(to) ?? []), page.id])
    }
  return parents
}

/** Newcomers so that each comes after those that link to it, as far as there is such an order. */
function topDown(newcomers: readonly Newcomer[], parents: ReadonlyMap<string, string[]>): Newcomer[] {
  const byId = new Map(newcomers.map((one) => [one.page.id, one]))
  const ordered = new Set<Newcomer>()
  const begun = new Set<string>()
  const visit = (one: Newcomer) => {
    if (begun.has(one.page.id)) return
    begun.add(one.page.id)
    for (const parent of parents.get(one.page.id) ?? []) {
      const above = byId.get(parent)
      if (above) visit(above)
    }
    ordered.add(one)
  }
  for (const one of newcomers) visit(one)
  return [...ordered]
}

/** A page with what another one that says the same adds to it. */
const united = (page: Page, other: Page): Page => ({
  ...page,
  domains: unique([...page.domains, ...other.domains]),
  sources: unique([...page.sources, ...other.sources]),
  provenance: unique<Provenance>([...page.provenance, ...other.provenance]),
})

const unique = <T>(all: readonly T[]): T[] => [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]

/** A page without links that lead nowhere, to itself, or to the wrong type. */
function rightLinks(page: Page, find: (id: string) => Page | undefined): Page {
  const links = page.links.filter(({ edge, to }) => {
    const target = find(to)
    return target && to !== page.id && edgeBetween(page.type, target.type) === edge
  })
  return links.length === page.links.length ? page : { ...page, links }
}

const equal = (a: Page, b: Page | undefined) => a === b || (b !== undefined && JSON.stringify(a) === JSON.stringify(b))

/** Where newcomers went: null for what a built-in page says already. */
const onlyOwn = (
  ids: ReadonlyMap<string, string | null>,
  fixed: ReadonlyMap<string, Page>,
): Map<string, string | null> =>
  new Map([...ids].map(([id, into]) => [id, into !== null && fixed.has(into) ? null : into]))
