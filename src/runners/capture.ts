import { closeSync, constants, mkdirSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { EXCERPT_CHARACTERS, excerpt } from '../records/excerpt.ts'

const CHUNK = 64 * 1024
const HEAD_KEPT = 8 * 1024
const TAIL_KEPT = 16 * 1024

/** A ring in memory with the last `size` bytes of what went in. */
export function lastBytes(size: number): { add(bytes: Buffer): void; text(): string } {
  const ring = Buffer.alloc(size)
  let total = 0
  return {
    add(bytes) {
      const kept = bytes.subarray(Math.max(0, bytes.length - size))
      const at = (total + bytes.length - kept.length) % size
      const first = kept.copy(ring, at)
      kept.copy(ring, 0, first)
      total += bytes.length
    },
    text() {
      if (total <= size) return ring.toString('utf8', 0, total)
      const start = total % size
      return withoutCutCharacter(Buffer.concat([ring.subarray(start), ring.subarray(0, start)])).toString('utf8')
    },
  }
}

/** Drops the end of a UTF-8 character whose start was cut off. */
function withoutCutCharacter(bytes: Buffer): Buffer {
  let at = 0
  while (at < 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at++
  return bytes.subarray(at)
}

export type Log = {
  add(bytes: Buffer): void
  /** Bytes printed so far. */
  printed(): number
  /** Puts head and tail together in the file. */
  close(): void
  /** A bounded excerpt for people and models. */
  excerpt(): string
}

/**
 * Keeps at most `limit` bytes of output in a file, half from the head and half from the tail. The tail turns round in
 * a second file meanwhile, so memory stays flat whatever is printed.
 */
export function openLog(path: string, limit: number): Log {
  mkdirSync(dirname(path), { recursive: true })
  const tailPath = `${path}.tail`
  const flags = constants.O_CREAT | constants.O_TRUNC | constants.O_RDWR | constants.O_NOFOLLOW
  const head = openSync(path, flags, 0o644)
  const headRoom = Math.ceil(limit / 2)
  const tailRoom = Math.max(1, limit - headRoom)
  const firstBytes = Buffer.alloc(HEAD_KEPT)
  const last = lastBytes(TAIL_KEPT)
  let tail: number | null = null
  let total = 0

  function write(file: number, bytes: Buffer, position: number): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, position + done)
  }

  function addToTail(bytes: Buffer, position: number): void {
    tail ??= openSync(tailPath, flags, 0o644)
    const skipped = Math.max(0, bytes.length - tailRoom)
    let rest = bytes.subarray(skipped)
    for (let at = (position + skipped) % tailRoom; rest.length > 0; at = 0) {
      const part = rest.subarray(0, tailRoom - at)
      write(tail, part, at)
      rest = rest.subarray(part.length)
    }
  }

  function joinTail(file: number): void {
    const inTail = total - headRoom
    const lost = Math.max(0, inTail - tailRoom)
    const note = lost > 0 ? Buffer.from(`\n[… ${lost} bytes left out …]\n`) : Buffer.alloc(0)
    let position = headRoom
    write(head, note, position)
    position += note.length
    const start = lost > 0 ? inTail % tailRoom : 0
    const pieces = lost > 0 ? [start, tailRoom, 0, start] : [0, inTail, 0, 0]
    const buffer = Buffer.alloc(CHUNK)
    for (let at = 0; at < pieces.length; at += 2) {
      const end = pieces[at + 1] ?? 0
      for (let from = pieces[at] ?? 0; from < end; ) {
        const read = readSync(file, buffer, 0, Math.min(CHUNK, end - from), from)
        if (read === 0) break
        write(head, buffer.subarray(0, read), position)
        from += read
        position += read
      }
    }
  }

  return {
    add(bytes) {
      if (total < HEAD_KEPT) bytes.copy(firstBytes, total)
      last.add(bytes)
      const toHead = bytes.subarray(0, Math.max(0, headRoom - total))
      write(head, toHead, total)
      const rest = bytes.subarray(toHead.length)
      if (rest.length > 0) addToTail(rest, total + toHead.length - headRoom)
      total += bytes.length
    },
    printed: () => total,
    close() {
      if (tail !== null) {
        joinTail(tail)
        closeSync(tail)
        rmSync(tailPath, { force: true })
      }
      closeSync(head)
    },
    excerpt() {
      if (total <= TAIL_KEPT) return excerpt(last.text())
      const start = firstBytes.toString('utf8').slice(0, Math.floor(EXCERPT_CHARACTERS / 3))
      const end = last.text().slice(-Math.floor((EXCERPT_CHARACTERS * 2) / 3))
      return `${start}\n[… about ${total - start.length - end.length} bytes left out …]\n${end}`
    },
  }
}

/** Writes the log of a command that never ran. */
export function writeLog(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
