import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, readFile, realpath } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'

const LARGEST = 2_000_000

/** The editable files of a folder, sorted; whatever lies behind a link is left out. */
export async function listEditable(folder: string, editable: (path: string) => boolean): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(editable)
    .toSorted()
}

/** The editable text files of a folder: path → content. Binary and huge files and whatever lies behind a link are left out. */
export async function readEditable(folder: string, editable: (path: string) => boolean): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const path of await listEditable(folder, editable)) {
    const full = join(folder, path)
    if ((await lstat(full)).size > LARGEST) continue
    const bytes = await readFile(full)
    const text = bytes.toString('utf8')
    if (!bytes.includes(0) && Buffer.from(text).equals(bytes)) files.set(path, text)
  }
  return files
}

/** Writes changed files into the folder. Gives the path of a file that a link would have led out of it, with nothing written there; null when all is well. */
export async function writeFiles(folder: string, files: ReadonlyMap<string, string>): Promise<string | null> {
  const root = await realpath(folder)
  for (const [path, text] of files) {
    const target = join(root, path)
    if (!(await standsInside(root, dirname(target)))) return path
    await mkdir(dirname(target), { recursive: true })
    const file = await open(
      target,
      constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW,
      0o644,
    ).catch((fault: NodeJS.ErrnoException) => {
      if (fault.code === 'ELOOP' || fault.code === 'EISDIR') return null
      throw fault
    })
    if (!file) return path
    await file.writeFile(text).finally(() => file.close())
  }
  return null
}

/** Whether the nearest existing folder of `path` really lies in `root`, links resolved. */
async function standsInside(root: string, path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => null)
  if (real !== null) return real === root || real.startsWith(root + sep)
  return path !== root && standsInside(root, dirname(path))
}
