import { execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { AnnealError } from '../records/error.ts'
import { fields, plumbing } from './plumbing.ts'
import { porcelain } from './porcelain.ts'

/** The user's repository as Anneal found it; read, never changed, but for new refs. */
export type Repository = {
  root: string
  gitDirectory: string
  head: string
  branch: string | null
  dirty: boolean
  shallow: boolean
  submodules: string[]
}

/**
 * Looks at the repository that `folder` lies in.
 * Throws where there is none, where it has no commit yet, or where it is bare.
 */
export async function openRepository(folder: string): Promise<Repository> {
  const at = resolve(folder)
  if (!existsSync(at))
    throw new AnnealError({
      what: `There is no folder ${at}.`,
      why: 'Anneal works on the repository that a folder lies in.',
      fix: 'Name an existing folder with --dir.',
    })
  const foreign = await porcelain(at)
    .raw(['rev-parse'])
    .then(
      () => false,
      (fault: Error) => /dubious ownership/.test(fault.message),
    )
  const git = porcelain(at, foreign ? await trusted() : [])
  const ask = async (...args: string[]) => (await git.raw(args)).replace(/\n$/, '')
  const root = await ask('rev-parse', '--show-toplevel').catch((cause: Error) => {
    if (/dubious ownership/.test(cause.message))
      throw new AnnealError({
        what: `Git does not trust the repository at ${at}.`,
        why: 'Another user owns it.',
        fix: `git config --global --add safe.directory ${at}`,
        cause,
      })
    const bare = /work tree/.test(cause.message)
    throw new AnnealError({
      what: bare
        ? `${at} is a bare repository: there is no work tree to improve.`
        : `${at} is not in a git repository.`,
      why: 'Every attempt is a branch, which starts from a commit and its files.',
      fix: bare
        ? 'Run Anneal in a clone of it.'
        : 'Run `git init && git add -A && git commit -m start` there, or `anneal init --starter circle-packing DIR` for an example.',
      cause,
    })
  })
  const head = await ask('rev-parse', '--verify', '--quiet', 'HEAD^{commit}').catch(() => '')
  if (head === '')
    throw new AnnealError({
      what: `The repository at ${root} has no commit yet.`,
      why: 'Anneal starts from the commit at HEAD.',
      fix: 'git add -A && git commit -m start',
    })
  const gitDirectory = realpathSync(resolve(at, await ask('rev-parse', '--git-common-dir')))
  const raw = plumbing(gitDirectory)
  const filters = await ask('config', '--name-only', '--get-regexp', '^filter\\.').catch(() => '')
  // `status` would run the repository's clean filters on files whose time stamps are fresh.
  const disarm = filters
    .split('\n')
    .filter(Boolean)
    .flatMap((key) => ['-c', `${key}=${key.endsWith('.required') ? 'false' : ''}`])
  const entries = fields(await raw(['ls-tree', '-r', '-z', '--full-tree', head]))
  return {
    root: realpathSync(root),
    gitDirectory,
    head,
    branch: (await ask('symbolic-ref', '--quiet', '--short', 'HEAD').catch(() => '')) || null,
    dirty:
      (
        await raw([...disarm, `--work-tree=${root}`, 'status', '--porcelain', '--ignore-submodules=all']).catch(
          () => '',
        )
      ).toString() !== '',
    shallow: existsSync(join(gitDirectory, 'shallow')),
    submodules: entries
      .filter((entry) => entry.startsWith('160000 '))
      .map((entry) => entry.slice(entry.indexOf('\t') + 1)),
  }
}

/** Folders of other users that this person trusts, by Git's own configuration of theirs: the one setting in it that is heeded. */
async function trusted(): Promise<string[]> {
  const words = ['config', '--get-all', '-z', 'safe.directory']
  const { stdout } = await promisify(execFile)('git', words, { cwd: '/' }).catch(() => ({ stdout: '' }))
  return stdout.split('\0').slice(0, -1)
}

/** Keeps `.anneal/` out of the user's `git status`, by the repository's own exclude file. */
export async function excludeFolder({ gitDirectory }: Repository): Promise<void> {
  const file = join(gitDirectory, 'info', 'exclude')
  const text = await readFile(file, 'utf8').catch(() => '')
  if (text.split('\n').includes('/.anneal/')) return
  await mkdir(dirname(file), { recursive: true })
  await appendFile(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}/.anneal/\n`)
}

/** The commit that `name` (a branch, a tag, an id) stands for. Throws where this clone does not hold it. */
export async function commitOf({ gitDirectory, shallow }: Repository, name: string): Promise<string> {
  const found = await plumbing(gitDirectory)([
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${name}^{commit}`,
  ])
    .then((output) => output.toString().trim())
    .catch(() => '')
  if (/^[0-9a-f]{40,64}$/.test(found)) return found
  throw new AnnealError({
    what: `This repository holds no commit ${name}.`,
    why: shallow ? 'It is a shallow clone: only the newest commits are in it.' : '',
    fix: shallow
      ? `git fetch --depth=1 origin ${name.replace(/^origin\//, '')}, and name FETCH_HEAD or the commit's id; or git fetch --unshallow`
      : 'Name a branch, a tag or a commit that is there; `git fetch` first where it is new.',
  })
}
