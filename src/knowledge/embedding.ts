import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { wordsOf } from '../records/words.ts'
import { embedderOf, type Latent, learnLatent } from './latent.ts'

/** A way to turn texts into vectors, known by its name: vectors of different names cannot be compared. */
export type Embedding = {
  name: string
  /** One vector a text, all of the same length. Throws where none can be had. */
  embed(texts: readonly string[]): Promise<number[][]>
}

/** The name of the built-in embedding: learned from the pages themselves, so that it needs no download and no server. */
export const BUILT_IN = 'built-in'

/** An embedding learned from `texts`; the model behind it can be kept in a file. */
export function latentEmbedding(latent: Latent): Embedding {
  const embed = embedderOf(latent)
  return { name: BUILT_IN, embed: async (texts) => texts.map((text) => Array.from(embed(wordsOf(text)))) }
}

export { learnLatent }

const Head = z.object({ dimensions: z.number().int().positive(), words: z.array(z.string()) })

/** Writes a learned space: the length of its head, the head as JSON padded to four bytes, weights, coordinates. */
export async function writeLatent(file: string, { dimensions, words, weights, coordinates }: Latent): Promise<void> {
  const plain = Buffer.from(JSON.stringify({ dimensions, words }))
  const head = Buffer.concat([plain, Buffer.alloc((4 - (plain.length % 4)) % 4, ' ')])
  const size = Buffer.alloc(4)
  size.writeUInt32LE(head.length)
  await writeFile(file, Buffer.concat([size, head, bytesOf(weights), bytesOf(coordinates)]))
}

/** Reads what `writeLatent` wrote. Throws where the file is not whole. */
export async function readLatent(file: string): Promise<Latent> {
  const bytes = await readFile(file)
  const end = 4 + bytes.readUInt32LE(0)
  const { dimensions, words } = Head.parse(JSON.parse(bytes.toString('utf8', 4, end)))
  const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset + end, bytes.byteOffset + bytes.length))
  if (numbers.length !== words.length * (dimensions + 1)) throw new Error(`${file} is not whole`)
  return {
    dimensions,
    words,
    weights: numbers.subarray(0, words.length),
    coordinates: numbers.subarray(words.length),
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength)

/** The vector at length one; all zero stays so. */
export function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector)
  return length === 0 ? [...vector] : vector.map((value) => value / length)
}
