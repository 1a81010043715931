import { type ReadAnswer, standingProcess } from './standing-process.ts'

/** One object as it is stored. */
export type GitObject = { id: string; type: string; body: Buffer }
/** Reads an object by its id, or by a reference's whole name; null where there is none. */
export type ReadObject = (name: string) => Promise<GitObject | null>

/** Reads the objects of a git directory. */
export function objectReader(gitDirectory: string): ReadObject {
  const ask = standingProcess<GitObject | null>(gitDirectory, ['cat-file', '--batch'])
  return (name) => ask(`${name}\n`, answerOf)
}

/** Bytes of blobs that are kept in memory, and the largest that is: a run's attempts share nearly all of theirs. */
const KEPT = { bytes: 2 ** 24, one: 2 ** 17 }

/** Reads blobs of a git directory, remembering small ones, and tells their sizes without reading them; -1 for one that is not there. */
export function blobReader(gitDirectory: string, read: ReadObject) {
  const measure = standingProcess<number>(gitDirectory, ['cat-file', '--batch-check=%(objectsize)'])
  const sizes = new Map<string, Promise<number>>()
  const bodies = new Map<string, Buffer>()
  let held = 0
  return {
    size(id: string): Promise<number> {
      const found = sizes.get(id) ?? measure(`${id}\n`, sizeOf)
      sizes.set(id, found)
      return found
    },
    async read(id: string): Promise<Buffer> {
      const known = bodies.get(id)
      if (known) return known
      const found = await read(id)
      if (found?.type !== 'blob') throw new Error(`${id} is not a blob`)
      if (found.body.length <= KEPT.one) {
        if (held + found.body.length > KEPT.bytes) {
          bodies.clear()
          held = 0
        }
        bodies.set(id, found.body)
        held += found.body.length
      }
      return found.body
    },
  }
}

const sizeOf: ReadAnswer<number> = (bytes) => {
  const end = bytes.indexOf(10)
  if (end < 0) return null
  const line = bytes.subarray(0, end).toString()
  return { answer: /^\d+$/.test(line) ? Number(line) : -1, length: end + 1 }
}

/** `id SP type SP size LF body LF`, or a line that ends otherwise where there is no such object. */
const answerOf: ReadAnswer<GitObject | null> = (bytes) => {
  const end = bytes.indexOf(10)
  if (end < 0) return null
  const [id = '', type = '', size = ''] = bytes.subarray(0, end).toString().split(' ').slice(-3)
  if (!/^\d+$/.test(size)) return { answer: null, length: end + 1 }
  const length = end + 1 + Number(size) + 1
  if (bytes.length < length) return null
  return { answer: { id, type, body: Buffer.from(bytes.subarray(end + 1, length - 1)) }, length }
}
