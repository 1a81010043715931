import { randomBytes } from 'node:crypto'
import { access, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../records/error.ts'
import { Steering } from '../records/steering.ts'

/** An order that somebody has left for the process that works on a run. `order` is null where the file holds none; `fault` says why. */
export type Letter = { file: string; order: Steering | null; fault: string }

/** Bytes of an order at most. */
const LARGEST = 16_384
const inboxOf = (folder: string) => join(folder, 'inbox')

/** Leaves an order for whoever works on the run in `folder`, or will; gives its file. The file is whole or not there. */
export async function leaveOrder(folder: string, order: Steering, wall: () => Date): Promise<string> {
  const inbox = inboxOf(folder)
  await mkdir(inbox, { recursive: true })
  const name = `${String(wall().getTime()).padStart(15, '0')}-${sequence()}-${randomBytes(4).toString('hex')}`
  const file = join(inbox, `${name}.json`)
  await writeFile(join(inbox, `.${name}.tmp`), JSON.stringify(order))
  await rename(join(inbox, `.${name}.tmp`), file)
  return file
}

let left = 0
/** Orders that one process leaves within a millisecond keep their order. */
const sequence = () => String(left++).padStart(6, '0')

/** The orders that lie in a run's inbox, oldest first. They stay until they are removed or put aside. */
export async function readInbox(folder: string): Promise<Letter[]> {
  const names = await readdir(inboxOf(folder)).catch(() => [])
  const files = names.filter((name) => /^[^.].*\.json$/.test(name)).toSorted()
  return Promise.all(files.map((name) => readLetter(join(inboxOf(folder), name))))
}

async function readLetter(file: string): Promise<Letter> {
  try {
    const stat = await lstat(file)
    if (!stat.isFile()) return { file, order: null, fault: 'it is not a plain file' }
    if (stat.size > LARGEST) return { file, order: null, fault: `it is larger than ${LARGEST} bytes` }
    const read = Steering.safeParse(JSON.parse(await readFile(file, 'utf8')))
    return read.success
      ? { file, order: read.data, fault: '' }
      : { file, order: null, fault: z.prettifyError(read.error).replace(/\s*\n\s*/g, ' ') }
  } catch (fault) {
    return { file, order: null, fault: messageOf(fault) }
  }
}

/** Removes an order that was taken. */
export const removeOrder = (file: string): Promise<void> => rm(file, { force: true })

/** Moves what cannot be followed out of the way, beside a file that says why. */
export async function refuseOrder(folder: string, file: string, why: string): Promise<void> {
  const { aside, reason } = placesOf(folder, file)
  await mkdir(join(inboxOf(folder), 'refused'), { recursive: true })
  await writeFile(reason, `${why}\n`)
  await rename(file, aside)
}

/** What became of an order: null while it lies there. */
export async function fateOf(folder: string, file: string): Promise<{ refused: string | null } | null> {
  const lies = await access(file).then(
    () => true,
    () => false,
  )
  if (lies) return null
  const refused = await readFile(placesOf(folder, file).reason, 'utf8').catch(() => null)
  return { refused: refused === null ? null : refused.trim() }
}

function placesOf(folder: string, file: string) {
  const aside = join(inboxOf(folder), 'refused', file.slice(inboxOf(folder).length + 1))
  return { aside, reason: `${aside}.why` }
}
