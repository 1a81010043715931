import { existsSync } from 'node:fs'
import { copyFile, lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Change } from '../records/change.ts'
import { excerpt } from '../records/excerpt.ts'
import { lendAll, lendObjects } from './objects.ts'
import { type Packed, packPublished, settlePacks } from './pack.ts'
import { arePlain, compareFiles, writePlainFiles } from './plain-files.ts'
import { fields, type Plumbing, plumbing } from './plumbing.ts'
import { publisher } from './publish.ts'
import { blobReader, objectReader } from './read-objects.ts'
import type { Repository } from './repository.ts'
import { standingProcess } from './standing-process.ts'
import { changeTree, type Leaf, leavesOf, stored, treeReader } from './trees.ts'
import { objectWriter, type WriteObject } from './write-objects.ts'

/** Files that running a program leaves behind: never part of a candidate. */
const LITTER = ['__pycache__/', '*.pyc', '.pytest_cache/', 'node_modules/', '.DS_Store', '.anneal/']
/** Outranks every `.gitattributes`: what is stored is what is written, byte for byte; no filter runs. */
const RAW = '* -text -eol -filter -ident -working-tree-encoding -export-subst -export-ignore -merge diff\n'

/** Commits whose lists of files are kept in memory. */
const LISTED = 32
const DIFF = ['diff-tree', '--no-color', '--no-ext-diff', '--no-textconv']

export type CommitOrder = {
  folder: string
  parents: readonly string[]
  message: string
  seconds: number
}

/** What was exported to a folder. */
export type Exported = {
  /** Paths there that differ from what was exported: changed, deleted or new. Hidden files and what running a program leaves behind do not count. */
  changed(): Promise<string[]>
}

/** The commits of one run, in a private repository that borrows the user's objects and that candidates never see. */
export type Engine = {
  /** Writes the plain files of `commit` into the new `folder`, but those for which `hide` is true. */
  export(commit: string, folder: string, hide?: (path: string) => boolean): Promise<Exported>
  /** Commits the named paths of `folder` on top of the first parent. The same order gives the same commit, whenever it runs. */
  commit(order: CommitOrder, paths: readonly string[]): Promise<Change>
  /** Every path of `commit` with its mode and object. */
  list(commit: string): Promise<readonly Leaf[]>
  read(commit: string, path: string): Promise<Buffer | null>
  treeOf(commit: string): Promise<string>
  diff(from: string, to: string, limit?: number): Promise<string>
  /** Creates the attempt's branch and note in the user's repository; `seconds` since 1970 date the note. The same again changes nothing. */
  publish(branch: string, commit: string, note: object, seconds: number): Promise<void>
  /** Packs what the published attempts of a run left loose in the user's repository, while nothing is published; gives how many objects. */
  pack(which: Packed, at?: (step: string) => void): Promise<number>
}

