import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { AnnealError, EXIT } from '../records/error.ts'

/**
 * Takes the lock `file` for this process; the returned function gives it back.
 * The lock holds its owner's process id and start time, so a dead owner's lock is taken over at once.
 * Throws (exit 75) while a living process holds it.
 */
export async function takeLock(file: string): Promise<() => Promise<void>> {
  const mine = JSON.stringify({ pid: process.pid, started: await startOf(process.pid) })
  const aside = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
  await writeFile(aside, mine)
  try {
    for (let round = 0; round < 20; round++) {
      // link() fails where the name exists: creating the lock with its content is one step.
      if (await link(aside, file).then(() => true, isThere)) return () => release(file, mine)
      const theirs = await readFile(file, 'utf8').catch(() => null)
      if (theirs === null) continue
      if (await isAlive(theirs))
        throw new AnnealError({
          what: 'Another process is working on this run.',
          why: `It is process ${ownerOf(theirs)?.pid ?? '?'}, which holds ${file}.`,
          fix: 'Wait for it, or stop it with Ctrl-C where it runs.',
          exit: EXIT.locked,
        })
      await takeAway(file, theirs, `${aside}.dead`)
    }
    throw new AnnealError({ what: `The lock ${file} could not be taken: others keep taking it.`, exit: EXIT.locked })
  } finally {
    await rm(aside, { force: true })
  }
}

const isThere = (fault: NodeJS.ErrnoException) => {
  if (fault.code === 'EEXIST') return false
  throw fault
}

/** Moves a dead lock out of the way; puts it back when what was moved turns out to be someone's new lock. */
async function takeAway(file: string, dead: string, grave: string) {
  const moved = await rename(file, grave).then(
    () => true,
    () => false,
  )
  if (!moved) return
  if ((await readFile(grave, 'utf8').catch(() => dead)) !== dead) await link(grave, file).catch(() => undefined)
  await rm(grave, { force: true })
}

async function release(file: string, mine: string) {
  if ((await readFile(file, 'utf8').catch(() => null)) === mine) await rm(file, { force: true })
}

function ownerOf(text: string): { pid: number; started: string } | null {
  try {
    const value: unknown = JSON.parse(text)
    if (value && typeof value === 'object' && 'pid' in value && 'started' in value)
      return { pid: Number(value.pid), started: String(value.started) }
  } catch {}
  return null
}

/** Whether a living process holds the lock `file`. */
export async function isHeld(file: string): Promise<boolean> {
  const theirs = await readFile(file, 'utf8').catch(() => null)
  return theirs !== null && (await isAlive(theirs))
}

/** Whether the process that wrote a lock still lives: same id, same start. */
export async function isAlive(text: string): Promise<boolean> {
  const owner = ownerOf(text)
  if (!owner || !Number.isInteger(owner.pid) || owner.pid <= 0) return false
  try {
    process.kill(owner.pid, 0)
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const started = await startOf(owner.pid)
  return started === '' || started === owner.started
}

/** A process's start: the machine's boot id and the clock ticks since; empty where /proc is not to be had. */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
    const after = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return after[0] === 'Z' ? 'zombie' : `${boot}:${after[19] ?? ''}`
  } catch {
    return ''
  }
}
