import { createHash } from 'node:crypto'
import { realpath, stat } from 'node:fs/promises'
import { basename, isAbsolute, posix, relative, resolve } from 'node:path'
import { AnnealError } from '../../records/error.ts'
import type { Run } from '../../records/run.ts'
import { folderFiles, namedFile } from './folder.ts'
import { type Snapshot, snapshotFiles } from './repository.ts'
import { runFiles } from './run.ts'
import { type Skipped, type SourceFile, withoutPassword } from './source-file.ts'
import { type WebParts, webFile } from './web.ts'

/** Something to learn from, opened: its name stays the same from one time to the next, `at` is the commit or date that is read. */
export type Source = {
  name: string
  label: string
  at: string
  files: SourceFile[]
  skipped: Skipped[]
  /** Paths among the skipped of which nothing may be known, not even from before. */
  withheld: string[]
  close(): Promise<void>
}

export type SourceParts = {
  /** The folder that relative paths start from, and the one that names are given relative to. */
  folder: string
  root: string
  /** Opens a git repository, local or far; null where a local path is the root of none. */
  repository(from: string, signal: AbortSignal): Promise<Snapshot | null>
  /** An earlier run of this project, with its champion's whole diff; null where there is none of that name. */
  run(name: string): Promise<{ run: Run; attempt: number | null; diff: string } | null>
  web: WebParts
  /** Which of these paths, relative to `root`, candidates and models must never see. */
  hidden(paths: readonly string[]): Promise<ReadonlySet<string>>
}

const nothing = async () => undefined

/**
 * Opens what a person named: a path, the address of a repository or of a web page, or a run.
 * Throws an AnnealError where there is nothing of the kind.
 */
export async function openSource(text: string, parts: SourceParts, signal: AbortSignal): Promise<Source> {
  const path = resolve(parts.folder, text)
  const facts = await stat(path).catch(() => null)
  if (facts) return openPath(path, facts.isDirectory(), parts, signal)
  if (isRepositoryAddress(text)) return openRepositoryAt(text, parts, signal)
  if (/^https?:\/\//i.test(text)) {
    const { file, at, name } = await webFile(text, parts.web, signal)
    return { name, label: labelOf(name), at, ...one(file) }
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
    throw new AnnealError({
      what: `${text} cannot be read.`,
      why: 'Its kind of address is not known.',
      fix: 'Give a path, or an address with http, https, ssh or git.',
    })
  const found = /^[\w-]+$/.test(text) ? await parts.run(text) : null
  if (found) {
    const { files, at } = runFiles(found)
    return { name: `run ${text}`, label: text, at, files, skipped: [], withheld: [], close: nothing }
  }
  throw new AnnealError({
    what: `There is nothing to learn from at ${text}.`,
    why: 'It is no file or folder, no address, and no run of this project.',
    fix: 'Name a folder, a file, the address of a repository or web page, or a run (`anneal status`).',
  })
}

async function openPath(given: string, isFolder: boolean, parts: SourceParts, signal: AbortSignal): Promise<Source> {
  const path = await realpath(given)
  const inside = relative(parts.root, path)
  const name = inside === '' ? '.' : inside.startsWith('..') ? path : inside
  return withhold({ name, label: basename(path), ...(await contentOf(path, isFolder, parts, signal)) }, isFolder, parts)
}

type Content = Pick<Source, 'at' | 'files' | 'skipped' | 'withheld' | 'close'>

async function contentOf(path: string, isFolder: boolean, parts: SourceParts, signal: AbortSignal): Promise<Content> {
  if (!isFolder) {
    const { file, at } = await namedFile(path)
    return { ...one(file), at }
  }
  const snapshot = await parts.repository(path, signal)
  if (snapshot) return { at: snapshot.commit, ...snapshotFiles(snapshot), withheld: [], close: snapshot.close }
  return { ...(await folderFiles(path, signal)), withheld: [], close: nothing }
}

/** Leaves out the files of the project that its task hides. */
async function withhold(source: Source, isFolder: boolean, { hidden }: SourceParts): Promise<Source> {
  const { name, files } = source
  if (isAbsolute(name)) return source
  const pathOf = (path: string) => (isFolder ? posix.join(name, path) : name)
  const kept = await hidden(files.map(({ path }) => pathOf(path)))
  const withheld = files.filter(({ path }) => kept.has(pathOf(path))).map(({ path }) => path)
  if (withheld.length === 0) return source
  const why = 'the task hides it from candidates and models'
  return {
    ...source,
    files: files.filter(({ path }) => !withheld.includes(path)),
    skipped: [...source.skipped, ...withheld.map((what) => ({ what, why }))],
    withheld,
  }
}

const one = (file: SourceFile) => ({ files: [file], skipped: [], withheld: [], close: nothing })

async function openRepositoryAt(address: string, parts: SourceParts, signal: AbortSignal): Promise<Source> {
  const snapshot = await parts.repository(address, signal)
  if (!snapshot)
    throw new AnnealError({
      what: `There is no repository at ${withoutPassword(address)}.`,
      why: 'Git found none there that it could read.',
      fix: 'Check the address, and that `git ls-remote` reaches it.',
    })
  const name = withoutPassword(address)
  return {
    name,
    label: labelOf(name),
    at: snapshot.commit,
    ...snapshotFiles(snapshot),
    withheld: [],
    close: snapshot.close,
  }
}

/** Whether an address is that of a repository: by its scheme or ending, or because it is the root of a project on a known host. */
export const isRepositoryAddress = (text: string): boolean =>
  /^(ssh|git|git\+ssh|file):\/\//i.test(text) ||
  /^[\w.-]+@[\w.-]+:[^\s]+$/.test(text) ||
  /^https?:\/\/[^\s?#]+\.git\/?$/i.test(text) ||
  /^https?:\/\/(www\.)?(github\.com|gitlab\.com|codeberg\.org|bitbucket\.org)\/[^/\s?#]+\/[^/\s?#]+\/?$/i.test(text)

/** Whether reading it wants the network. */
export const isAddress = (text: string): boolean => isRepositoryAddress(text) || /^https?:\/\//i.test(text)

const labelOf = (name: string): string =>
  basename(name.replace(/[?#].*$/, '').replace(/\/+$/, '')).replace(/\.git$/, '') || 'page'

/** The name of a source as part of a file's name. */
export const keyOf = ({ name, label }: Source): string =>
  `${label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)}-${createHash('sha256').update(name).digest('hex').slice(0, 10)}`
