/** Draws from a source of numbers between 0 and 1. */
export type Random = () => number

/** A number from the standard normal distribution (Box and Muller). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

export const between = (random: Random, low: number, high: number): number => low + (high - low) * random()

/** One of the values, each as likely as its weight says, or all alike. */
export function pick<T>(random: Random, values: readonly T[], weights?: readonly number[]): T {
  const total = weights?.reduce((sum, one) => sum + one, 0) ?? values.length
  let left = random() * total
  for (const [at, value] of values.entries()) {
    left -= weights?.[at] ?? 1
    if (left < 0) return value
  }
  const last = values.at(-1)
  if (last === undefined) throw new Error('nothing to pick from')
  return last
}

/** The values in a random order (Fisher and Yates). */
export function shuffled<T>(random: Random, values: readonly T[]): T[] {
  const mixed = [...values]
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    const [one, two] = [mixed[at], mixed[other]]
    if (one !== undefined && two !== undefined) [mixed[at], mixed[other]] = [two, one]
  }
  return mixed
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
