import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Change } from '../records/change.ts'
import { excerpt } from '../records/excerpt.ts'
import { lendObjects } from './objects.ts'
import { fields, type Plumbing, plumbing } from './plumbing.ts'
import type { Repository } from './repository.ts'

/** Files that running a program leaves behind: never part of a candidate. */
const LITTER = ['__pycache__/', '*.pyc', '.pytest_cache/', 'node_modules/', '.DS_Store', '.anneal/']
/** Outranks every `.gitattributes`: what is stored is what is written, byte for byte; no filter runs. */
const RAW = '* -text -eol -filter -ident -working-tree-encoding -export-subst -export-ignore -merge diff\n'

export type CommitOrder = {
  folder: string
  index: string
  parents: readonly string[]
  message: string
  seconds: number
}

/** The commits of one run, in a private repository that borrows the user's objects and that candidates never see. */
export type Engine = {
  /** Writes the plain files of `commit` into the new `folder`, but those for which `hide` is true; `index` remembers them. */
  export(commit: string, folder: string, options?: { index?: string; hide?: (path: string) => boolean }): Promise<void>
  /** Paths in `folder` that differ from what was exported there with the same index: changed, deleted or new. */
  changed(folder: string, index: string, hide?: (path: string) => boolean): Promise<string[]>
  /** Commits the named paths of `folder` on top of the exported tree. The same order gives the same commit, whenever it runs. */
  commit(order: CommitOrder, paths: readonly string[]): Promise<Change>
  /** Every path of `commit` with its mode, type and object. */
  list(commit: string): Promise<{ path: string; mode: string; object: string }[]>
  read(commit: string, path: string): Promise<Buffer | null>
  treeOf(commit: string): Promise<string>
  diff(from: string, to: string, limit?: number): Promise<string>
  /** Creates the attempt's branch and note in the user's repository. The same again changes nothing. */
  publish(branch: string, commit: string, note: object): Promise<void>
}

