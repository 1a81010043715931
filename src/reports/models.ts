import type { Run } from '../records/run.ts'
import { better } from '../records/task.ts'

/** What a model had to do with a run. `share` of the attempts that asked a model; `gained` by how much its attempts bettered the best score of their time. */
export type ModelShare = {
  model: string
  attempts: number
  share: number
  gained: number
  usd: number | null
  tokens: number
}

/** The models that had the ideas of a run, the most used first. */
export function modelShares({ attempts, task }: Pick<Run, 'attempts' | 'task'>): ModelShare[] {
  const shares = new Map<string, ModelShare>()
  let best: number | null = null
  for (const { model, score, usd, tokens } of attempts) {
    const gain = better(task.evaluate.direction, score, best) && score !== null ? Math.abs(score - (best ?? score)) : 0
    if (better(task.evaluate.direction, score, best)) best = score
    if (model === null) continue
    const one = shares.get(model) ?? { model, attempts: 0, share: 0, gained: 0, usd: 0, tokens: 0 }
    shares.set(model, {
      ...one,
      attempts: one.attempts + 1,
      gained: one.gained + gain,
      usd: one.usd === null || usd === null ? null : one.usd + usd,
      tokens: one.tokens + tokens,
    })
  }
  const all = [...shares.values()].reduce((sum, one) => sum + one.attempts, 0)
  return [...shares.values()]
    .map((one) => ({ ...one, share: one.attempts / all }))
    .toSorted((a, b) => b.attempts - a.attempts || a.model.localeCompare(b.model))
}
