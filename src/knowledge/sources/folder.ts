import { constants } from 'node:fs'
import { lstat, open, readdir, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AnnealError, messageOf } from '../../records/error.ts'
import { holdsSecrets } from '../secrets.ts'
import { Unreadable } from './document.ts'
import { FOREIGN_FOLDER, kindOf, LARGEST_FILE } from './kinds.ts'
import type { Skipped, SourceFile } from './source-file.ts'

/** Files of a source at most: beyond them someone named the wrong folder. */
export const MOST_FILES = 50_000

/** What would be learned of a path and its size in bytes, or why nothing is. */
export function admit(path: string, size: number | null): Pick<SourceFile, 'kind'> | { skip: string } {
  if (holdsSecrets(path)) return { skip: 'its name says that it holds secrets' }
  const kind = kindOf(path)
  if (typeof kind === 'object') return kind
  if (kind === 'unknown') return { skip: 'not a kind of file that is read' }
  return tooLarge(kind, size) ?? { kind }
}

function tooLarge(kind: keyof typeof LARGEST_FILE, size: number | null): { skip: string } | null {
  if (size === null || size <= LARGEST_FILE[kind]) return null
  return { skip: `${megabytes(size)} MB are too many: ${megabytes(LARGEST_FILE[kind])} are read at most` }
}

const megabytes = (bytes: number) => Number((bytes / 2 ** 20).toPrecision(2))

/** What a folder holds. Symbolic links are not followed: what they point to is seen where it lies, or lies outside. */
export async function folderFiles(
  root: string,
  signal: AbortSignal,
): Promise<{ files: SourceFile[]; skipped: Skipped[]; at: string }> {
  const files: SourceFile[] = []
  const skipped: Skipped[] = []
  let newest = 0
  const walk = async (folder: string): Promise<void> => {
    signal.throwIfAborted()
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((fault: unknown) => {
      skipped.push({ what: folder || '.', why: `cannot be read: ${messageOf(fault)}` })
      return []
    })
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isSymbolicLink()) skipped.push({ what: path, why: await linkReason(join(root, path)) })
      else if (entry.isDirectory()) {
        if (FOREIGN_FOLDER.test(entry.name)) skipped.push({ what: `${path}/`, why: 'hidden, or not written here' })
        else await walk(path)
      } else if (!entry.isFile()) skipped.push({ what: path, why: 'not a plain file' })
      else {
        const facts = await lstat(join(root, path))
        const admitted = admit(path, facts.size)
        if ('skip' in admitted) skipped.push({ what: path, why: admitted.skip })
        else if (files.length >= MOST_FILES) throw tooMany(root)
        else {
          newest = Math.max(newest, facts.mtimeMs)
          files.push({
            path,
            kind: admitted.kind,
            at: dateOf(facts.mtimeMs),
            read: () => readPlain(join(root, path), LARGEST_FILE[admitted.kind]),
          })
        }
      }
    }
  }
  await walk('')
  return { files, skipped, at: dateOf(newest) }
}

/** A file that a person named: any kind of text will do. */
export async function namedFile(path: string): Promise<{ file: SourceFile; at: string }> {
  const facts = await stat(path)
  const name = basename(path)
  const refuse = (why: string) => new AnnealError({ what: `${path} is not learned.`, why, fix: 'Name another source.' })
  if (!facts.isFile()) throw refuse('It is not a plain file.')
  if (holdsSecrets(name)) throw refuse('Its name says that it holds secrets.')
  const found = kindOf(name)
  const kind = typeof found === 'object' ? 'unknown' : found
  const large = tooLarge(kind, facts.size)
  if (large) throw refuse(large.skip)
  const at = dateOf(facts.mtimeMs)
  return { file: { path: name, kind, at, read: () => readPlain(path, LARGEST_FILE[kind], true) }, at }
}

export const tooMany = (where: string): AnnealError =>
  new AnnealError({
    what: `${where} holds more than ${MOST_FILES} files to learn from.`,
    why: 'So many would drown the rest of what is taught.',
    fix: 'Name a folder inside it.',
  })

async function linkReason(path: string): Promise<string> {
  const target = await realpath(path).catch((fault: NodeJS.ErrnoException) => fault)
  if (!(target instanceof Error)) return 'a symbolic link, which is not followed'
  return target.code === 'ELOOP' ? 'a symbolic link that leads to itself' : 'a symbolic link that leads nowhere'
}

/** Reads at most `limit` bytes and a sign that there were more: a file may have grown, and may have been replaced by a link, since it was looked at. */
async function readPlain(path: string, limit: number, follow = false): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | (follow ? 0 : constants.O_NOFOLLOW))
  try {
    const facts = await file.stat()
    if (!facts.isFile()) throw new Unreadable('not a plain file')
    if (facts.size > limit) throw new Unreadable(`${megabytes(facts.size)} MB are too many`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

const dateOf = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 10)
