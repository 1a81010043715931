import type { OpenAI as Client, ClientOptions } from 'openai'
import { AnnealError, EXIT } from '../records/error.ts'
import type { ModelChoice } from '../records/task.ts'
import { chatPieces } from './chat.ts'
import { type Fault, faultOf } from './fault.ts'
import { type Heard, hear } from './hear.ts'
import type { Manner, Request, Used } from './piece.ts'
import { responsePieces } from './responses.ts'

export type Answer = ({ ok: true } & Heard) | { ok: false; reason: string; refused?: 'format' | 'tools' | 'web' }

export type Call = Request & {
  /** For the whole of it, in seconds: waits and further tries included. */
  seconds: number
  signal: AbortSignal
  /** Told all of the text that has come so far. */
  onText(text: string): void
}

/** What one request took. `used` is null where the server did work and did not say how much. */
export type Taken = { used: Used | null; seconds: number; heard: Heard | null }

/** The account of each request: opened before it is made, closed with what it took. */
export type Book = {
  /** Keeps back what a request may take; null where the budget has no room for it. */
  open(): Promise<string | null>
  close(entry: string, taken: Taken): Promise<void>
}

type Parts = {
  environment: Readonly<Record<string, string | undefined>>
  sleep?: (seconds: number, signal: AbortSignal) => Promise<void>
  random?: () => number
}

const TRIES = 5
const NOTHING: Used = { input: 0, output: 0, cached: 0 }
export const NO_ROOM = 'the budget has no room for a further call to the model'
const MANNER: Manner = { stream: true, usage: true, limit: 'max_completion_tokens' }

/** Makes one call to the server, with bounded retries: full jitter, `Retry-After` honoured, never beyond the call's own time. Each request is booked. */
export type MakeCall = (call: Call, book: Book) => Promise<Answer>

/** Gives a function that makes calls; it remembers what the server turned out not to know. */
export function openCalls({ environment, sleep = pause, random = Math.random }: Parts): MakeCall & {
  /** How a model of the server is spoken to by now. */
  manner(model: string): Manner
} {
  let client: Promise<Client> | null = null
  const manners = new Map<string, Manner>()
  const mannerOf = (model: string) => manners.get(model) ?? MANNER
  const make: MakeCall = async (call, book) => {
    client ??= connect(environment)
    const server = await client
    const began = performance.now()
    const spent = () => (performance.now() - began) / 1000
    let [reason, unreached] = ['', 0]
    for (let tries = 1; ; tries++) {
      const entry = await book.open()
      if (entry === null) return { ok: false, reason: reason ? `${reason}; ${NO_ROOM}` : NO_ROOM }
      const manner = mannerOf(call.model.name)
      const start = performance.now()
      const result = await hear({
        pieces: (signal) =>
          (usesResponses(call.model, server) ? responsePieces : chatPieces)(server, call, manner, signal),
        seconds: Math.max(1, call.seconds - spent()),
        signal: call.signal,
        onText: call.onText,
        faultOf: (thrown) => faultOf(thrown, server, call, manner),
      })
      const seconds = (performance.now() - start) / 1000
      if ('heard' in result) {
        await book.close(entry, { used: result.used, seconds, heard: result.heard })
        return { ok: true, ...result.heard }
      }
      const { fault } = result
      await book.close(entry, { used: result.used ?? (fault.took ? null : NOTHING), seconds, heard: null })
      if (fault.fatal) throw fault.fatal
      if (typeof fault.refused === 'string') return { ok: false, reason: fault.reason, refused: fault.refused }
      if (fault.refused) {
        manners.set(call.model.name, { ...manner, ...fault.refused })
        tries--
        continue
      }
      reason = fault.reason
      unreached += Number(fault.unreached ?? false)
      if (!fault.retry) return { ok: false, reason }
      const wait = waitOf(fault, tries, random)
      if (tries === TRIES || spent() + wait > call.seconds) {
        if (unreached === tries) throw unreachable(server.baseURL, reason)
        return { ok: false, reason: tries === 1 ? reason : `${reason} (after ${tries} tries)` }
      }
      await sleep(wait, call.signal)
      call.signal.throwIfAborted()
    }
  }
  return Object.assign(make, { manner: mannerOf })
}

/** A server that nobody listens for comes up within seconds or not at all. */
function waitOf({ unreached, after }: Fault, tries: number, random: () => number): number {
  const most = unreached ? 1 : Math.min(30, 0.5 * 2 ** tries)
  return Math.min(after ?? random() * most, 60)
}

const unreachable = (url: string, why: string) =>
  new AnnealError({
    what: `The model server at ${url} cannot be reached.`,
    why,
    fix: 'Check OPENAI_BASE_URL and that the server runs; then `anneal resume`. Without a model: --editor genetic.',
    exit: EXIT.unavailable,
  })

/** `openai` is heavy: it is loaded with the first call. Requests are timed here, not there. */
async function connect(environment: Parts['environment']): Promise<Client> {
  const { OpenAI } = await import('openai')
  const options: ClientOptions = { apiKey: environment.OPENAI_API_KEY ?? 'none', maxRetries: 0, timeout: 86_400_000 }
  if (environment.OPENAI_BASE_URL) options.baseURL = environment.OPENAI_BASE_URL
  return new OpenAI(options)
}

/** The Responses API where the model's entry asks for it, and by default at OpenAI's own server; every other server speaks Chat Completions. */
const usesResponses = ({ api }: ModelChoice, { baseURL }: Client): boolean =>
  api === 'responses' || (api === 'auto' && new URL(baseURL).hostname === 'api.openai.com')

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, seconds * 1000)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
  })
}
