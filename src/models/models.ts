import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { AnnealError } from '../records/error.ts'
import { ModelChoice, type Task } from '../records/task.ts'
import type { Reservation, Usage } from '../records/usage.ts'
import { type Answer, openCalls, type Shape } from './call.ts'
import { manualAnswer } from './manual.ts'
import { type Prices, priceOf } from './prices.ts'
import type { Recording } from './record.ts'
import { readStructured, shapeOf } from './structured.ts'

export { fileRecord, replayRecord } from './record.ts'

/** One question to a model. `deadline` is in seconds, for the whole of it: retries and repairs included. */
export type ModelRequest = {
  /** The attempt that pays. */
  attempt: number
  purpose: string
  system: string
  prompt: string
  schema?: { name: string; schema: z.ZodType }
  model: ModelChoice
  signal: AbortSignal
  deadline: number
}

/** What came of it. Bad replies and busy servers are data; only faults that no retry can mend are thrown. */
export type ModelReply = { ok: true; text: string; value: unknown } | { ok: false; reason: string }

export type Models = {
  /** Asks a model; every call is billed through `onUsage`, failed ones too. Throws where the key is refused, the model is unknown or no server answers. */
  ask(request: ModelRequest): Promise<ModelReply>
}

export type ModelsOptions = {
  environment: Readonly<Record<string, string | undefined>>
  /** The folder in which the model `manual` leaves its prompts. */
  queue: string
  /** Where the replies of an attempt are kept, so that a resumed attempt does not pay twice. */
  record(attempt: number): Recording
  /** Keeps back what a call may take; gives a name for it, or null where the budget has no room for it. May wait for calls that hold more than they need. */
  reserve(attempt: number, most: Reservation, signal: AbortSignal): Promise<string | null>
  /** Notes what the reserved call took. */
  onUsage(attempt: number, call: string, usage: Usage): Promise<void>
  /** List prices, for models whose entry names none. */
  prices: Prices | null
  /** Answers come from the record alone; no server is asked. */
  replay?: boolean
  sleep?: (seconds: number, signal: AbortSignal) => Promise<void>
  random?: () => number
}

/** Whether a model server is set: a key, or the address of a server that may need none. */
export const hasModel = (environment: Readonly<Record<string, string | undefined>>): boolean =>
  Boolean(environment.OPENAI_API_KEY || environment.OPENAI_BASE_URL)

/** The models that a task may ask: its own, else the one that the environment names in ANNEAL_MODEL. */
export function modelChoices(
  { models }: Pick<Task, 'models'>,
  environment: Readonly<Record<string, string | undefined>>,
): ModelChoice[] {
  const name = environment.ANNEAL_MODEL
  return models.length > 0 || !name ? models : [ModelChoice.parse({ name })]
}

const NOTHING = { calls: 0, input: 0, cached: 0, output: 0, seconds: 0 }
/** Tokens of a reply whose length nobody bounds, for what is kept back before a call. */
const USUAL_REPLY = 8000

/** What a call may take at most: three characters a token is on the safe side of most texts and programs. */
function mostOf(model: ModelChoice, characters: number, longest: number, prices: Prices | null): Reservation {
  const [input, output] = [Math.ceil(characters / 3), model.max_tokens ?? Math.max(USUAL_REPLY, longest)]
  return { tokens: input + output, usd: priceOf(model, { cached: 0, input, output }, prices) }
}

/** Times a structured reply that does not fit is sent back with the reason. */
const REPAIRS = 1

/** The models of a run, over any OpenAI-compatible server. */
export function openModels(options: ModelsOptions): Models {
  const call = openCalls(options)
  const shapes = new Map<string, Shape>()
  /** Tokens of each model's longest reply: of one that thinks at length, much is kept back. */
  const longest = new Map<string, number>()

  const once = async (request: ModelRequest, prompt: string, round: number, ends: number): Promise<Answer> => {
    const { model, purpose, system, schema, attempt, signal } = request
    const shape = shapes.get(model.name) ?? 'schema'
    const wanted = schema ? shapeOf(schema, shape) : null
    const key = createHash('sha256')
      .update(JSON.stringify([model, purpose, system, prompt, schema?.name ?? null, round]))
      .digest('hex')
      .slice(0, 32)
    const kept = await options.record(attempt).load(key, purpose)
    if (kept !== null) return { ok: true, text: kept, usage: null }
    if (options.replay)
      return { ok: false, reason: 'the run that is replayed holds no reply to this call', usage: null }
    const before = longest.get(model.name) ?? 0
    const most = mostOf(model, system.length + prompt.length, before, options.prices)
    const reservation = await options.reserve(attempt, most, signal)
    if (reservation === null)
      return { ok: false, reason: 'the budget has no room for a further call to the model', usage: null }
    const seconds = () => Math.max(1, ends - performance.now() / 1000)
    const asked =
      model.name === 'manual'
        ? manualAnswer({
            queue: options.queue,
            name: `${attempt}-${purpose}-${round}`,
            text: [system, prompt, wanted?.instruction].filter(Boolean).join('\n\n'),
            seconds: seconds(),
            signal,
          })
        : call({
            model,
            system,
            prompt: wanted?.instruction ? `${prompt}\n\n${wanted.instruction}` : prompt,
            format: wanted?.format ?? null,
            seconds: seconds(),
            signal,
          })
    const answer = await asked.catch(async (fault: unknown) => {
      // A server that took no call sends no bill; a call that was cut off in the middle keeps its reservation.
      if (fault instanceof AnnealError)
        await options.onUsage(attempt, reservation, { ...NOTHING, model: model.name, purpose, usd: 0, ok: false })
      throw fault
    })
    if (!answer.ok && answer.formatRefused && shape !== 'plain') {
      shapes.set(model.name, shape === 'schema' ? 'object' : 'plain')
      await options.onUsage(attempt, reservation, { ...NOTHING, model: model.name, purpose, usd: 0, ok: false })
      return once(request, prompt, round, ends)
    }
    const usage = answer.usage ?? NOTHING
    longest.set(model.name, Math.max(before, usage.output))
    // The reply is on the disk before its bill: a kill between the two asks nobody again.
    if (answer.ok) await options.record(attempt).save(key, answer.text, { purpose, system, prompt })
    await options.onUsage(attempt, reservation, {
      ...usage,
      model: model.name,
      purpose,
      usd: priceOf(model, usage, options.prices),
      ok: answer.ok,
    })
    return answer
  }

  return {
    async ask(request) {
      const ends = performance.now() / 1000 + request.deadline
      let prompt = request.prompt
      let reason = ''
      for (let round = 0; round <= REPAIRS; round++) {
        const answer = await once(request, prompt, round, ends)
        if (!answer.ok) return { ok: false, reason: answer.reason }
        if (!request.schema) return { ok: true, text: answer.text, value: undefined }
        const read = readStructured(answer.text, request.schema.schema)
        if ('value' in read) return { ok: true, text: answer.text, value: read.value }
        reason = read.reason
        prompt = `${request.prompt}\n\n# Your earlier reply\n\n${answer.text.slice(0, 8000)}\n\n# What was wrong with it\n\n${reason}\n\nAnswer again with the JSON object alone.`
      }
      return { ok: false, reason: `the reply does not fit what was asked for: ${reason}` }
    },
  }
}
