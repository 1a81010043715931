import { open } from 'node:fs/promises'
import type { Run } from '../records/run.ts'
import { fold } from './fold.ts'
import { journalFile } from './journal.ts'
import { type Line, readLines } from './lines.ts'

/** A journal that another process writes, read as it grows. */
export type Follower = {
  /** Reads what was appended since the last look; `grown` says whether anything was. Throws (exit 65) where it is damaged. */
  look(): Promise<{ run: Run | null; lines: readonly Line[]; grown: boolean }>
}

/** Follows the journal of the run in `folder`; only what is new is read. A last line that is still being written waits for the next look. */
export function followJournal(folder: string): Follower {
  const file = journalFile(folder)
  let lines: Line[] = []
  let run: Run | null = null
  let [offset, h] = [0, '']
  let last: ReturnType<Follower['look']> | null = null
  const look: Follower['look'] = async () => {
    const handle = await open(file, 'r').catch(() => null)
    if (!handle) return { run, lines, grown: false }
    try {
      const { size } = await handle.stat()
      // Whoever goes on with a run cuts off a torn line, never one that was read here; a shorter file is another one.
      if (size < offset) {
        lines = []
        run = null
        ;[offset, h] = [0, '']
      }
      if (size === offset) return { run, lines, grown: false }
      const bytes = Buffer.alloc(size - offset)
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset)
      const read = readLines(bytes.toString('utf8', 0, bytesRead), file, { seq: lines.length, h })
      for (const line of read.lines) {
        run = fold(run, line.event, line.at)
        lines.push(line)
      }
      offset += read.intact
      h = read.h
      return { run, lines, grown: read.lines.length > 0 }
    } finally {
      await handle.close()
    }
  }
  return {
    // One at a time: two that begin at the same place would tell the same lines twice.
    look() {
      last = last === null ? look() : last.then(look, look)
      return last
    },
  }
}
