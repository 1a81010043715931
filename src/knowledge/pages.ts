import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { AnnealError, messageOf } from '../records/error.ts'
import { EDGES, type Link, Page, type PageType } from '../records/page.ts'

/** Which types an edge may lead from and to. */
const ENDS: Record<(typeof EDGES)[number], { from: readonly PageType[]; to: PageType }> = {
  implemented_by: { from: ['principle'], to: 'implementation' },
  uses_heuristic: { from: ['principle', 'implementation'], to: 'heuristic' },
  requires_env: { from: ['implementation'], to: 'environment' },
  step: { from: ['workflow'], to: 'principle' },
}

/** The edge that may lead from a page of one type to a page of another, or null. */
export const edgeBetween = (from: PageType, to: PageType): Link['edge'] | null =>
  EDGES.find((edge) => ENDS[edge].to === to && ENDS[edge].from.includes(from)) ?? null

/** Reads every page under `folder`. Throws an AnnealError that names the file where one is not right. */
export async function readPages(folder: string): Promise<Page[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.md')).toSorted()
  return Promise.all(names.map(async (name) => readPage(await readFile(join(folder, name), 'utf8'), name)))
}

/** One page out of a Markdown text with front matter. */
export function readPage(text: string, name: string): Page {
  const wrong = (why: string) =>
    new AnnealError({
      what: `The page ${name} is not right.`,
      why,
      fix: 'A page is Markdown with front matter: id, type, title, domains, sources, links.',
    })
  const parts = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(text)
  if (!parts) throw wrong('it has no front matter')
  let front: unknown
  try {
    front = parse(parts[1] ?? '', { maxAliasCount: 10 })
  } catch (fault) {
    throw wrong(messageOf(fault))
  }
  const page = Page.safeParse(
    typeof front === 'object' && front !== null ? { ...front, body: (parts[2] ?? '').trim() } : front,
  )
  if (page.success) return page.data
  throw wrong(
    page.error.issues.map(({ path, message }) => `${path.join('.') || 'front matter'}: ${message}`).join('; '),
  )
}

/** A page as Markdown with front matter, which `readPage` reads back the same. */
export function pageText({ body, ...front }: Page): string {
  const filled = Object.fromEntries(
    Object.entries(front).filter(([, value]) => !Array.isArray(value) || value.length > 0),
  )
  return `---\n${stringify(filled, { lineWidth: 0 })}---\n\n${body}\n`
}

/** What is wrong between pages: ids that stand twice or do not fit their type, links that lead nowhere or to the wrong type. */
export function checkPages(pages: readonly Page[]): string[] {
  const byId = new Map(pages.map((page) => [page.id, page]))
  return pages.flatMap((page) => [
    ...(byId.get(page.id) === page ? [] : [`${page.id}: the id stands twice`]),
    ...(page.id.startsWith(`${page.type}/`) ? [] : [`${page.id}: its type is ${page.type}`]),
    ...page.links.flatMap(({ edge, to }) => {
      const target = byId.get(to)
      if (!target) return [`${page.id}: ${edge} leads to ${to}, which is not there`]
      const ends = ENDS[edge]
      return ends.from.includes(page.type) && ends.to === target.type
        ? []
        : [`${page.id}: ${edge} does not lead from a ${page.type} to a ${target.type}`]
    }),
  ])
}
