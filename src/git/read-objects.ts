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
