import { copyFile, link, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Gives the loose objects of the repository at `from` to the one at `to`, and takes them out of `from`, which borrows them back.
 * Objects are named by their content, so a copy that stands is the same; a kill between any two steps loses nothing.
 */
export async function lendObjects(from: string, to: string): Promise<void> {
  const shelves = (await readdir(from)).filter((name) => /^[0-9a-f]{2}$/.test(name))
  for (const shelf of shelves) {
    const names = await readdir(join(from, shelf))
    if (names.length === 0) continue
    await mkdir(join(to, shelf), { recursive: true })
    for (const name of names) {
      const [source, target] = [join(from, shelf, name), join(to, shelf, name)]
      if (!name.startsWith('tmp_'))
        await link(source, target).catch((fault: NodeJS.ErrnoException) => shareByCopy(fault, source, target))
      await rm(source, { force: true })
    }
  }
}

async function shareByCopy(fault: NodeJS.ErrnoException, source: string, target: string) {
  if (fault.code === 'EEXIST') return
  if (fault.code !== 'EXDEV' && fault.code !== 'EPERM' && fault.code !== 'EMLINK') throw fault
  const aside = `${target}.${process.pid}.tmp`
  await copyFile(source, aside)
  await rename(aside, target)
}
