import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { messageOf } from '../records/error.ts'
import { type Learned, nothingLearned } from '../records/learned.ts'
import type { Page, Provenance } from '../records/page.ts'
import { type Newcomer, openMerger, type SameKnowledge } from './merge.ts'
import { edgeBetween } from './pages.ts'
import { type Piece, Unreadable } from './sources/document.ts'
import type { DefinitionsOf } from './sources/pieces.ts'
import { readSourceFile } from './sources/read-file.ts'
import { keyOf, type Source } from './sources/source.ts'
import type { SourceFile } from './sources/source-file.ts'
import { type Change, emptyManifest, type Manifest, type Taught } from './taught.ts'

export type TakeInParts = {
  /** The built-in pages: what says the same as one of them is not kept again. */
  builtIn: readonly Page[]
  definitionsOf: DefinitionsOf
  /** Puts two pages that are alike into one where they say the same; null where there is no model to judge. */
  same: SameKnowledge | null
  dryRun: boolean
  /** Hears how far it has come. */
  progress(done: number, of: number): void
  signal: AbortSignal
}

/** Links that a page made of a piece may have. */
const LINKS = 8

/**
 * Takes a source in: what is new becomes pages, what changed replaces what came of it before, what is gone takes its pages along unless another
 * source says the same. A file that cannot be read is named, and what it taught before stays.
 */
export async function takeIn(taught: Taught, source: Source, parts: TakeInParts): Promise<Learned> {
  const job = () => work(taught, source, parts)
  return parts.dryRun ? (await job()).value : taught.change(job)
}

async function work(
  taught: Taught,
  source: Source,
  parts: TakeInParts,
): Promise<{ value: Learned; change: Change | null }> {
  const key = keyOf(source)
  const before = (await taught.manifest(key)) ?? emptyManifest(source.name)
  const { fresh, kept, skipped, redacted } = await readFresh(source, before, parts)
  const isThere = presence(source)
  const gone = Object.keys(before.files).filter((path) => !isThere(path))
  const files = { read: fresh.size, unchanged: Object.keys(kept).length, gone: gone.length }
  const first: Learned = {
    ...nothingLearned(source.name),
    at: source.at,
    files,
    skipped: [...source.skipped, ...skipped],
    redacted,
  }
  const { pages: standing, faults } = await taught.read()
  const lost = Object.entries(kept).filter(([, { pages }]) => pages.some((id) => !standing.has(id)))
  // A page's file that is missing or damaged is made anew from its source.
  for (const [path] of lost) {
    const file = source.files.find((one) => one.path === path)
    const read = file && (await readOne(file, parts).catch(() => null))
    if (file && read) fresh.set(path, { ...read, file })
    delete kept[path]
  }
  first.skipped.push(...faults.map((why) => ({ what: 'a taught page', why })))
  if (fresh.size === 0 && gone.length === 0) return { value: first, change: null }

  const merger = openMerger(standing, parts.builtIn)
  const owned = new Map([...standing.values()].filter(isOf(source.name, null)).map((page) => [page.id, page]))
  for (const path of [...fresh.keys(), ...gone])
    for (const page of [...owned.values()].filter(isOf(source.name, path))) merger.leave(page.id, source.name, path)
  const newcomers = newcomersOf(source, fresh, kept, merger.isFree)
  const { merged, ids } = await merger.enter(newcomers, parts.same, parts.signal)
  const pages = merger.changes()
  const made = Object.fromEntries(
    [...fresh].map(([path, { digest }]) => [
      path,
      { digest, pages: newcomers.filter((one) => one.path === path).flatMap(({ page }) => ids.get(page.id) ?? []) },
    ]),
  )
  const manifest: Manifest = { ...before, at: source.at, files: { ...kept, ...made } }
  const value: Learned = {
    ...first,
    added: [...pages].flatMap(([id, page]) => (page && !standing.has(id) ? [id] : [])),
    replaced: [...pages].flatMap(([id, page]) =>
      page && standing.has(id) && standing.get(id)?.body !== page.body ? [id] : [],
    ),
    removed: [...pages].flatMap(([id, page]) => (page ? [] : [id])),
    merged: merged.filter(({ into }) => !owned.has(into)),
  }
  return { value, change: { pages, key, manifest } }
}

/** Whether a file is still a part of the source, be it one that cannot be read now. */
function presence({ files, skipped, withheld }: Source): (path: string) => boolean {
  const paths = new Set([...files.map(({ path }) => path), ...skipped.map(({ what }) => what.replace(/\/$/, ''))])
  for (const path of withheld) paths.delete(path)
  const above = (path: string) => path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'))
  return (path) => paths.has('.') || above(path).some((one) => paths.has(one))
}

const isOf =
  (source: string, path: string | null) =>
  ({ provenance }: Page): boolean =>
    provenance.some((one) => one.source === source && (path === null || one.path === path))

type Fresh = { digest: string; pieces: Piece[]; page: Page | null; secrets: string[] }