/** Makes (or opens again) the private repository `folder` over the user's. */
export async function openEngine(repository: Repository, folder: string): Promise<Engine> {
  const git = plumbing(folder)
  const user = plumbing(repository.gitDirectory)
  await rm(join(folder, 'index.lock'), { force: true })
  if (!existsSync(join(folder, 'HEAD'))) await initialise(folder, git, user)
  await borrow(repository, folder)

  const diff = async (from: string, to: string, limit = 20_000) =>
    excerpt((await git([...DIFF, '-p', '--full-index', from, to])).toString(), limit)

  const format = (await user(['rev-parse', '--show-object-format'])).toString().trim() === 'sha256' ? 'sha256' : 'sha1'
  const [objects, width] = [join(repository.gitDirectory, 'objects'), format === 'sha1' ? 20 : 32]
  const object = objectReader(folder)
  const trees = treeReader(object, width)
  const fresh = new Set<string>()
  const store = objectWriter(join(folder, 'objects'), format)
  const write: WriteObject = async (type, body) => {
    const id = await store(type, body)
    fresh.add(id)
    return id
  }
  const publishCommit = publisher(repository.gitDirectory, width, objectWriter(objects, format))
  const compare = standingProcess<string>(folder, [...DIFF, '--stdin', '-r', '-p', '--numstat', '-z', '--no-renames'])
  const blobs = blobReader(folder, object)
  const listed = new Map<string, Promise<Leaf[]>>()
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }

  const treeOf = async (commit: string) => {
    const found = await object(`${commit}^{tree}`)
    if (found?.type !== 'tree') throw new Error(`${commit} has no tree`)
    return found.id
  }
  const list = (commit: string) => {
    const known = listed.get(commit) ?? treeOf(commit).then((tree) => leavesOf(tree, trees))
    listed.delete(commit)
    listed.set(commit, known)
    const oldest = listed.keys().next().value
    if (listed.size > LISTED && oldest !== undefined) listed.delete(oldest)
    return known
  }

  return {
    diff,
    list,
    treeOf,

    async export(commit, target, hide = () => false) {
      await mkdir(target, { recursive: true })
      const all = await list(commit)
      const leaves = all.filter(({ path }) => !hide(path))
      if (!(await arePlain(leaves, blobs.size)))
        return exportByGit(git, commit, target, leaves.length < all.length ? leaves : null, hide)
      const written = await writePlainFiles(leaves, target, blobs.read)
      return {
        async changed() {
          const { changed, more } = await compareFiles(written, target, format)
          // What is new may be what the repository ignores: Git tells, over an index in which nothing is known.
          const others = more ? await listFiles(git, target, `${target}.none`, ['--others']) : []
          return [...changed, ...others.filter((path) => !written.files.has(path) && !hide(path.replace(/\/$/, '')))]
        },
      }
    },

    async commit({ folder: target, parents, message, seconds }, paths) {
      const [parent] = parents
      if (parent === undefined) throw new Error('a commit without a parent')
      const changes = await Promise.all(
        paths.map(async (path) => [stored(path), await storeFile(join(target, path), write)] as const),
      )
      const before = await treeOf(parent)
      const tree = (await changeTree(before, new Map(changes), trees, write)) ?? (await write('tree', Buffer.alloc(0)))
      const who = `Anneal <anneal@localhost> ${Math.floor(seconds)} +0000`
      const head = [
        `tree ${tree}`,
        ...parents.map((one) => `parent ${one}`),
        `author ${who}`,
        `committer ${who}`,
        '',
        message,
      ]
      const commit = await write('commit', Buffer.from(head.join('\n')))
      return { commit, tree, ...splitDiff(await compareTrees(compare, before, tree)) }
    },

    async read(commit, path) {
      const leaf = (await list(commit)).find((one) => one.path === path)
      return leaf ? ((await object(leaf.object))?.body ?? null) : null
    },

    publish: (branch, commit, note, seconds) =>
      inTurn(async () => {
        const ids = [...fresh]
        await lendObjects(join(folder, 'objects'), objects, ids)
        for (const id of ids) fresh.delete(id)
        await publishCommit({ branch, commit, note, seconds })
      }),

    pack: (which, at) => inTurn(() => packPublished(repository, folder, which, at)),
  }
}

type Standing = ReturnType<typeof standingProcess<string>>

/** Stores a plain file as it is; null where there is none any more. */
async function storeFile(path: string, write: WriteObject): Promise<{ mode: string; object: string } | null> {
  const facts = await lstat(path).catch(() => null)
  if (!facts?.isFile()) return null
  return { mode: facts.mode & 0o100 ? '100755' : '100644', object: await write('blob', await readFile(path)) }
}

let serials = 0
const serial = () => serials++

