import { performance } from 'node:perf_hooks'
import { z } from 'zod'
import { modelChoices, openModels, type TurnReply } from '../models/models.ts'
import { priceOf, readPrices } from '../models/prices.ts'
import { AnnealError, EXIT } from '../records/error.ts'
import type { ModelReport } from '../records/model-report.ts'
import type { EDIT_MODES, Task } from '../records/task.ts'
import { SHIPPED } from '../wiring/project.ts'

const Reply = z.object({ ready: z.boolean() })
const DEADLINE = 60
const NO_PARAMETERS = { type: 'object', properties: {} }

/** Makes one tiny structured call to each model of a task. A person who answers by hand is not asked. `mode` is how models edit; null where they do not. */
export async function checkModels(
  task: Task,
  mode: (typeof EDIT_MODES)[number] | null,
  signal: AbortSignal,
): Promise<ModelReport[]> {
  const choices = modelChoices(task, process.env).filter(({ name }) => name !== 'manual')
  const reports: ModelReport[] = []
  const prices = await readPrices(SHIPPED.prices)
  for (const model of choices) {
    let [tokens, usd, counts]: [number, number | null, boolean] = [0, 0, true]
    const models = openModels({
      environment: process.env,
      queue: '',
      prices,
      record: () => ({ load: async () => null, save: async () => undefined }),
      reserve: async () => 'check',
      onUsage: async (_, __, usage) => {
        counts &&= !usage.untold
        tokens += usage.input + usage.output
        usd = usd === null || usage.usd === null ? null : usd + usage.usd
      },
    })
    const begun = performance.now()
    const asked = { attempt: 0, purpose: 'check', model, signal, deadline: DEADLINE }
    const reply = await models.ask({
      ...asked,
      system: 'You answer in JSON.',
      prompt: 'Say that you are ready: {"ready": true}.',
      schema: { name: 'ready', schema: Reply },
    })
    const seconds = (performance.now() - begun) / 1000
    const tools = reply.ok && mode !== null && mode !== 'single' && model.roles.includes('edit')
    const turn = tools
      ? await models.turn({
          ...asked,
          system: 'You call tools.',
          messages: [{ role: 'user', text: 'Call the tool `ready`.' }],
          tools: [{ name: 'ready', description: 'Says that you are ready.', parameters: NO_PARAMETERS }],
        })
      : null
    const { stream, shape } = models.manner(model.name)
    const supports = { structured: shape, streams: stream, counts, tools: turn === null ? null : callsIn(turn) > 0 }
    const reason = reply.ok ? '' : reply.reason
    reports.push({
      ...{ model: model.name, roles: model.roles, ok: reply.ok, supports: reply.ok ? supports : null },
      ...{ reason, seconds, tokens, usd },
    })
  }
  return reports
}

const callsIn = (turn: TurnReply): number => (turn.ok ? turn.calls.length : 0)

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
