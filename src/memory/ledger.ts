import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openWordIndex, type WordIndex } from './likeness.ts'
import { addLine, emptyFold, type Fold, isForgotten, type Line, parseLine, type Standing } from './lines.ts'

/** A file of lessons: JSON lines, appended to by any number of processes, which are the truth. */
export type Ledger = {
  /** Lessons as they stand now: only what was appended since the last look is read. */
  now(): Promise<{ fold: Fold; index: WordIndex }>
  append(lines: readonly Line[]): Promise<void>
}

type State = { fold: Fold; index: WordIndex; file: bigint; at: number; rest: Buffer }

/** Opens the ledger in `file`, which need not be there yet. */
export function openLedger(file: string): Ledger {
  let state = fresh(0n)
  let last: Promise<unknown> = Promise.resolve()
  const look = async () => {
    const handle = await open(file, 'r').catch(() => null)
    if (!handle) {
      state = fresh(0n)
      return state
    }
    try {
      const { ino, size } = await handle.stat({ bigint: true })
      // Another file in its place, or a shorter one, is read from its start.
      if (ino !== state.file || Number(size) < state.at) state = fresh(ino)
      const more = Buffer.alloc(Number(size) - state.at)
      const { bytesRead } = await handle.read(more, 0, more.length, state.at)
      take(state, more.subarray(0, bytesRead))
      return state
    } finally {
      await handle.close()
    }
  }
  return {
    now() {
      const turn = last.then(look)
      last = turn.catch(() => undefined)
      return turn
    },
    async append(lines) {
      if (lines.length === 0) return
      await mkdir(dirname(file), { recursive: true })
      const handle = await open(file, 'a+')
      try {
        const { size } = await handle.stat()
        const end = Buffer.alloc(1)
        if (size > 0) await handle.read(end, 0, 1, size - 1)
        // A line that a killed process left torn is closed first, so that it spoils no other.
        const torn = size > 0 && end.toString() !== '\n' ? '\n' : ''
        const text = Buffer.from(`${torn}${lines.map((line) => `${JSON.stringify(line)}\n`).join('')}`)
        // One write in append mode: lines of other processes come before or after, never between.
        const { bytesWritten } = await handle.write(text)
        if (bytesWritten < text.length) throw new Error(`${file}: ${bytesWritten} of ${text.length} bytes were written`)
      } finally {
        await handle.close()
      }
    },
  }
}

const fresh = (file: bigint): State => ({
  fold: emptyFold(),
  index: openWordIndex(),
  file,
  at: 0,
  rest: Buffer.alloc(0),
})

/** Takes in bytes up to the last whole line; what comes after waits for the rest of it. */
function take(state: State, more: Buffer): void {
  state.at += more.length
  const bytes = Buffer.concat([state.rest, more])
  const end = bytes.lastIndexOf(10) + 1
  state.rest = bytes.subarray(end)
  const changed = new Set<string>()
  for (const raw of bytes.toString('utf8', 0, end).split('\n')) {
    const line = parseLine(raw)
    if (line) for (const id of addLine(state.fold, line)) changed.add(id)
  }
  for (const id of changed) {
    const standing = state.fold.standing.get(id)
    if (!standing || isForgotten(standing)) state.index.delete(id)
    else state.index.set(id, textOf(standing))
  }
}

/** What a lesson is found by: its own words, the errors and gains behind it, and the goals it was learned under. */
const textOf = ({ lesson: { when, advice, evidence }, goals }: Standing) =>
  [when, advice, ...evidence.slice(-3), ...goals].join('\n')
