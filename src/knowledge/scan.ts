import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../records/error.ts'
import type { Page } from '../records/page.ts'
import { readPage } from './pages.ts'

const Seen = z.object({
  /** Folders, with the time at which their list of names last changed. */
  folders: z.record(z.string(), z.number()),
  files: z.record(
    z.string(),
    z.object({
      size: z.number(),
      changed: z.number(),
      digest: z.string(),
      /** The id of the page in it, or null where it holds none. */
      page: z.string().nullable(),
      fault: z.string().optional(),
    }),
  ),
})
/** What lay in the folders of pages when they were last read: enough to tell cheaply whether that still holds. */
export type Seen = z.infer<typeof Seen>
export const parseSeen = (text: string): Seen => Seen.parse(JSON.parse(text))

export const NOTHING: Seen = { folders: {}, files: {} }

/** Pages that were added or changed, the ids of those that are gone or changed, and what was wrong with files. */
export type Changes = { seen: Seen; pages: Page[]; gone: string[]; faults: string[] }

/** Files up to which each one is looked at when a store is opened; of more, only their folders are. */
const LOOKED_AT = 2000
/** Milliseconds in which a file system may give two changes the same time: what is that young is not believed to be unchanged. */
const YOUNG = 100
/** A page is a piece of knowledge, not an archive. */
const LARGEST = 2_000_000

const changedAt = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null

/**
 * Whether the pages lie as they were seen. A file that was made, renamed or deleted shows in its folder's time; one that was edited in place is
 * noticed where there are not too many files to look at each.
 */
export function isUnchanged({ folders, files }: Seen, wanted: readonly string[]): boolean {
  if (wanted.some((folder) => !(folder in folders) && changedAt(folder) !== null)) return false
  if (Object.entries(folders).some(([folder, changed]) => changedAt(folder) !== changed)) return false
  const names = Object.entries(files)
  return (
    names.length > LOOKED_AT ||
    names.every(([path, { size, changed }]) => {
      const now = statSync(path, { throwIfNoEntry: false })
      return now?.mtimeMs === changed && now.size === size
    })
  )
}

/**
 * Reads what has changed in `folders` since `before`. Of two files with the same id the first counts, by folder and then by name.
 * A file that holds no valid page is named among the faults and left out; `now` is in milliseconds.
 */
export async function readChanges(folders: readonly string[], before: Seen, now: number): Promise<Changes> {
  const seen: Seen = { folders: {}, files: {} }
  const pages = new Map<string, Page>()
  const owners = new Map<string, string>()
  for (const path of folders.flatMap((folder) => filesUnder(folder, seen.folders, now))) {
    const state = statSync(path, { throwIfNoEntry: false })
    if (!state) continue
    const known = before.files[path]
    const same = known?.size === state.size && known.changed === state.mtimeMs
    const changed = now - state.mtimeMs < YOUNG ? 0 : state.mtimeMs
    const read = same ? known : await readFileOf(path, state.size)
    const id = read.page
    const owner = id === null ? undefined : owners.get(id)
    if (owner !== undefined) {
      const fault = `${path}: the id ${id} stands in ${owner} already`
      seen.files[path] = { size: state.size, changed: 0, digest: '', page: null, fault }
      continue
    }
    if (id !== null) owners.set(id, path)
    const { digest, fault } = read
    seen.files[path] = { size: state.size, changed, digest, page: id, ...(fault === undefined ? {} : { fault }) }
    if ('content' in read && read.content && known?.digest !== digest) pages.set(read.content.id, read.content)
  }
  const left = new Set(Object.values(seen.files).flatMap(({ page }) => page ?? []))
  const was = Object.values(before.files).flatMap(({ page }) => page ?? [])
  return {
    seen,
    pages: [...pages.values()],
    gone: [...new Set(was)].filter((id) => !left.has(id) || pages.has(id)),
    faults: faultsOf(seen),
  }
}

/** What was wrong with files when they were read. */
export const faultsOf = ({ files }: Seen): string[] => Object.values(files).flatMap(({ fault }) => fault ?? [])

function filesUnder(folder: string, folders: Seen['folders'], now: number): string[] {
  const changed = changedAt(folder)
  if (changed === null) return []
  folders[folder] = now - changed < YOUNG ? 0 : changed
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.name.startsWith('.')) return []
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return filesUnder(path, folders, now)
      return entry.isFile() && entry.name.endsWith('.md') ? [path] : []
    })
}

type Read = { digest: string; page: string | null; fault?: string; content?: Page }

async function readFileOf(path: string, size: number): Promise<Read> {
  if (size > LARGEST) return { digest: '', page: null, fault: `${path}: ${size} bytes are too many for a page` }
  try {
    const text = await readFile(path, 'utf8')
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 16)
    try {
      const content = readPage(text, path)
      return { digest, page: content.id, content }
    } catch (fault) {
      return { digest, page: null, fault: messageOf(fault) }
    }
  } catch (fault) {
    return { digest: '', page: null, fault: `${path}: ${messageOf(fault)}` }
  }
}
