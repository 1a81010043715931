import { type FileHandle, open, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { AnnealError, EXIT } from '../records/error.ts'
import type { RunEvent } from '../records/event.ts'
import type { Run, RunStart } from '../records/run.ts'
import { fold } from './fold.ts'
import { type Line, readLines, writeLine } from './lines.ts'
import { takeLock } from './lock.ts'

/** The append-only record of one run, held open by the one process that works on it. */
export type Journal = {
  /** The run as it stands after the last event; null before `run.started`. */
  run(): Run | null
  /** Keeps an event. It is on the disk when the promise is fulfilled. Throws (exit 74) on a full disk, and from then on: only a fresh look at the file tells what stands. */
  append(event: RunEvent): Promise<Run>
  close(): Promise<void>
}

export const journalFile = (folder: string) => join(folder, 'journal.jsonl')

/** Reads a run without touching it. Throws (exit 65) where the journal is damaged. */
export async function readRun(folder: string): Promise<Run | null> {
  return (await load(folder)).run
}

/** Reads what a run was started with, and nothing else of it; null where that cannot be read. */
export async function readStart(folder: string): Promise<RunStart | null> {
  const file = await open(journalFile(folder)).catch(() => null)
  if (file === null) return null
  try {
    for await (const line of file.readLines({ autoClose: false })) {
      const event = readLines(`${line}\n`, folder).lines[0]?.event
      return event?.type === 'run.started' ? event.start : null
    }
    return null
  } catch {
    return null
  } finally {
    await file.close()
  }
}

/** Reads a run with the lines that it is a fold of, without touching it. Throws (exit 65) where the journal is damaged. */
export async function readHistory(folder: string): Promise<{ run: Run | null; lines: readonly Line[] }> {
  const { run, lines } = await load(folder)
  return { run, lines }
}

/**
 * Opens a run's journal for writing, under the run's lock. A torn last line is cut off.
 * `clock` gives monotonic seconds; the run's active time goes on from where the last process left it.
 */
export async function openJournal(folder: string, clock: () => number, wall: () => Date): Promise<Journal> {
  const release = await takeLock(join(folder, 'lock'))
  try {
    const loaded = await load(folder)
    if (loaded.torn) await truncate(journalFile(folder), loaded.intact)
    const file = await open(journalFile(folder), 'a')
    return writer(file, loaded, clock, wall, release)
  } catch (fault) {
    await release()
    throw fault
  }
}

type Loaded = {
  run: Run | null
  lines: readonly Line[]
  seq: number
  h: string
  at: number
  intact: number
  torn: boolean
}

async function load(folder: string): Promise<Loaded> {
  const file = journalFile(folder)
  const text = await readFile(file, 'utf8').catch((fault: NodeJS.ErrnoException) => {
    if (fault.code === 'ENOENT') return ''
    throw fault
  })
  const { lines, intact, h } = readLines(text, file)
  let run: Run | null = null
  try {
    for (const { event, at } of lines) run = fold(run, event, at)
  } catch (cause) {
    throw new AnnealError({
      what: `The journal tells an impossible story: ${file}`,
      why: String(cause),
      fix: 'Restore it from a backup.',
      exit: EXIT.journal,
      cause,
    })
  }
  return { run, lines, seq: lines.length, h, at: lines.at(-1)?.at ?? 0, intact, torn: intact < Buffer.byteLength(text) }
}

function writer(
  file: FileHandle,
  loaded: Loaded,
  clock: () => number,
  wall: () => Date,
  release: () => Promise<void>,
): Journal {
  let { run, seq, h, intact } = loaded
  let broken: AnnealError | null = null
  const begun = clock() - loaded.at
  let last: Promise<unknown> = Promise.resolve()

  const write = async (event: RunEvent): Promise<Run> => {
    if (broken) throw broken
    const at = Math.round((clock() - begun) * 1000) / 1000
    const next = fold(run, event, at)
    const line = writeLine(h, { seq, at, wall: wall().toISOString(), event })
    try {
      await file.appendFile(line.text)
      await file.datasync()
    } catch (cause) {
      // Half a line may stand there: whatever came behind it would damage the journal for good.
      await file.truncate(intact).catch(() => undefined)
      broken = new AnnealError({
        what: 'The journal could not be written.',
        why: cause instanceof Error ? cause.message : String(cause),
        fix: 'Free some disk space, then `anneal resume`: nothing that was recorded is lost.',
        exit: EXIT.disk,
        cause,
      })
      throw broken
    }
    ;[run, seq, h, intact] = [next, seq + 1, line.h, intact + Buffer.byteLength(line.text)]
    return next
  }

  return {
    run: () => run,
    append: (event) => {
      const turn = last.then(() => write(event))
      last = turn.catch(() => undefined)
      return turn
    },
    close: async () => {
      await last
      await file.close()
      await release()
    },
  }
}