/** Reads every file whose content is not the one that was read before. */
async function readFresh({ files }: Source, before: Manifest, parts: TakeInParts) {
  const fresh = new Map<string, Fresh & { file: SourceFile }>()
  const kept: Manifest['files'] = {}
  const skipped: Learned['skipped'] = []
  const redacted: Learned['redacted'] = []
  let done = 0
  for (const file of files) {
    parts.signal.throwIfAborted()
    parts.progress(done++, files.length)
    const known = before.files[file.path]
    if (known && file.digest === known.digest) {
      kept[file.path] = known
      continue
    }
    try {
      const bytes = await file.read()
      const digest = file.digest ?? digestOf(bytes)
      if (known?.digest === digest) kept[file.path] = known
      else {
        const read = { ...(await readSourceFile(file.path, file.kind, bytes, parts.definitionsOf)), digest, file }
        fresh.set(file.path, read)
        if (read.secrets.length > 0) redacted.push({ what: file.path, kinds: [...new Set(read.secrets)] })
      }
    } catch (fault) {
      parts.signal.throwIfAborted()
      // A stack that a hostile file made overflow is that file's fault, as is anything its parser throws.
      const why = fault instanceof Unreadable ? fault.message : `cannot be read: ${messageOf(fault).slice(0, 300)}`
      skipped.push({ what: file.path, why })
      if (known) kept[file.path] = known
    }
  }
  parts.progress(files.length, files.length)
  return { fresh, kept, skipped, redacted }
}

async function readOne(file: SourceFile, { definitionsOf }: TakeInParts): Promise<Fresh> {
  const bytes = await file.read()
  return {
    ...(await readSourceFile(file.path, file.kind, bytes, definitionsOf)),
    digest: file.digest ?? digestOf(bytes),
  }
}

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 40)

/** Pages out of pieces: with ids of their own, their provenance, and links to what they name in the same source. */
function newcomersOf(
  source: Source,
  fresh: ReadonlyMap<string, Fresh & { file: SourceFile }>,
  kept: Manifest['files'],
  isFree: (id: string) => boolean,
): Newcomer[] {
  const taken = new Set<string>()
  const newId = (wanted: string) => {
    for (let serial = 1; ; serial++) {
      const id = serial === 1 ? wanted : `${wanted}-${serial}`
      if (taken.has(id) || !isFree(id)) continue
      taken.add(id)
      return id
    }
  }
  const own = new Map<string, string>()
  const drafts = [...fresh].flatMap(([path, { file, pieces, page }]) => {
    const provenance = (position: string): Provenance[] => [
      { source: source.name, at: file.at ?? source.at, path, position },
    ]
    if (page) {
      const id = newId(page.id)
      own.set(page.id, id)
      return [
        {
          path,
          names: [] as string[],
          page: { ...page, id, provenance: [...page.provenance, ...provenance('whole')] },
        },
      ]
    }
    return pieces.map(({ type, title, body, domains, position, names }) => {
      const heading = title.startsWith(path) ? title.slice(path.length) : title
      const id = newId(`${type}/${slug(`${source.label} ${path === source.label ? '' : path} ${heading}`)}`)
      return {
        path,
        names,
        page: {
          id,
          type,
          title,
          domains,
          sources: [],
          links: [],
          body,
          provenance: provenance(position),
        } satisfies Page,
      }
    })
  })
  const firstOf = new Map<string, string>()
  for (const [path, { pages }] of Object.entries(kept)) if (pages[0]) firstOf.set(path, pages[0])
  for (const { path, page } of drafts) if (!firstOf.has(path)) firstOf.set(path, page.id)
  const environments = [...firstOf]
    .filter(([, id]) => id.startsWith('environment/'))
    .map(([path]) => path)
    .filter((path) => !/\.(md|rst|txt)$/i.test(path) || /requirements/.test(path))
  return drafts.map(({ path, names, page }) => {
    const needs = page.type === 'implementation' ? nearestAbove(path, environments) : null
    const targets = [...names.flatMap((name) => pathNamed(path, name)), ...(needs === null ? [] : [needs])].flatMap(
      (target) => firstOf.get(target) ?? [],
    )
    const links = [...new Set(targets)].flatMap((to) => {
      const edge = edgeBetween(page.type, typeOf(to))
      return edge ? [{ edge, to }] : []
    })
    const given = page.links.map(({ edge, to }) => ({ edge, to: own.get(to) ?? to }))
    return { path, page: { ...page, links: [...given, ...links.slice(0, LINKS)] } }
  })
}

const typeOf = (id: string) => id.split('/')[0] as Page['type']

/** Paths that a name in a file may mean: from its folder, and from the source's root. */
const pathNamed = (path: string, name: string): string[] => [
  posix.join(posix.dirname(path), name),
  posix.normalize(name).replace(/^\/+/, ''),
]

/** Of files that say what is needed, the one in the nearest folder above a path. */
function nearestAbove(path: string, candidates: readonly string[]): string | null {
  const fitting = candidates.filter(
    (one) => one !== path && (posix.dirname(one) === '.' || path.startsWith(`${posix.dirname(one)}/`)),
  )
  return fitting.toSorted((a, b) => posix.dirname(b).length - posix.dirname(a).length || (a < b ? -1 : 1))[0] ?? null
}

/** Words of an id; a long one keeps its start and is told apart by a digest. */
function slug(text: string): string {
  const whole =
    text
      .toLowerCase()
      .normalize('NFKD')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'page'
  if (whole.length <= 90) return whole
  return `${whole.slice(0, 80).replace(/-+$/, '')}-${createHash('sha256').update(whole).digest('hex').slice(0, 8)}`
}
