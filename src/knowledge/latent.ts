import { seeded } from '../records/random.ts'

/** A space learned from a corpus: a word's weight, and its coordinates in as many dimensions as the space has. */
export type Latent = {
  dimensions: number
  words: readonly string[]
  /** One weight a word. */
  weights: Float32Array
  /** One row of `dimensions` a word. */
  coordinates: Float32Array
}

/** Bounds that keep the learning of a large corpus to seconds: texts that are learned from, words, dimensions. */
export const LARGEST = { texts: 4000, words: 12_000, dimensions: 256 }
/** Rounds of subspace iteration; two are enough for a spectrum that falls as slowly as that of texts. */
const ROUNDS = 2

type Sparse = { rows: { word: number; value: number }[][]; columns: number }

/**
 * Latent semantic analysis: the subspace in which the texts vary most, so that texts which share no word but share company lie near
 * each other. Words are weighted by log and entropy (Deerwester et al., "Indexing by latent semantic analysis", JASIS 1990; Dumais, "Improving the retrieval of
 * information from external sources", 1991); the subspace comes from randomised subspace iteration (Halko, Martinsson, Tropp,
 * "Finding structure with randomness", SIAM Review 2011, algorithm 4.4). The same texts always give the same space.
 */
export function learnLatent(texts: readonly (readonly string[])[]): Latent {
  const sample = evenly(texts, LARGEST.texts).map(countsOf)
  const { words, weights } = vocabularyOf(sample)
  const place = new Map(words.map((word, index) => [word, index]))
  const rows = sample.map((counts) => weighted(counts, place, weights)).filter((row) => row.length > 0)
  // As many dimensions as the corpus bears: with more, every text lies alone.
  const most = Math.max(8, Math.floor(rows.length / 5))
  const dimensions = Math.max(1, Math.min(LARGEST.dimensions, most, rows.length, Math.floor(words.length / 3)))
  const matrix = { rows, columns: words.length }
  return { dimensions, words, weights, coordinates: Float32Array.from(rangeOf(matrix, dimensions)) }
}

/** Gives a function from words to their unit vector in the space; all zero where no word is known. */
export function embedderOf({
  dimensions,
  words,
  weights,
  coordinates,
}: Latent): (text: readonly string[]) => Float32Array {
  const place = new Map(words.map((word, index) => [word, index]))
  return (text) => {
    const vector = new Float64Array(dimensions)
    for (const { word, value } of weighted(countsOf(text), place, weights)) {
      const at = word * dimensions
      for (let k = 0; k < dimensions; k++) vector[k] = (vector[k] ?? 0) + value * (coordinates[at + k] ?? 0)
    }
    const length = Math.hypot(...vector)
    return Float32Array.from(vector, (value) => (length === 0 ? 0 : value / length))
  }
}

function evenly<T>(items: readonly T[], most: number): T[] {
  const step = Math.max(1, items.length / most)
  return Array.from({ length: Math.min(items.length, most) }, (_, index) => items[Math.floor(index * step)]).filter(
    (item) => item !== undefined,
  )
}

function countsOf(text: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const word of text) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

/** The words that stand in two texts or more, the commonest where there are too many, and their weights: 1 for a word of few texts, 0 for one that is spread evenly over all. */
function vocabularyOf(sample: readonly Map<string, number>[]): { words: string[]; weights: Float32Array } {
  const all = new Map<string, { texts: number; total: number; spread: number }>()
  for (const counts of sample)
    for (const [word, count] of counts) {
      const sums = all.get(word) ?? { texts: 0, total: 0, spread: 0 }
      sums.texts++
      sums.total += count
      sums.spread += count * Math.log(count)
      all.set(word, sums)
    }
  const kept = [...all]
    .filter(([, { texts }]) => texts >= 2 || sample.length < 50)
    .toSorted(([a, one], [b, other]) => other.texts - one.texts || (a < b ? -1 : 1))
    .slice(0, LARGEST.words)
  const most = Math.log(Math.max(2, sample.length))
  // 1 + sum of p log p / log n, with p = count / total.
  const weights = kept.map(([, { total, spread }]) => 1 + (spread / total - Math.log(total)) / most)
  return { words: kept.map(([word]) => word), weights: Float32Array.from(weights) }
}

