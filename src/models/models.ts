import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { ModelChoice, type Task } from '../records/task.ts'
import type { Reservation, Usage } from '../records/usage.ts'
import { type Answer, type Book, openCalls } from './call.ts'
import { latestOf, lengthOf, type Message, type Tool, type ToolCall } from './conversation.ts'
import type { Heard } from './hear.ts'
import { manualAnswer } from './manual.ts'
import type { Manner, Request, Shape, Source } from './piece.ts'
import { type Prices, priceOf } from './prices.ts'
import { type Recording, repliedOf } from './record.ts'
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
  /** Lets the server search the web, and show the model little or much of what it finds. */
  web?: 'low' | 'high'
  model: ModelChoice
  signal: AbortSignal
  deadline: number
}

/** What came of it. Bad replies and busy servers are data; only faults that no retry can mend are thrown. */
export type ModelReply =
  | { ok: true; text: string; value: unknown; web: { searches: number; sources: Source[] } }
  | { ok: false; reason: string; noWeb: boolean }

/** One turn of a conversation in which a model may call tools. */
export type TurnRequest = Omit<ModelRequest, 'prompt' | 'schema'> & {
  messages: readonly Message[]
  tools: readonly Tool[]
}

/** What the model said and which tools it calls; `tokens` is what its turn took. `noTools`: the server or the model knows no tools. */
export type TurnReply =
  | { ok: true; text: string; calls: ToolCall[]; tokens: number }
  | { ok: false; reason: string; noTools: boolean }

