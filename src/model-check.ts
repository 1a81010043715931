import { performance } from 'node:perf_hooks'
import { z } from 'zod'
import { modelChoices, openModels } from './models/models.ts'
import { priceOf, readPrices } from './models/prices.ts'
import { SHIPPED } from './project.ts'
import { AnnealError, EXIT } from './records/error.ts'
import type { Task } from './records/task.ts'

/** What one tiny call to a model showed. `usd` is null where its price is not known. */
export type ModelReport = {
  model: string
  ok: boolean
  reason: string
  seconds: number
  tokens: number
  usd: number | null
}

const Reply = z.object({ ready: z.boolean() })
const DEADLINE = 60

/** Makes one tiny structured call to each model of a task. A person who answers by hand is not asked. */
export async function checkModels(task: Task, signal: AbortSignal): Promise<ModelReport[]> {
  const choices = modelChoices(task, process.env).filter(({ name }) => name !== 'manual')
  const reports: ModelReport[] = []
  const prices = await readPrices(SHIPPED.prices)
  for (const model of choices) {
    let [tokens, usd]: [number, number | null] = [0, 0]
    const models = openModels({
      environment: process.env,
      queue: '',
      prices,
      record: () => ({ load: async () => null, save: async () => undefined }),
      reserve: async () => 'check',
      onUsage: async (_, __, usage) => {
        tokens += usage.input + usage.output
        usd = usd === null || usage.usd === null ? null : usd + usage.usd
      },
    })
    const begun = performance.now()
    const reply = await models.ask({
      attempt: 0,
      purpose: 'check',
      system: 'You answer in JSON.',
      prompt: 'Say that you are ready: {"ready": true}.',
      schema: { name: 'ready', schema: Reply },
      model,
      signal,
      deadline: DEADLINE,
    })
    const seconds = (performance.now() - begun) / 1000
    reports.push({ model: model.name, ok: reply.ok, reason: reply.ok ? '' : reply.reason, seconds, tokens, usd })
  }
  return reports
}

/** Throws where a budget in dollars cannot be kept, because the price of a model is not known. */
export async function checkPrices(task: Task): Promise<void> {
  if (task.budget.cost === undefined) return
  const prices = await readPrices(SHIPPED.prices)
  const unknown = modelChoices(task, process.env).filter(
    (model) => priceOf(model, { input: 1, cached: 0, output: 1 }, prices) === null,
  )
  if (unknown.length > 0)
    throw new AnnealError({
      what: 'A budget in dollars cannot be kept: the price of a model is not known.',
      why: `Neither the task nor the price list (${prices.as_of}) knows ${unknown.map(({ name }) => name).join(', ')}.`,
      fix: 'Give `prices: {input, output}` (dollars for a million tokens) in its entry under `models:`, or bound the run by tokens.',
      exit: EXIT.request,
    })
}
