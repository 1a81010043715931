import { admit, MOST_FILES, tooMany } from './folder.ts'
import { FOREIGN_FOLDER } from './kinds.ts'
import type { Skipped, SourceFile } from './source-file.ts'

/** The files of one commit, read without a checkout: no filter, hook or link of the repository acts. */
export type Snapshot = {
  commit: string
  /** `size` in bytes, null where it is not known; `object` names the content. */
  files: { path: string; mode: string; object: string; size: number | null }[]
  read(object: string): Promise<Uint8Array>
  close(): Promise<void>
}

/** What there is to learn in a commit. */
export function snapshotFiles({ files: all, read }: Snapshot): { files: SourceFile[]; skipped: Skipped[] } {
  const files: SourceFile[] = []
  const skipped = new Map<string, string>()
  for (const { path, mode, object, size } of all) {
    const foreign = foreignPart(path)
    if (foreign !== null) skipped.set(foreign, 'hidden, or not written here')
    else if (mode === '120000') skipped.set(path, 'a symbolic link, which is not followed')
    else if (mode === '160000') skipped.set(`${path}/`, 'a submodule')
    else {
      const admitted = admit(path, size)
      if ('skip' in admitted) skipped.set(path, admitted.skip)
      else files.push({ path, kind: admitted.kind, digest: object, read: () => read(object) })
    }
  }
  if (files.length > MOST_FILES) throw tooMany('The repository')
  return { files, skipped: [...skipped].map(([what, why]) => ({ what, why })) }
}

/** The outermost folder of a path that is hidden or not written by the project, or null. */
function foreignPart(path: string): string | null {
  const folders = path.split('/').slice(0, -1)
  const at = folders.findIndex((name) => FOREIGN_FOLDER.test(name))
  return at < 0 ? null : `${folders.slice(0, at + 1).join('/')}/`
}
