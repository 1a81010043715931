import { readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import picomatch from 'picomatch'
import { AnnealError } from '../../records/error.ts'
import type { Imported } from './imported.ts'

/** What no task needs: version control, caches, environments. */
const NEVER = picomatch(
  [
    '.git',
    '.hg',
    '.anneal',
    'node_modules',
    '__pycache__',
    '.venv',
    'venv',
    '.ipynb_checkpoints',
    '.*_cache',
    '.DS_Store',
    '*.pyc',
  ],
  { dot: true },
)
/** What may hold a secret. */
const SECRET = picomatch(['.env', '.env.*', '.netrc', '*.pem', 'id_rsa*', 'id_ed25519*', 'credentials*'], { dot: true })
const MOST_FILES = 20_000
const MOST_BYTES = 2 * 2 ** 30

/**
 * The files of a source folder that a task's repository takes over as they are. Left out and named: what `leaveOut` matches, likely secrets,
 * and links that lead out of the folder. Throws where there is far more than a task has.
 */
export async function sourceFiles(
  source: string,
  leaveOut: readonly string[] = [],
): Promise<{ files: Imported['files']; left: string[] }> {
  const unwanted = leaveOut.length > 0 ? picomatch([...leaveOut], { dot: true }) : () => false
  const root = await realpath(source)
  const files: Imported['files'] = {}
  const left: string[] = []
  let bytes = 0
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true })
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (NEVER(entry.name)) continue
      const at = join(folder, entry.name)
      const path = relative(root, at).split(sep).join('/')
      if (SECRET(entry.name)) {
        left.push(`${path} (it may hold a secret)`)
        continue
      }
      if (unwanted(path)) {
        left.push(path)
        continue
      }
      if (entry.isDirectory()) {
        await walk(at)
        continue
      }
      const real = await realpath(at).catch(() => null)
      const facts = real?.startsWith(root + sep) ? await stat(real) : null
      if (real === null || !facts?.isFile()) {
        left.push(`${path} (${entry.isSymbolicLink() ? 'a link that leads elsewhere' : 'not a plain file'})`)
        continue
      }
      files[path] = { copy: real }
      bytes += facts.size
      if (Object.keys(files).length > MOST_FILES || bytes > MOST_BYTES)
        throw new AnnealError({
          what: `${source} holds more than a task does.`,
          why: `At most ${MOST_FILES} files and ${MOST_BYTES / 2 ** 30} GiB are taken over.`,
          fix: 'Name the folder of the task itself, or move large data out of it.',
        })
    }
  }
  await walk(root)
  return { files, left }
}

/** One line of what was left out; none where nothing was. */
export const leftOut = (left: readonly string[]): string[] =>
  left.length === 0
    ? []
    : [`files: ${left.slice(0, 12).join(', ')}${left.length > 12 ? ` and ${left.length - 12} more` : ''}`]
