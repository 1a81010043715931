import type { Random } from '../../records/random.ts'

/** One of several, each as likely as the next. */
export function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items[Math.floor(random() * items.length)]
}

/** One of several, each as likely as its weight; undefined where no weight is positive. */
export function weighted<T>(items: readonly T[], weight: (item: T) => number, random: Random): T | undefined {
  const total = items.reduce((sum, item) => sum + weight(item), 0)
  let left = random() * total
  if (!(total > 0)) return undefined
  return items.find((item) => {
    left -= weight(item)
    return left < 0
  })
}

/** A standard normal number (Box and Muller, 1958). */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** How many of `limit` things to change: k with weight k^-β (Doerr et al., "Fast Genetic Algorithms", GECCO 2017). */
export function heavyTail(limit: number, random: Random, beta = 1.7): number {
  const k = Math.floor((1 - random()) ** (-1 / (beta - 1)))
  return Math.max(1, Math.min(limit, k))
}
