import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { giveFile } from './objects.ts'
import { plumbing } from './plumbing.ts'
import type { Repository } from './repository.ts'

/** Fewer loose objects than this are left as they are: many small packs are slower than they. */
const WORTH_A_PACK = 200
const NOTES = 'refs/notes/anneal'

/** The branches of a run, and the commit that it began with, whose objects are the user's. */
export type Packed = { run: string; base: string }

/**
 * Puts the loose objects that the published attempts of a run brought into one pack of the user's repository, and gives how many.
 * Nothing else is touched: no reference, no pack, no object that only the user's commits reach. Gives 0 where it is not worth it.
 * A kill between any two steps, told through `at`, loses nothing: an object stands loose, in the pack, or in both; `settlePacks` ends what was begun.
 */
export async function packPublished(
  repository: Repository,
  folder: string,
  { run, base }: Packed,
  at: (step: string) => void = () => undefined,
): Promise<number> {
  const user = plumbing(repository.gitDirectory)
  const refs = (await user(['for-each-ref', '--format=%(refname)', `refs/heads/anneal/${run}/`, NOTES])).toString()
  if (refs === '') return 0
  const reached = await user(['rev-list', '--objects', '--no-object-names', '--unpacked', '--stdin'], {
    input: `${refs}^${base}\n`,
  })
  const loose = await looseObjects(join(repository.gitDirectory, 'objects'))
  const ids = lines(reached).filter((id) => loose.has(id))
  if (ids.length < WORTH_A_PACK) return 0
  // In the private repository, which borrows the user's objects: what a kill leaves of it lies there, and no setting of the user's acts.
  const pack = ['pack-objects', '-q', '--threads=1', '--delta-base-offset', join(folder, 'objects', 'pack', 'pack')]
  await plumbing(folder)(pack, { input: `${ids.join('\n')}\n` })
  at('after a pack is written')
  await settlePacks(repository, folder, at)
  return ids.length
}

/** Hands packs of the private repository `folder` to the user's, then takes away the loose files of just the objects that they hold. */
export async function settlePacks(
  repository: Repository,
  folder: string,
  at: (step: string) => void = () => undefined,
): Promise<void> {
  const [from, objects] = [join(folder, 'objects', 'pack'), join(repository.gitDirectory, 'objects')]
  const to = join(objects, 'pack')
  const names: string[] = await readdir(from).catch(() => [])
  const git = plumbing(folder)
  const whole = names.filter((name) => name.endsWith('.idx') && names.includes(name.replace(/idx$/, 'pack')))
  for (const index of whole) {
    // A pack that is not sound gives way: what it would hold stands loose.
    const sound = await git(['verify-pack', join(from, index)]).then(
      () => true,
      () => false,
    )
    if (!sound) continue
    // Git looks for a pack by its index: that comes last.
    const parts = names.filter((name) => name !== index && name.startsWith(index.replace(/idx$/, '')))
    await mkdir(to, { recursive: true })
    for (const part of parts) await giveFile(join(from, part), join(to, part))
    at('after a pack is handed over')
    await giveFile(join(from, index), join(to, index))
    await syncFolder(to)
    at('after its index is handed over')
    const held = (await git(['show-index'], { input: await readFile(join(to, index)) })).toString()
    for (const id of held.split('\n').flatMap((line) => line.split(' ')[1] ?? []))
      await rm(join(objects, id.slice(0, 2), id.slice(2)), { force: true })
    at('after the loose objects are gone')
  }
  for (const name of names) await rm(join(from, name), { force: true })
}

const lines = (output: Buffer) =>
  output
    .toString()
    .split('\n')
    .filter((line) => line !== '')

async function looseObjects(objects: string): Promise<Set<string>> {
  const shelves = (await readdir(objects)).filter((name) => /^[0-9a-f]{2}$/.test(name))
  const found = await Promise.all(
    shelves.map(async (shelf) => (await readdir(join(objects, shelf))).map((name) => shelf + name)),
  )
  return new Set(found.flat())
}

async function syncFolder(path: string) {
  const folder = await open(path)
  await folder.sync().finally(() => folder.close())
}
