import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AnnealError, EXIT } from '../records/error.ts'
import { RunEvent } from '../records/event.ts'

/** One line of `journal.jsonl`. `at` is the run's active time in seconds, `wall` a label, `h` a digest that chains it to the line before. */
const Line = z.object({ seq: z.number().int(), at: z.number(), wall: z.string(), event: RunEvent, h: z.string() })
export type Line = z.infer<typeof Line>

const digest = (before: string, body: string) =>
  createHash('sha256').update(before).update(body).digest('hex').slice(0, 16)

/** JSON has no word for such a number and would say null, which nobody could read again. */
function finite(name: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${name} is ${value}: it cannot be kept`)
  return value
}

/** The text of one line, newline included, chained to the digest `before` it. Throws on a number that is not finite. */
export function writeLine(before: string, body: Omit<Line, 'h'>): { text: string; h: string } {
  const text = JSON.stringify(body, finite)
  const h = digest(before, text)
  return { text: `${text.slice(0, -1)},"h":"${h}"}\n`, h }
}

/** Where reading begins: behind the line with the digest `h`, which is the last of `seq`. */
const BEGINNING = { seq: 0, h: '' }

/**
 * Reads a journal's text, or what was appended to it since. `intact` counts the bytes up to the last whole line: what lies behind it is the torn end of a write that a kill cut short.
 * Throws (exit 65) when anything before the end is damaged: a wrong history is worse than none.
 */
export function readLines(
  text: string,
  file: string,
  before = BEGINNING,
): { lines: Line[]; intact: number; h: string } {
  const lines: Line[] = []
  let [h, from] = [before.h, 0]
  while (from < text.length) {
    const end = text.indexOf('\n', from)
    if (end < 0) break
    const line = text.slice(from, end)
    const parsed = parse(line, h)
    if (typeof parsed === 'string' || parsed.seq !== before.seq + lines.length) {
      if (end === text.length - 1) break
      throw new AnnealError({
        what: `The journal is damaged at line ${before.seq + lines.length + 1}: ${file}`,
        why: typeof parsed === 'string' ? parsed : 'a line is missing or stands twice',
        fix: 'Restore the file from a backup. The attempts are still there as branches: git branch --list "anneal/*".',
        exit: EXIT.journal,
      })
    }
    lines.push(parsed)
    h = parsed.h
    from = end + 1
  }
  return { lines, intact: Buffer.byteLength(text.slice(0, from)), h }
}

function parse(line: string, before: string): Line | string {
  const mark = /,"h":"([0-9a-f]{16})"\}$/.exec(line)
  if (!mark) return 'the line has no digest'
  if (digest(before, `${line.slice(0, mark.index)}}`) !== mark[1]) return 'its digest does not fit'
  try {
    const parsed = Line.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data : `it was written by another version: ${parsed.error.issues[0]?.message ?? ''}`
  } catch {
    return 'it is not JSON'
  }
}
