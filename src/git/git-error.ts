import { statfsSync } from 'node:fs'
import { AnnealError, EXIT } from '../records/error.ts'

/** Bytes below which a disk counts as full: Git does not always say why it could not write. */
const FULL = 200_000

/** Git's own words as an error; exit 74 where the disk that holds `gitDirectory` is full. */
export function gitError(gitDirectory: string, command: string, why: string): AnnealError {
  const full = /No space left on device/.test(why) || isFull(gitDirectory)
  return new AnnealError({
    what: full ? `git ${command} failed: there is no space left on the disk.` : `git ${command} failed`,
    why: why.trim(),
    fix: full ? 'Free some, then `anneal resume`: nothing that was recorded is lost.' : '',
    exit: full ? EXIT.disk : EXIT.fault,
  })
}

function isFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize < FULL
  } catch {
    return false
  }
}
