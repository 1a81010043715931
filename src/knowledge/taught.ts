import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../records/error.ts'
import { PAGE_TYPES, type Page } from '../records/page.ts'
import { pageText, readPage } from './pages.ts'
import { changeWhole, each, finishChange } from './whole-change.ts'

/** Raised whenever pages are cut otherwise: what was learned before is read again then. */
const FORMAT = 1

/** What came of a source: of each of its files the digest that was read and the ids of the pages made of it. */
export const Manifest = z.object({
  format: z.literal(FORMAT),
  source: z.string(),
  at: z.string(),
  files: z.record(z.string(), z.object({ digest: z.string(), pages: z.array(z.string()) })),
})
export type Manifest = z.infer<typeof Manifest>
export const emptyManifest = (source: string): Manifest => ({ format: FORMAT, source, at: '', files: {} })

/** Pages to write, and null for ids to remove; with what is then known of the source they came from. */
export type Change = { pages: ReadonlyMap<string, Page | null>; key: string; manifest: Manifest }

/** The pages that a project was taught: plain Markdown files, `TYPE/SLUG.md`, which are the truth. */
export type Taught = {
  /** All pages; a file that holds none is named among the faults, and left alone. */
  read(): Promise<{ pages: Map<string, Page>; faults: string[] }>
  /** What is known of all sources. */
  sources(): Promise<Manifest[]>
  /** What is known of a source; null where nothing of it was learned. */
  manifest(key: string): Promise<Manifest | null>
  /** Does a job that no other process does at the same time, and carries out the change that it gives: whole or, after a kill, not at all. */
  change<T>(job: () => Promise<{ value: T; change: Change | null }>): Promise<T>
}

/** `lock` waits until this process alone may change the pages, and gives the function that ends that. */
export type TaughtParts = { folder: string; lock(): Promise<() => Promise<void>> }

/** Opens the taught pages under `folder`; nothing is made there before the first change. */
export function openTaught({ folder, lock }: TaughtParts): Taught {
  return {
    async read() {
      const pages = new Map<string, Page>()
      const faults: string[] = []
      const names = await Promise.all(
        PAGE_TYPES.map(async (type) =>
          (await readdir(join(folder, type)).catch(() => [])).map((name) => `${type}/${name}`),
        ),
      )
      await each(
        names.flat().filter((name) => name.endsWith('.md')),
        async (name) => {
          try {
            const page = readPage(await readFile(join(folder, name), 'utf8'), name)
            if (fileOf(page.id) !== name) throw new Error(`${name}: its id is ${page.id}`)
            pages.set(page.id, page)
          } catch (fault) {
            faults.push(messageOf(fault))
          }
        },
      )
      return { pages, faults }
    },

    async sources() {
      const names = await readdir(join(folder, SOURCES)).catch(() => [])
      const keys = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length))
      return (await Promise.all(keys.map((key) => readManifest(folder, key)))).filter((known) => known !== null)
    },

    manifest: (key) => readManifest(folder, key),

    async change(job) {
      const release = await lock()
      try {
        await finishChange(folder)
        const { value, change } = await job()
        if (change) await carryOut(folder, change)
        return value
      } finally {
        await release()
      }
    },
  }
}

const fileOf = (id: string) => `${id}.md`
const SOURCES = '.sources'
const manifestOf = (key: string) => join(SOURCES, `${key}.json`)

async function readManifest(folder: string, key: string): Promise<Manifest | null> {
  const text = await readFile(join(folder, manifestOf(key)), 'utf8').catch(() => null)
  const known = text === null ? null : Manifest.safeParse(jsonOf(text))
  return known?.success ? known.data : null
}

async function carryOut(folder: string, { pages, key, manifest }: Change): Promise<void> {
  const writes = new Map<string, string>([[manifestOf(key), `${JSON.stringify(manifest, null, 1)}\n`]])
  const removals: string[] = []
  for (const [id, page] of pages)
    if (page) writes.set(fileOf(id), pageText(page))
    else removals.push(fileOf(id))
  await changeWhole(folder, writes, removals)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
