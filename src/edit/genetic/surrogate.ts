/** A point that was measured: for each group of numbers its places on the axes. `score` is to be maximised. */
export type Measured = { at: readonly (readonly number[])[]; score: number }
/** The expected score, in standard deviations, of a point that differs from `centre` in the given groups only. */
export type Surrogate = (changed: ReadonlyMap<number, readonly number[]>) => number

/** On an axis' own scale. A number by itself is also judged by a long trend; places in a list have none. */
const LENGTH = 0.2
const TREND = 1.5
const NOISE = 3e-4
const ROOT5 = Math.sqrt(5)

/**
 * A Gaussian process whose kernel is a sum over groups (Duvenaud et al., "Additive Gaussian Processes", NIPS 2011) of
 * Matérn 5/2 kernels: each group's own share of the score can be learned from few runs, however many groups there are.
 */
export function surrogate(
  points: readonly Measured[],
  centre: readonly (readonly number[])[],
  lone: readonly boolean[],
): Surrogate {
  const kernelOf = (group: number, a: readonly number[] | undefined, b: readonly number[] | undefined) => {
    const distance = far(a, b)
    if (distance === 0) return 1
    return lone[group] ? 0.5 * (matern(distance / LENGTH) + matern(distance / TREND)) : matern(distance / LENGTH)
  }
  const size = points.length
  const varying = centre
    .map((_, group) => group)
    .filter((group) => points.some(({ at }) => far(at[group], centre[group]) > 0))
  const share = 1 / Math.max(1, varying.length)
  const kernel = new Float64Array(size * size)
  points.forEach((a, i) => {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (const group of varying) sum += kernelOf(group, a.at[group], points[j]?.at[group])
      kernel[i * size + j] = sum * share + (i === j ? NOISE : 0)
    }
  })
  const mean = points.reduce((sum, { score }) => sum + score, 0) / size
  const spread = Math.sqrt(points.reduce((sum, { score }) => sum + (score - mean) ** 2, 0) / size) || 1
  const weights = solve(
    kernel,
    points.map(({ score }) => (score - mean) / spread),
  )
  const atCentre = new Map<number, Float64Array>()
  const row = (group: number, place: readonly number[] | undefined) =>
    Float64Array.from(points, ({ at }) => kernelOf(group, at[group], place))
  return (changed) => {
    let gain = 0
    for (const [group, place] of changed) {
      const here = atCentre.get(group) ?? row(group, centre[group])
      atCentre.set(group, here)
      for (let i = 0; i < size; i++) {
        const point = points[i]
        if (point) gain += (weights[i] ?? 0) * (kernelOf(group, point.at[group], place) - (here[i] ?? 0))
      }
    }
    return gain * share
  }
}

function far(a: readonly number[] | undefined, b: readonly number[] | undefined): number {
  if (a === b || !a || !b) return 0
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2
  return Math.sqrt(sum)
}

function matern(distance: number): number {
  const d = ROOT5 * distance
  return d > 40 ? 0 : (1 + d + (d * d) / 3) * Math.exp(-d)
}

/** Solves a symmetric positive system by Cholesky's method; `matrix` holds its lower half and is overwritten. */
function solve(matrix: Float64Array, right: readonly number[]): Float64Array {
  const size = right.length
  const get = (i: number, j: number) => matrix[i * size + j] ?? 0
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = get(i, j)
      for (let k = 0; k < j; k++) sum -= get(i, k) * get(j, k)
      matrix[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-9)) : sum / get(j, j)
    }
  }
  const result = Float64Array.from(right)
  for (let i = 0; i < size; i++) {
    let sum = result[i] ?? 0
    for (let k = 0; k < i; k++) sum -= get(i, k) * (result[k] ?? 0)
    result[i] = sum / get(i, i)
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = result[i] ?? 0
    for (let k = i + 1; k < size; k++) sum -= get(k, i) * (result[k] ?? 0)
    result[i] = sum / get(i, i)
  }
  return result
}