/** Both ask a model; every request is billed through `onUsage`, failed ones too. They throw where the key is refused, the model is unknown or no server answers. */
export type Models = {
  ask(request: ModelRequest): Promise<ModelReply>
  /** A turn that was taken before, by the model's own words so far, is not asked again, whatever the tools said this time. */
  turn(request: TurnRequest): Promise<TurnReply>
  /** How a model came to be asked: what its server knows of structured replies, streams and counts. */
  manner(model: string): Manner & { shape: Shape }
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
  /** Told how far a reply has come, a few times a second: the end of its text. What it throws ends the call. */
  onText?(attempt: number, purpose: string, tail: string): void
  /** Told what the person must do or should know. Must not throw. */
  note?(attempt: number, text: string): void
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

/** Tokens of a reply whose length nobody bounds, for what is kept back before a call. */
const USUAL_REPLY = 8000
/** Characters of a reply's end that are told, and the seconds between two words of it. */
const TAIL = 240
const EVERY = 0.25

/** What a call may take at most: three characters a token is on the safe side of most texts and programs. */
function mostOf(
  model: ModelChoice,
  characters: number,
  longest: number,
  prices: Prices | null,
): Reservation & { input: number } {
  const [input, output] = [Math.ceil(characters / 3), model.max_tokens ?? Math.max(USUAL_REPLY, longest)]
  return { input, tokens: input + output, usd: priceOf(model, { cached: 0, input, output }, prices) }
}

/** Times a structured reply that does not fit is sent back with the reason. */
const REPAIRS = 1

/** Keeps a reply before it is billed. */
type Keep = (heard: Heard, tokens: number) => Promise<void>
type Billed = { attempt: number; purpose: string; model: ModelChoice; signal: AbortSignal; deadline: number }

/** The models of a run, over any OpenAI-compatible server. */
export function openModels(options: ModelsOptions): Models {
  const call = openCalls(options)
  const shapes = new Map<string, Shape>()
  /** Tokens of each model's longest reply: of one that thinks at length, much is kept back. */
  const longest = new Map<string, number>()

  /** Where a request is booked. A reply is on the disk before its bill: a kill between the two asks nobody again. */
  const bookOf = ({ attempt, purpose, model, signal }: Billed, characters: number, keep: Keep): Book => {
    const before = longest.get(model.name) ?? 0
    const { input, ...most } = mostOf(model, characters, before, options.prices)
    return {
      open: () => options.reserve(attempt, most, signal),
      async close(entry, { used, seconds, heard }) {
        const took = used ?? { input, cached: 0, output: most.tokens - input }
        if (used !== null) longest.set(model.name, Math.max(before, used.output))
        if (heard) await keep(heard, took.input + took.output)
        await options.onUsage(attempt, entry, {
          ...took,
          ...(used === null ? { untold: true } : {}),
          model: model.name,
          purpose,
          calls: 1,
          usd: used === null ? most.usd : priceOf(model, took, options.prices),
          seconds,
          ok: heard !== null,
        })
      },
    }
  }

  const heardBy = ({ attempt, purpose }: Billed) => {
    let last = Number.NEGATIVE_INFINITY
    return (text: string) => {
      const now = performance.now() / 1000
      if (now - last < EVERY) return
      last = now
      options.onText?.(attempt, purpose, text.slice(-TAIL))
    }
  }

  /** Asks the server, and keeps what it says as `keep` does. */
  const send = (billed: Billed, request: Omit<Request, 'model'>, keep: Keep) => {
    const { system, messages, tools } = request
    const book = bookOf(billed, system.length + lengthOf(messages, tools), keep)
    const { model, deadline, signal } = billed
    return call({ ...request, model, seconds: deadline, signal, onText: heardBy(billed) }, book)
  }

  const once = async (request: ModelRequest, prompt: string, round: number, ends: number): Promise<Answer> => {
    const { model, purpose, system, schema, attempt, signal } = request
    const shape = shapes.get(model.name) ?? 'schema'
    const wanted = schema ? shapeOf(schema, shape) : null
    const key = digest([model, purpose, system, prompt, schema?.name ?? null, round])
    const kept = await options.record(attempt).load(key, purpose)
    if (kept !== null) return answerOf(kept)
    if (options.replay) return { ok: false, reason: NOT_HELD }
    const deadline = Math.max(1, ends - performance.now() / 1000)
    const save = (text: string) => options.record(attempt).save(key, text, { purpose, system, prompt })
    if (model.name === 'manual') {
      const name = `${attempt}-${purpose}-${key.slice(0, 8)}`
      const text = [system, prompt, schema ? shapeOf(schema, 'plain').instruction : ''].filter(Boolean).join('\n\n')
      return manualAnswer({
        ...{ queue: options.queue, name, text, seconds: deadline, signal },
        keep: save,
        note: (said) => options.note?.(attempt, said),
      })
    }
    const text = wanted?.instruction ? `${prompt}\n\n${wanted.instruction}` : prompt
    const answer = await send(
      { ...request, deadline },
      {
        system,
        messages: [{ role: 'user', text }],
        tools: [],
        format: wanted?.format ?? null,
        web: request.web ?? null,
      },
      ({ text: said }) => save(said),
    )
    if (answer.ok || answer.refused !== 'format' || shape === 'plain') return answer
    shapes.set(model.name, shape === 'schema' ? 'object' : 'plain')
    return once(request, prompt, round, ends)
  }

  return {
    manner: (model) => ({ ...call.manner(model), shape: shapes.get(model) ?? 'schema' }),

    async ask(request) {
      const ends = performance.now() / 1000 + request.deadline
      let prompt = request.prompt
      let reason = ''
      for (let round = 0; round <= REPAIRS; round++) {
        const answer = await once(request, prompt, round, ends)
        if (!answer.ok) return { ok: false, reason: answer.reason, noWeb: answer.refused === 'web' }
        const { text, searches, sources } = answer
        const web = { searches, sources }
        if (!request.schema) return { ok: true, text, value: undefined, web }
        const read = readStructured(answer.text, request.schema.schema)
        if ('value' in read) return { ok: true, text, value: read.value, web }
        reason = read.reason
        prompt = `${request.prompt}\n\n# Your earlier reply\n\n${answer.text.slice(0, 8000)}\n\n# What was wrong with it\n\n${reason}\n\nAnswer again with the JSON object alone.`
      }
      return { ok: false, reason: `the reply does not fit what was asked for: ${reason}`, noWeb: false }
    },

    async turn(request) {
      const { model, purpose, system, messages, tools, attempt } = request
      if (model.name === 'manual') return { ok: false, reason: 'a person calls no tools', noTools: true }
      const said = messages.flatMap((one) => (one.role === 'tool' ? [] : [one]))
      const key = digest([model, purpose, system, said, tools.map(({ name }) => name)])
      const record = options.record(attempt)
      const kept = repliedOf(await record.load(key, purpose))
      if (kept) return { ok: true, ...kept }
      if (options.replay) return { ok: false, reason: NOT_HELD, noTools: true }
      let taken = { text: '', calls: [] as ToolCall[], tokens: 0 }
      const asked = { system, messages, tools, format: null, web: null }
      const answer = await send(request, asked, async ({ text, calls }, tokens) => {
        // Some servers give calls no id.
        const named = calls.map((one, at) => ({ ...one, id: one.id || `call_${messages.length}_${at}` }))
        taken = { text, calls: named, tokens }
        await record.save(key, JSON.stringify(taken), { purpose, system, prompt: latestOf(messages) })
      })
      if (answer.ok) return { ok: true, ...taken }
      return { ok: false, reason: answer.reason, noTools: answer.refused === 'tools' }
    },
  }
}

const NOT_HELD = 'the run that is replayed holds no reply to this call'
const answerOf = (text: string): Answer => ({ ok: true, text, calls: [], sources: [], searches: 0 })

const digest = (facts: readonly unknown[]) =>
  createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)
