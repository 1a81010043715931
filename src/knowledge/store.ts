import { randomBytes } from 'node:crypto'
import { cp, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Connection, Table } from '@lancedb/lancedb'
import { z } from 'zod'
import { messageOf } from '../records/error.ts'
import type { Page } from '../records/page.ts'
import { type Chunk, chunksOf } from './chunks.ts'
import { BUILT_IN, type Embedding, latentEmbedding, learnLatent, readLatent, unit, writeLatent } from './embedding.ts'
import { type Changes, faultsOf, isUnchanged, NOTHING, parseSeen, readChanges, type Seen } from './scan.ts'
import { indexTable, type Row, rowOf } from './table.ts'

/** Raised with every change of what is kept, or of how texts are cut into words or vectors. */
const FORMAT = 2
/** Chunks below which a store is always built whole: it takes seconds. */
const SMALL = 2000
/** The share of chunks that may change before the built-in embedding is learned anew. */
const STALE = 0.25
const BATCH = 2000
/** Milliseconds in which a process that opens a build has surely opened it. */
const YOUNG = 60_000

const Stamp = z.object({
  format: z.literal(FORMAT),
  embedding: z.string(),
  chunks: z.number().int(),
  /** Chunks that came or went since the built-in embedding was learned. */
  drift: z.number().int(),
})
type Stamp = z.infer<typeof Stamp>

export type Store = { table: Table; embedding: Embedding; chunks: number; notes: string[] }
export type StoreParts = {
  /** The folders of pages: the truth. */
  pages: readonly string[]
  /** Where the store is kept. */
  folder: string
  /** An embedding in place of the built-in one. */
  embedding: Embedding | null
  /** Builds the store anew, whatever stands. */
  rebuild: boolean
}

/**
 * Opens the store, brought up to the pages as they lie. Every build is a folder of its own, made aside, renamed when whole, and named in the file `current`:
 * a process that is killed leaves a folder that nobody reads, and two that build at once each leave a whole one. Gives null where there are no pages.
 */
export async function openStore(parts: StoreParts): Promise<Store | null> {
  const { folder, embedding, pages } = parts
  const name = embedding?.name ?? BUILT_IN
  const notes: string[] = []
  const standing = parts.rebuild ? null : await readStanding(folder)
  if (standing && standing.stamp.embedding !== name)
    notes.push(`The store was built with the embedding ${standing.stamp.embedding}; it is built anew with ${name}.`)
  const kept = standing?.stamp.embedding === name ? standing : null
  if (kept && isUnchanged(kept.seen, pages)) {
    const store = await openBuild(kept, embedding).catch(() => null)
    if (store) return { ...store, notes: faultsOf(kept.seen) }
  }
  const changes = await readChanges(pages, kept?.seen ?? NOTHING, Date.now())
  notes.push(...changes.faults)
  if (kept && changes.pages.length === 0 && changes.gone.length === 0) {
    await writeWhole(join(kept.place, 'seen.json'), JSON.stringify(changes.seen))
    const store = await openBuild(kept, embedding).catch(() => null)
    if (store) return { ...store, notes }
  }
  const added = kept ? await addedTo(kept, changes, parts, notes).catch(() => null) : null
  if (added) return { ...added, notes }
  const whole = await readChanges(pages, NOTHING, Date.now())
  if (whole.pages.length === 0) return null
  return { ...(await builtWhole(whole, parts, notes)), notes }
}

type Standing = { place: string; stamp: Stamp; seen: Seen }

/** The build that `current` names, or null where there is none that can be read. */
async function readStanding(folder: string): Promise<Standing | null> {
  try {
    const place = join(folder, (await readFile(join(folder, 'current'), 'utf8')).trim())
    const [stamp, seen] = await Promise.all(
      ['stamp.json', 'seen.json'].map((name) => readFile(join(place, name), 'utf8')),
    )
    return { place, stamp: Stamp.parse(JSON.parse(stamp ?? '')), seen: parseSeen(seen ?? '') }
  } catch {
    return null
  }
}

async function openBuild({ place, stamp }: Standing, embedding: Embedding | null): Promise<Omit<Store, 'notes'>> {
  const [table, own] = await Promise.all([
    tableAt(place),
    embedding ?? readLatent(join(place, 'latent')).then(latentEmbedding),
  ])
  if ((await table.countRows()) !== stamp.chunks) throw new Error('rows are missing')
  return { table, embedding: own, chunks: stamp.chunks }
}

const TABLE = 'chunks'
/** LanceDB warns on standard error of what is no business of the person. */
const connectTo = async (place: string): Promise<Connection> => {
  process.env.LANCE_LOG ??= 'error'
  return (await import('@lancedb/lancedb')).connect(join(place, 'lance'))
}
const tableAt = async (place: string): Promise<Table> => (await connectTo(place)).openTable(TABLE)

