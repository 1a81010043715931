import type { Random } from '../records/random.ts'

/** What an arm of a bandit has paid, and the cost that it was paid for. The same unit of cost for all arms. */
export type Payoff = { paid: number; cost: number }

/** Marsaglia and Tsang, "A simple method for generating gamma variables" (2000). `shape` is above 0; the scale is 1. */
export function gamma(shape: number, random: Random): number {
  if (!(shape > 0)) throw new Error(`gamma of ${shape}`)
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(random)
    const v = (1 + c * x) ** 3
    if (v <= 0) continue
    if (Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

/** A standard normal number (Box and Muller, 1958). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/**
 * A draw of what an arm pays per unit of cost: Thompson sampling (Biometrika, 1933) over a Poisson rate with a gamma prior,
 * whose exposure is the cost. `prior` says what is believed before anything was seen, as a payoff of its own.
 */
export const drawRate = ({ paid, cost }: Payoff, prior: Payoff, random: Random): number =>
  gamma(prior.paid + paid, random) / (prior.cost + cost)

/** The one of `arms` with the greatest draw; undefined where there is none. */
export function greatest<T>(arms: readonly T[], draw: (arm: T) => number): T | undefined {
  let best: { arm: T; value: number } | undefined
  for (const arm of arms) {
    const value = draw(arm)
    if (!best || value > best.value) best = { arm, value }
  }
  return best?.arm
}
