import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import type { Leaf } from './trees.ts'

/** What an exported file was when it had just been written; `changed` is its change time in nanoseconds. */
type Facts = { leaf: Leaf; changed: bigint }
/** Plain files as they were written, and the wall clock in nanoseconds when all were. */
export type PlainFiles = { files: ReadonlyMap<string, Facts>; finished: bigint }

/** Above these, Git writes the files: it need not hold them in memory. */
const MOST = { files: 5000, bytes: 2 ** 25 }
/** Files between two turns of the event loop. */
const SLICE = 200
/** A file's times move in steps of up to 10 ms: what was written within the last two may have been written again unseen. */
const STEP = 20_000_000n
const PLAIN = new Set(['100644', '100755'])

/**
 * Whether the files can be written here: plain ones, not too many or too large, under names that are safe to write as they are.
 * Links, submodules and names that are no UTF-8 or that Git itself would refuse are Git's business.
 */
export async function arePlain(leaves: readonly Leaf[], sizeOf: (object: string) => Promise<number>): Promise<boolean> {
  if (leaves.length > MOST.files || !leaves.every(({ mode, path }) => PLAIN.has(mode) && isSafe(path))) return false
  const paths = new Set(leaves.map(({ path }) => path))
  if (paths.size < leaves.length || leaves.some(({ path }) => foldersOf(path).some((folder) => paths.has(folder))))
    return false
  const sizes = await Promise.all(leaves.map(({ object }) => sizeOf(object)))
  return sizes.every((size) => size >= 0) && sizes.reduce((sum, size) => sum + size, 0) <= MOST.bytes
}

const isSafe = (path: string) =>
  !path.includes('\ufffd') && path.split('/').every((name) => name !== '' && !/^(\.|\.\.|\.git|git~\d)$/i.test(name))

function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** Writes plain files into the empty `folder`: in this process, since starting Git takes longer than writing a few files. Throws where a file stands already. */
export async function writePlainFiles(
  leaves: readonly Leaf[],
  folder: string,
  read: (object: string) => Promise<Buffer>,
): Promise<PlainFiles> {
  const files = new Map<string, Facts>()
  const bodies = await Promise.all(leaves.map(({ object }) => read(object)))
  for (const parent of new Set(leaves.map(({ path }) => dirname(path))))
    mkdirSync(join(folder, parent), { recursive: true })
  for (const [index, leaf] of leaves.entries()) {
    const file = join(folder, leaf.path)
    writeFileSync(file, bodies[index] ?? '', { flag: 'wx', mode: leaf.mode === '100755' ? 0o777 : 0o666 })
    files.set(leaf.path, { leaf, changed: lstatSync(file, { bigint: true }).ctimeNs })
    if (index % SLICE === SLICE - 1) await breathe()
  }
  return { files, finished: BigInt(Date.now()) * 1_000_000n }
}

/**
 * What became of exported files: those that were changed or deleted, and whether anything else lies in the folder now.
 * A file whose change time stands still was not written to; where that cannot be told, its content decides.
 */
export async function compareFiles(
  { files, finished }: PlainFiles,
  folder: string,
  format: string,
): Promise<{ changed: string[]; more: boolean }> {
  const changed: string[] = []
  let seen = 0
  for (const [path, { leaf, changed: before }] of files) {
    const file = join(folder, path)
    const now = lstatSync(file, { bigint: true, throwIfNoEntry: false })
    const untouched = now?.isFile() && now.ctimeNs === before && before < finished - STEP
    if (!untouched && !(now?.isFile() && holds(file, now.mode, leaf, format))) changed.push(path)
    if (++seen % SLICE === 0) await breathe()
  }
  return { changed, more: hasMore(folder, '', files, new Set([...files.keys()].flatMap(foldersOf))) }
}

function holds(file: string, mode: bigint, leaf: Leaf, format: string): boolean {
  if ((mode & 0o100n) !== (leaf.mode === '100755' ? 0o100n : 0n)) return false
  const body = readFileSync(file)
  return createHash(format).update(`blob ${body.length}\0`).update(body).digest('hex') === leaf.object
}

/** Whether there is anything that was not exported. Folders that were, or that hold nothing, do not count. */
function hasMore(folder: string, prefix: string, files: PlainFiles['files'], folders: ReadonlySet<string>): boolean {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).some((entry) => {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`
    if (!entry.isDirectory()) return !files.has(path)
    return !folders.has(path) || hasMore(folder, path, files, folders)
  })
}
