import type { Random } from '../records/random.ts'
import type { Run } from '../records/run.ts'
import { better, type ModelChoice } from '../records/task.ts'
import { drawRate, greatest, type Payoff } from './thompson.ts'

/** An attempt's weight in what its model has paid falls by this with each later one of any model. */
const DISCOUNT = 0.98
/** What a model of average weight is believed to pay before anything was seen. */
const BELIEF: Payoff = { paid: 1, cost: 2 }

/**
 * The model that has the next idea: Thompson sampling over the score that each has gained for its cost, in dollars where the price of every call is known, else in tokens.
 * A new best score pays whole, a score better than the parent's half. A model's weight is how much it is favoured before it has shown anything.
 */
export function chooseModel(run: Run, choices: readonly ModelChoice[], random: Random): ModelChoice | null {
  const able = choices.filter(({ roles }) => roles.includes('ideate'))
  if (able.length < 2) return able[0] ?? null
  const paid = payoffs(run)
  const weight = able.reduce((sum, one) => sum + one.weight, 0) / able.length
  const draw = (one: ModelChoice) =>
    drawRate(
      paid.get(one.name) ?? { paid: 0, cost: 0 },
      { paid: (BELIEF.paid * one.weight) / weight, cost: BELIEF.cost },
      random,
    )
  return greatest(able, draw) ?? null
}

/** What each model has paid, in one pass; costs in units of the mean cost of an attempt with a model. */
function payoffs({ attempts, task }: Run): Map<string, Payoff> {
  const { direction } = task.evaluate
  const asked = attempts.filter(({ model }) => model !== null)
  const priced = asked.every(({ usd }) => usd !== null) && asked.some(({ usd }) => (usd ?? 0) > 0)
  const costs = new Map(asked.map(({ attempt, usd, tokens }) => [attempt, priced ? (usd ?? 0) : tokens]))
  const mean = [...costs.values()].reduce((sum, cost) => sum + cost, 0) / Math.max(1, asked.length)
  const scores = new Map(attempts.map(({ attempt, score }) => [attempt, score]))
  const paid = new Map<string, Payoff>()
  let best: number | null = null
  for (const { attempt, model, score, parents } of attempts) {
    const [first, leads] = [scores.get(parents[0] ?? -1) ?? null, better(direction, score, best)]
    if (leads) best = score
    if (model === null) continue
    for (const [name, { paid: sum, cost }] of paid) paid.set(name, { paid: sum * DISCOUNT, cost: cost * DISCOUNT })
    const before = paid.get(model) ?? { paid: 0, cost: 0 }
    const reward = leads ? 1 : first !== null && better(direction, score, first) ? 0.5 : 0
    const cost = mean === 0 ? 1 : (costs.get(attempt) ?? mean) / mean
    paid.set(model, { paid: before.paid + reward, cost: before.cost + cost })
  }
  return paid
}