/** Has Git write some files of a commit, or all of them, and remember them in an index beside the folder. */
async function exportByGit(
  git: Plumbing,
  commit: string,
  target: string,
  some: readonly Leaf[] | null,
  hide: (path: string) => boolean,
): Promise<Exported> {
  const index = `${target}.index`
  const env = { GIT_INDEX_FILE: index, GIT_WORK_TREE: target }
  await rm(index, { force: true })
  await git(['read-tree', commit], { env })
  const which = some === null ? ['--all'] : ['-z', '--stdin']
  const input = (some ?? []).map(({ path }) => `${path}\0`).join('')
  await git(['checkout-index', '-q', '-f', '-u', ...which], { env, input })
  return {
    async changed() {
      const found = await listFiles(git, target, index, ['--modified', '--deleted', '--others'])
      return found.filter((path) => !hide(path.replace(/\/$/, '')))
    },
  }
}

/** Files of a folder by what an index knows of them; litter and what the repository ignores left out. */
async function listFiles(git: Plumbing, target: string, index: string, which: readonly string[]): Promise<string[]> {
  const env = { GIT_INDEX_FILE: index, GIT_WORK_TREE: target }
  return [...new Set(fields(await git(['ls-files', '-z', ...which, '--exclude-standard'], { env })))]
}

async function initialise(folder: string, git: Plumbing, user: Plumbing) {
  const format = (await user(['rev-parse', '--show-object-format'])).toString().trim()
  await rm(folder, { recursive: true, force: true })
  await git(['init', '-q', '--bare', `--object-format=${format}`, '--template=', folder])
  await mkdir(join(folder, 'info'), { recursive: true })
  await writeFile(join(folder, 'info', 'attributes'), RAW)
  await writeFile(join(folder, 'info', 'exclude'), `${LITTER.join('\n')}\n`)
}

/** Borrows the user's objects from where they lie now: a CI cache brings a run's folder into a new clone. */
async function borrow({ gitDirectory, shallow }: Repository, folder: string) {
  const [objects, alternates] = [join(gitDirectory, 'objects'), join(folder, 'objects', 'info', 'alternates')]
  if (shallow) await copyFile(join(gitDirectory, 'shallow'), join(folder, 'shallow'))
  else await rm(join(folder, 'shallow'), { force: true })
  if ((await readFile(alternates, 'utf8').catch(() => '')) === `${objects}\n`) return
  await mkdir(join(folder, 'objects', 'info'), { recursive: true })
  await writeFile(alternates, `${objects}\n`)
}

/** What `diff-tree` prints of two trees. It says a line that is no tree back, which tells where the answer ends. */
async function compareTrees(compare: Standing, from: string, to: string): Promise<string> {
  const last = `\nend ${serial()} of ${from}\n`
  const text = await compare(`${from} ${to}${last}`, (bytes) => {
    const at = bytes.indexOf(last)
    return at < 0 ? null : { answer: bytes.subarray(0, at + 1).toString(), length: at + last.length }
  })
  return text.slice(text.indexOf('\n') + 1)
}

/** Splits what `diff-tree --numstat -p -z` printed into file figures and a bounded diff. */
function splitDiff(output: string): Pick<Change, 'files' | 'diff'> {
  const at = output.indexOf('diff --git ')
  const figures = (at < 0 ? output : output.slice(0, at)).split('\0').filter((line) => /^(\d+|-)\t/.test(line))
  const count = (text: string | undefined) => (text === undefined || text === '-' ? null : Number(text))
  const files = figures.map((line) => {
    const [added, removed, ...path] = line.split('\t')
    return { path: path.join('\t'), added: count(added), removed: count(removed) }
  })
  return { files, diff: at < 0 ? '' : excerpt(output.slice(at), 20_000) }
}

/** Removes index files and locks that a killed process left in the private repository, and hands over the objects and packs that it kept. */
export async function sweepEngine(repository: Repository, folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  await Promise.all(
    names.filter((name) => /^index-|\.lock$/.test(name)).map((name) => rm(join(folder, name), { force: true })),
  )
  if (!existsSync(join(folder, 'objects'))) return
  await lendAll(join(folder, 'objects'), join(repository.gitDirectory, 'objects'))
  await settlePacks(repository, folder)
}
