import { readlinkSync } from 'node:fs'
import { link, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { AnnealError, EXIT } from '../records/error.ts'

/** Milliseconds between two signs of life, and after the last one until an owner elsewhere counts as dead. */
const BEAT = 5000
const SILENT = 30_000

/**
 * Takes the lock `file` for this process; the returned function gives it back.
 * The lock holds its owner's process id and start time, so a dead owner's lock is taken over at once. In another container or on another machine, where its
 * process cannot be seen, the owner lives as long as it writes the lock anew every `beat` milliseconds.
 * Throws (exit 75) while a living process holds it.
 */
export async function takeLock(file: string, beat = BEAT): Promise<() => Promise<void>> {
  const mine = JSON.stringify({ pid: process.pid, started: await startOf(process.pid), place: placeOf() })
  const aside = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
  await writeFile(aside, mine)
  try {
    for (let round = 0; round < 20; round++) {
      // link() fails where the name exists: creating the lock with its content is one step.
      if (await link(aside, file).then(() => true, isThere)) return holding(file, mine, beat)
      const theirs = await readFile(file, 'utf8').catch(() => null)
      if (theirs === null) continue
      if (await isAlive(theirs, (await timeOf(aside)) - (await timeOf(file)))) {
        const elsewhere = isElsewhere(theirs)
        throw new AnnealError({
          what: 'Another process is working on this run.',
          why: `It is process ${ownerOf(theirs)?.pid ?? '?'}${elsewhere ? ` at ${ownerOf(theirs)?.place}` : ''}, which holds ${file}.`,
          fix: elsewhere
            ? `Wait for it, or stop it with Ctrl-C where it runs. ${SILENT / 1000} s after its last sign of life the run is free.`
            : 'Wait for it, or stop it: Ctrl-C where it runs, or `anneal steer --stop`.',
          exit: EXIT.locked,
        })
      }
      await takeAway(file, theirs, `${aside}.dead`)
    }
    throw new AnnealError({
      what: `The lock ${file} could not be taken.`,
      why: 'Other processes keep taking it.',
      fix: 'Try again when they have ended.',
      exit: EXIT.locked,
    })
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

/**
 * Gives signs of life until the returned function is called, which gives the lock back. They are written through a descriptor of the file that was made for
 * this lock: should another process have taken it over meanwhile, theirs is another file.
 */
async function holding(file: string, mine: string, beat: number): Promise<() => Promise<void>> {
  const own = await open(file, 'r+')
  const pulse = setInterval(() => void own.write(mine, 0).catch(() => undefined), beat)
  pulse.unref()
  return async () => {
    clearInterval(pulse)
    await own.close()
    if ((await readFile(file, 'utf8').catch(() => null)) === mine)
      await takeAway(file, mine, `${file}.${process.pid}.old`)
  }
}

/** When a file was written, by the clock of the machine that keeps it. */
const timeOf = (file: string) =>
  stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.NaN,
  )

/** What sees the same processes: the machine, and the namespace of its processes. */
function placeOf(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}

function isElsewhere(text: string): boolean {
  const place = ownerOf(text)?.place
  return place !== undefined && place !== placeOf()
}

function ownerOf(text: string): { pid: number; started: string; place?: string } | null {
  try {
    const value: unknown = JSON.parse(text)
    if (value && typeof value === 'object' && 'pid' in value && 'started' in value)
      return {
        pid: Number(value.pid),
        started: String(value.started),
        ...('place' in value ? { place: String(value.place) } : {}),
      }
  } catch {}
  return null
}

/** Whether a living process holds the lock `file`. */
export async function isHeld(file: string): Promise<boolean> {
  const theirs = await readFile(file, 'utf8').catch(() => null)
  return theirs !== null && (await isAlive(theirs, Date.now() - (await timeOf(file))))
}

/** Whether the process that wrote a lock still lives: same id, same start; elsewhere, by the milliseconds since its last sign of life. */
async function isAlive(text: string, silent: number): Promise<boolean> {
  const owner = ownerOf(text)
  if (!owner || !Number.isInteger(owner.pid) || owner.pid <= 0) return false
  if (isElsewhere(text)) return silent < SILENT
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