/** Builds the store from all pages. An embedding that cannot be had gives way to the built-in one, which is said. */
async function builtWhole({ pages, seen }: Changes, parts: StoreParts, notes: string[]): Promise<Omit<Store, 'notes'>> {
  const parted = partsOf(pages)
  return build(parts.folder, seen, async (place) => {
    const learned = async () => {
      const latent = learnLatent(parted.map(({ chunk }) => chunk.words))
      await writeLatent(join(place, 'latent'), latent)
      return latentEmbedding(latent)
    }
    let embedding = parts.embedding ?? (await learned())
    const first = await vectorsOf(parted.slice(0, BATCH), embedding).catch(async (fault: unknown) => {
      if (!parts.embedding) throw fault
      notes.push(`The embedding ${embedding.name} cannot be had, so the built-in one is used: ${messageOf(fault)}`)
      embedding = await learned()
      return vectorsOf(parted.slice(0, BATCH), embedding)
    })
    const table = await (await connectTo(place)).createTable(TABLE, first)
    for (let at = BATCH; at < parted.length; at += BATCH)
      await table.add(await vectorsOf(parted.slice(at, at + BATCH), embedding))
    await indexTable(table)
    return { embedding, stamp: { format: FORMAT, embedding: embedding.name, chunks: parted.length, drift: 0 } }
  })
}

/** Lays the changes over a copy of the build that stands; null where building it whole is as good. */
async function addedTo(
  { place: before, stamp, seen: was }: Standing,
  { pages, gone, seen }: Changes,
  { folder, embedding: given }: StoreParts,
  notes: string[],
): Promise<Omit<Store, 'notes'> | null> {
  const parted = partsOf(pages)
  const files = Object.keys(was.files).length
  const drift = stamp.drift + parted.length + Math.ceil((gone.length / Math.max(1, files)) * stamp.chunks)
  const small = given === null && stamp.chunks < SMALL
  if (small || (given === null && drift > STALE * stamp.chunks) || gone.length > files / 2) return null
  return build(folder, seen, async (place) => {
    // Files of a table are never changed once written, so the copy shares them.
    await linked(join(before, 'lance'), join(place, 'lance'))
    const embedding = given ?? latentEmbedding(await readLatent(join(before, 'latent')))
    if (!given) await link(join(before, 'latent'), join(place, 'latent'))
    const table = await tableAt(place)
    for (let at = 0; at < gone.length; at += 500)
      await table.delete(`page IN (${gone.slice(at, at + 500).map((id) => `'${id}'`)})`)
    for (let at = 0; at < parted.length; at += BATCH)
      await table.add(await vectorsOf(parted.slice(at, at + BATCH), embedding))
    await table.optimize()
    const chunks = await table.countRows()
    if (gone.length + pages.length > 0)
      notes.push(`The store took in ${pages.length} pages and let go of ${gone.length}.`)
    return { embedding, stamp: { ...stamp, chunks, drift } }
  })
}

type Part = { page: Page; chunk: Chunk }
const partsOf = (pages: readonly Page[]): Part[] =>
  pages.flatMap((page) => chunksOf(page).map((chunk) => ({ page, chunk })))

async function vectorsOf(parts: readonly Part[], embedding: Embedding): Promise<Row[]> {
  const texts = parts.map(({ page, chunk }) => `${page.title}\n${page.title}\n${page.domains.join(' ')}\n${chunk.body}`)
  const vectors = await embedding.embed(texts)
  if (vectors.length !== parts.length) throw new Error(`${vectors.length} vectors came for ${parts.length} texts`)
  return parts.map(({ page, chunk }, index) => rowOf(page, chunk, unit(vectors[index] ?? [])))
}

/** Makes a build in a folder aside, then gives it its place. */
async function build(
  folder: string,
  seen: Seen,
  fill: (place: string) => Promise<{ embedding: Embedding; stamp: Stamp }>,
): Promise<Omit<Store, 'notes'>> {
  const name = `${process.pid}-${randomBytes(4).toString('hex')}`
  const aside = join(folder, `making-${name}`)
  const place = join(folder, `built-${name}`)
  await mkdir(aside, { recursive: true })
  try {
    const { embedding, stamp } = await fill(aside)
    await writeFile(join(aside, 'seen.json'), JSON.stringify(seen))
    await writeFile(join(aside, 'stamp.json'), JSON.stringify(stamp))
    await rename(aside, place)
    await writeWhole(join(folder, 'current'), `built-${name}\n`)
    const store = { table: await tableAt(place), embedding, chunks: stamp.chunks }
    await sweep(folder, `built-${name}`)
    return store
  } catch (fault) {
    await rm(aside, { recursive: true, force: true })
    throw fault
  }
}

/** Removes what dead processes left, and old builds: the one before the current stays, and the young ones, since other processes may be opening them. */
async function sweep(folder: string, current: string): Promise<void> {
  const names = await readdir(folder)
  const built = await Promise.all(
    names
      .filter((name) => name.startsWith('built-') && name !== current)
      .map(async (name) => ({ name, at: (await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? 0 })),
  )
  const old = built
    .toSorted((a, b) => b.at - a.at)
    .slice(1)
    .filter(({ at }) => Date.now() - at > YOUNG)
  const dead = names.filter((name) => /^making-\d+-/.test(name) && !isAlive(Number(name.split('-')[1])))
  // The form of this store before version 2.
  const former = names.filter((name) => name === 'lance' || name === 'pages.digest')
  for (const name of [...old.map((one) => one.name), ...dead, ...former])
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (fault) {
    return fault instanceof Error && 'code' in fault && fault.code === 'EPERM'
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}-${randomBytes(3).toString('hex')}`
  await writeFile(aside, text)
  await rename(aside, file)
}

/** A copy of a folder whose files are shared with it; whole copies where the file system knows no links. */
async function linked(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [one, other] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await linked(one, other)
    else await link(one, other).catch(() => cp(one, other))
  }
}