/** A text as a sparse unit vector over the vocabulary. */
function weighted(counts: ReadonlyMap<string, number>, place: ReadonlyMap<string, number>, weights: Float32Array) {
  const row: { word: number; value: number }[] = []
  let squares = 0
  for (const [text, count] of counts) {
    const word = place.get(text)
    if (word === undefined) continue
    const value = Math.log2(1 + count) * (weights[word] ?? 0)
    squares += value * value
    row.push({ word, value })
  }
  const length = Math.sqrt(squares)
  return length === 0 ? [] : row.map(({ word, value }) => ({ word, value: value / length }))
}

/** An orthonormal basis of the space that the rows span most strongly: `columns` rows of `dimensions`. */
function rangeOf(matrix: Sparse, dimensions: number): Float64Array {
  const random = seeded(1, matrix.rows.length, matrix.columns)
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  let side: Float64Array = Float64Array.from({ length: matrix.columns * dimensions }, gauss)
  for (let round = 0; round <= ROUNDS; round++)
    side = timesTransposed(matrix, orthonormal(times(matrix, side, dimensions), dimensions), dimensions)
  return orthonormal(side, dimensions)
}

/** Rows of the product of the matrix and `side`. */
function times({ rows }: Sparse, side: Float64Array, dimensions: number): Float64Array {
  const product = new Float64Array(rows.length * dimensions)
  for (const [index, row] of rows.entries()) {
    const to = index * dimensions
    for (const { word, value } of row) {
      const from = word * dimensions
      for (let k = 0; k < dimensions; k++) product[to + k] = (product[to + k] ?? 0) + value * (side[from + k] ?? 0)
    }
  }
  return product
}

function timesTransposed({ rows, columns }: Sparse, side: Float64Array, dimensions: number): Float64Array {
  const product = new Float64Array(columns * dimensions)
  for (const [index, row] of rows.entries()) {
    const from = index * dimensions
    for (const { word, value } of row) {
      const to = word * dimensions
      for (let k = 0; k < dimensions; k++) product[to + k] = (product[to + k] ?? 0) + value * (side[from + k] ?? 0)
    }
  }
  return product
}

/** Makes the columns orthonormal by Cholesky QR: R from the Gram matrix, then a triangular solve. Stable enough here, where no column is nearly a sum of others. */
function orthonormal(rows: Float64Array, size: number): Float64Array {
  const gram = new Float64Array(size * size)
  for (let from = 0; from < rows.length; from += size)
    for (let i = 0; i < size; i++) {
      const left = rows[from + i] ?? 0
      if (left === 0) continue
      for (let j = 0; j <= i; j++) gram[i * size + j] = (gram[i * size + j] ?? 0) + left * (rows[from + j] ?? 0)
    }
  const lower = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = gram[i * size + j] ?? 0
      for (let k = 0; k < j; k++) sum -= (lower[i * size + k] ?? 0) * (lower[j * size + k] ?? 0)
      // A dimension that the rest already spans is left at zero.
      if (i === j) lower[i * size + i] = sum > 1e-12 * (gram[i * size + i] ?? 0) ? Math.sqrt(sum) : 0
      else lower[i * size + j] = (lower[j * size + j] ?? 0) === 0 ? 0 : sum / (lower[j * size + j] ?? 1)
    }
  const out = new Float64Array(rows.length)
  for (let from = 0; from < rows.length; from += size)
    for (let i = 0; i < size; i++) {
      const pivot = lower[i * size + i] ?? 0
      if (pivot === 0) continue
      let sum = rows[from + i] ?? 0
      for (let k = 0; k < i; k++) sum -= (out[from + k] ?? 0) * (lower[i * size + k] ?? 0)
      out[from + i] = sum / pivot
    }
  return out
}