/** Makes (or opens again) the private repository `folder` over the user's. */
export async function openEngine(repository: Repository, folder: string): Promise<Engine> {
  const git = plumbing(folder)
  const user = plumbing(repository.gitDirectory)
  await rm(join(folder, 'index.lock'), { force: true })
  if (!existsSync(join(folder, 'HEAD'))) await initialise(repository, folder, git, user)

  const diff = async (from: string, to: string, limit = 20_000) =>
    excerpt(
      (
        await git(['diff-tree', '-p', '--no-color', '--no-ext-diff', '--no-textconv', '--full-index', from, to])
      ).toString(),
      limit,
    )

  return {
    diff,

    async export(commit, target, { index = join(folder, `index-${process.pid}-${serial()}`), hide } = {}) {
      const env = { GIT_INDEX_FILE: index, GIT_WORK_TREE: target }
      await mkdir(target, { recursive: true })
      await git(['read-tree', commit], { env })
      if (hide) {
        const shown = fields(await git(['ls-files', '-z', '--cached'], { env })).filter((path) => !hide(path))
        await git(['checkout-index', '-q', '-f', '-u', '-z', '--stdin'], {
          env,
          input: shown.map((path) => `${path}\0`).join(''),
        })
      } else await git(['checkout-index', '-q', '-f', '-u', '-a'], { env })
      if (index.startsWith(join(folder, 'index-'))) await rm(index, { force: true })
    },

    async changed(target, index, hide = () => false) {
      const env = { GIT_INDEX_FILE: index, GIT_WORK_TREE: target }
      const output = await git(['ls-files', '-z', '--modified', '--deleted', '--others', '--exclude-standard'], { env })
      return [...new Set(fields(output))].filter((path) => !hide(path.replace(/\/$/, '')))
    },

    async commit({ folder: target, index, parents, message, seconds }, paths) {
      const when = `${Math.floor(seconds)} +0000`
      const who = { NAME: 'Anneal', EMAIL: 'anneal@localhost', DATE: when }
      const env = {
        GIT_INDEX_FILE: index,
        GIT_WORK_TREE: target,
        ...Object.fromEntries(
          Object.entries(who).flatMap(([key, value]) => [
            [`GIT_AUTHOR_${key}`, value],
            [`GIT_COMMITTER_${key}`, value],
          ]),
        ),
      }
      await git(['update-index', '-z', '--add', '--remove', '--stdin'], {
        env,
        input: paths.map((path) => `${path}\0`).join(''),
      })
      const tree = (await git(['write-tree'], { env })).toString().trim()
      const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])]
      const commit = (await git(args, { env, input: message })).toString().trim()
      const parent = parents[0] ?? commit
      const both = (
        await git([
          'diff-tree',
          '-r',
          '-p',
          '--numstat',
          '-z',
          '--no-renames',
          '--no-color',
          '--no-ext-diff',
          '--no-textconv',
          parent,
          commit,
        ])
      ).toString()
      return { commit, tree, ...splitDiff(both) }
    },

    async list(commit) {
      return fields(await git(['ls-tree', '-r', '-z', '--full-tree', commit])).map((entry) => {
        const tab = entry.indexOf('\t')
        const [mode = '', , object = ''] = entry.slice(0, tab).split(' ')
        return { path: entry.slice(tab + 1), mode, object }
      })
    },

    async read(commit, path) {
      return git(['cat-file', 'blob', `${commit}:${path}`]).catch(() => null)
    },

    async treeOf(commit) {
      return (await git(['rev-parse', `${commit}^{tree}`])).toString().trim()
    },

    async publish(branch, commit, note) {
      const ref = `refs/heads/${branch}`
      await lendObjects(join(folder, 'objects'), join(repository.gitDirectory, 'objects'))
      const standing = (await user(['rev-parse', '--verify', '--quiet', ref]).catch(() => Buffer.alloc(0)))
        .toString()
        .trim()
      // A branch of an attempt that was never recorded is a killed process's: it is owned, and moved from just where it stands.
      const order = standing === '' ? `create ${ref} ${commit}` : `update ${ref} ${commit} ${standing}`
      if (standing !== commit) await user(['update-ref', '--stdin'], { input: `start\n${order}\nprepare\ncommit\n` })
      await writeNote(user, commit, note)
    },
  }
}

let serials = 0
const serial = () => serials++

async function initialise(repository: Repository, folder: string, git: Plumbing, user: Plumbing) {
  const format = (await user(['rev-parse', '--show-object-format'])).toString().trim()
  await rm(folder, { recursive: true, force: true })
  await git(['init', '-q', '--bare', `--object-format=${format}`, '--template=', folder])
  await mkdir(join(folder, 'info'), { recursive: true })
  await mkdir(join(folder, 'objects', 'info'), { recursive: true })
  await writeFile(join(folder, 'objects', 'info', 'alternates'), `${join(repository.gitDirectory, 'objects')}\n`)
  await writeFile(join(folder, 'info', 'attributes'), RAW)
  await writeFile(join(folder, 'info', 'exclude'), `${LITTER.join('\n')}\n`)
  if (repository.shallow) await copyFile(join(repository.gitDirectory, 'shallow'), join(folder, 'shallow'))
}

/** Adds the note, or puts it in the place of the one that stands there. */
async function writeNote(user: Plumbing, commit: string, note: object) {
  const env = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, 'Anneal'],
      [`GIT_${who}_EMAIL`, 'anneal@localhost'],
    ]),
  )
  await user(['notes', '--ref=anneal', 'add', '-f', '-F', '-', commit], { env, input: `${JSON.stringify(note)}\n` })
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

/** Removes index files and locks that a killed process left in the private repository. */
export async function sweepEngine(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  await Promise.all(
    names.filter((name) => /^index-|\.lock$/.test(name)).map((name) => rm(join(folder, name), { force: true })),
  )
}
