import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { takeLock } from './lock.ts'

/** Milliseconds that a run may take to be made. */
const MAKING = 60_000

/** Removes folders of runs that a kill left half made: nobody holds them, and they are not being made just now. */
export async function sweepHalfMade(runs: string, now: number): Promise<void> {
  const names = (await readdir(runs)).filter((name) => /^\..+\.tmp$/.test(name))
  for (const folder of names.map((name) => join(runs, name))) {
    const facts = await stat(folder).catch(() => null)
    if (!facts || now - facts.mtimeMs < MAKING) continue
    const release = await takeLock(join(folder, 'lock')).catch(() => null)
    if (!release) continue
    await rm(folder, { recursive: true, force: true })
  }
}
