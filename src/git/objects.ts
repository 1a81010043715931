import { existsSync } from 'node:fs'
import { copyFile, link, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Gives every loose object of the repository at `from` to the one at `to`. */
export async function lendAll(from: string, to: string): Promise<void> {
  const shelves = (await readdir(from)).filter((name) => /^[0-9a-f]{2}$/.test(name))
  for (const shelf of shelves) {
    const names = await readdir(join(from, shelf))
    const [ids, litter] = [
      names.filter((name) => !name.startsWith('tmp_')),
      names.filter((name) => name.startsWith('tmp_')),
    ]
    for (const name of litter) await rm(join(from, shelf, name), { force: true })
    await lendObjects(
      from,
      to,
      ids.map((name) => shelf + name),
    )
  }
}

/**
 * Gives loose objects of the repository at `from` to the one at `to`, and takes them out of `from`, which borrows them back.
 * Objects are named by their content, so a copy that stands is the same; a kill between any two steps loses nothing.
 */
export async function lendObjects(from: string, to: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const [shelf, name] = [id.slice(0, 2), id.slice(2)]
    const [source, target] = [join(from, shelf, name), join(to, shelf, name)]
    await mkdir(join(to, shelf), { recursive: true })
    await giveFile(source, target)
    await rm(source, { force: true })
  }
}

/** Gives a file that never changes a second place, whole or not at all; where one stands there it is the same. */
export async function giveFile(source: string, target: string): Promise<void> {
  await link(source, target).catch((fault: NodeJS.ErrnoException) => shareByCopy(fault, source, target))
}

async function shareByCopy(fault: NodeJS.ErrnoException, source: string, target: string) {
  if (fault.code === 'EEXIST') return
  if (fault.code === 'ENOENT' && existsSync(target)) return
  if (fault.code !== 'EXDEV' && fault.code !== 'EPERM' && fault.code !== 'EMLINK') throw fault
  const aside = `${target}.${process.pid}.tmp`
  await copyFile(source, aside)
  await rename(aside, target)
}
