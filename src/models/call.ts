import type { OpenAI as Client, ClientOptions } from 'openai'
import { AnnealError, EXIT, messageOf } from '../records/error.ts'
import type { ModelChoice } from '../records/task.ts'
import { chatPieces } from './chat.ts'
import { responsePieces } from './responses.ts'

/** How a structured reply is asked for: by JSON schema, as any JSON object, or in words alone. */
export type Shape = 'schema' | 'object' | 'plain'
export type Format =
  | { type: 'json_object' }
  | { type: 'json_schema'; json_schema: { name: string; schema: Record<string, unknown> } }
export type Counted = { calls: number; input: number; cached: number; output: number; seconds: number }
export type Answer =
  | { ok: true; text: string; usage: Counted | null }
  | { ok: false; reason: string; usage: Counted | null; formatRefused?: boolean }
export type Call = {
  model: ModelChoice
  system: string
  prompt: string
  format: Format | null
  seconds: number
  signal: AbortSignal
  /** Told how many characters have come so far. */
  heard?: (characters: number) => void
}
/** What a stream brings, whatever the protocol. */
export type Piece = {
  text?: string
  refusal?: string
  finish?: string
  usage?: { input: number; output: number; cached: number }
}

type Parts = {
  environment: Readonly<Record<string, string | undefined>>
  sleep?: (seconds: number, signal: AbortSignal) => Promise<void>
  random?: () => number
}

const TRIES = 5
const RETRIED = new Set([408, 409, 425, 429, 500, 502, 503, 504, 529])
/** Bytes of a reply at most; more is not an answer. */
const LARGEST = 2_000_000
/** Seconds without a byte after which a stream is given up. */
const IDLE = 120

/** Gives a function that makes one call to the server, with bounded retries: full jitter, `Retry-After` honoured, never beyond the call's own time. */
export function openCalls({
  environment,
  sleep = pause,
  random = Math.random,
}: Parts): (call: Call) => Promise<Answer> {
  let client: Promise<Client> | null = null
  return async (call) => {
    client ??= connect(environment)
    const server = await client
    const began = performance.now()
    const counted: Counted = { calls: 0, input: 0, cached: 0, output: 0, seconds: 0 }
    const spent = () => (performance.now() - began) / 1000
    let reason = ''
    let unreached = 0
    for (let tries = 1; tries <= TRIES; tries++) {
      counted.calls = tries
      const answer = await once(server, call, Math.max(1, call.seconds - spent()), counted).catch((thrown: unknown) =>
        faultOf(thrown, server, call),
      )
      counted.seconds = spent()
      if ('text' in answer) return { ok: true, text: answer.text, usage: counted }
      if (answer.fatal) throw answer.fatal
      reason = answer.reason
      unreached += Number(answer.unreached ?? false)
      if (!answer.retry) return { ok: false, reason, usage: counted, formatRefused: answer.formatRefused ?? false }
      // A server that nobody listens for comes up within seconds or not at all.
      const most = answer.unreached ? 1 : Math.min(30, 0.5 * 2 ** tries)
      const wait = Math.min(answer.after ?? random() * most, 60)
      if (tries === TRIES || spent() + wait > call.seconds) break
      await sleep(wait, call.signal)
      call.signal.throwIfAborted()
    }
    if (unreached === counted.calls)
      throw new AnnealError({
        what: `The model server at ${server.baseURL} cannot be reached.`,
        why: reason,
        fix: 'Check OPENAI_BASE_URL and that the server runs; then `anneal resume`. Without a model: --editor genetic.',
        exit: EXIT.unavailable,
      })
    return { ok: false, reason: `${reason} (after ${counted.calls} tries)`, usage: counted }
  }
}

/** `openai` is heavy: it is loaded with the first call. */
async function connect(environment: Parts['environment']): Promise<Client> {
  const { OpenAI } = await import('openai')
  const options: ClientOptions = { apiKey: environment.OPENAI_API_KEY ?? 'none', maxRetries: 0 }
  if (environment.OPENAI_BASE_URL) options.baseURL = environment.OPENAI_BASE_URL
  return new OpenAI(options)
}

type Fault = {
  reason: string
  retry: boolean
  after?: number
  unreached?: boolean
  formatRefused?: boolean
  fatal?: AnnealError
}

/** The Responses API where the model's entry asks for it, and by default at OpenAI's own server; every other server speaks Chat Completions. */
const usesResponses = ({ api }: ModelChoice, { baseURL }: Client): boolean =>
  api === 'responses' || (api === 'auto' && new URL(baseURL).hostname === 'api.openai.com')

/** One streamed completion. A stream that ends without saying why it ended is not an answer. */
async function once(server: Client, call: Call, seconds: number, counted: Counted): Promise<{ text: string } | Fault> {
  const { system, prompt, signal } = call
  let [text, refusal, finish] = ['', '', '']
  let [begun, reported] = [false, false]
  // Servers that count nothing, or are cut off before they say: four characters a token is the usual rule of thumb.
  const estimate = () => {
    if (reported) return
    reported = true
    counted.input += Math.ceil((system.length + prompt.length) / 4)
    counted.output += Math.ceil((text.length + refusal.length) / 4)
  }
  const timer = new AbortController()
  const clock = setTimeout(() => timer.abort(), seconds * 1000)
  let idle = setTimeout(() => timer.abort(), Math.min(IDLE, seconds) * 1000)
  try {
    const aborted = AbortSignal.any([signal, timer.signal])
    const pieces = (usesResponses(call.model, server) ? responsePieces : chatPieces)(server, call, aborted)
    for await (const piece of pieces) {
      begun = true
      clearTimeout(idle)
      idle = setTimeout(() => timer.abort(), Math.min(IDLE, seconds) * 1000)
      text += piece.text ?? ''
      refusal += piece.refusal ?? ''
      finish = piece.finish ?? finish
      if (piece.usage) {
        reported = true
        counted.input += piece.usage.input
        counted.output += piece.usage.output
        counted.cached += piece.usage.cached
      }
      if (piece.text) call.heard?.(text.length)
      if (text.length > LARGEST) {
        timer.abort()
        estimate()
        return { reason: `the reply is larger than ${LARGEST} characters`, retry: false }
      }
    }
    estimate()
    if (timer.signal.aborted) return { reason: 'the reply stopped coming', retry: true }
    if (finish === '') return { reason: 'the reply was cut off in mid-stream', retry: true }
    if (refusal !== '') return { reason: `the model refused: ${refusal.slice(0, 300)}`, retry: false }
    if (finish === 'content_filter') return { reason: 'the reply was filtered by the server', retry: false }
    if (finish === 'length')
      return { reason: `the reply was cut off after ${text.length} characters by the token limit`, retry: false }
    if (text.trim() === '') return { reason: 'the reply is empty', retry: true }
    return { text }
  } catch (fault) {
    const late = timer.signal.aborted && !signal.aborted
    // What was begun is billed by the server, though nobody read its end.
    if (begun || late) estimate()
    if (late) return { reason: `no whole reply within ${seconds.toFixed(0)} s`, retry: true }
    throw fault
  } finally {
    clearTimeout(clock)
    clearTimeout(idle)
  }
}

const NEVER_REACHED = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|bad port|CERT|certificate/i

function faultOf(thrown: unknown, server: Client, { model, signal, format }: Call): Fault {
  if (signal.aborted) throw signal.reason
  const status =
    typeof thrown === 'object' && thrown !== null && 'status' in thrown && typeof thrown.status === 'number'
      ? thrown.status
      : null
  const said = messageOf(thrown).slice(0, 400)
  if (status === null) {
    const chain = causes(thrown).join(': ')
    return {
      reason: `the connection failed: ${chain.slice(0, 400)}`,
      retry: true,
      unreached: NEVER_REACHED.test(chain),
    }
  }
  const url = server.baseURL
  if (status === 401 || status === 403)
    return {
      reason: said,
      retry: false,
      fatal: new AnnealError({
        what: `The model server at ${url} refuses the key (${status}).`,
        why: said,
        fix: 'Set OPENAI_API_KEY to a key that it takes, and OPENAI_BASE_URL to its address; then `anneal resume`.',
        exit: EXIT.refused,
      }),
    }
  if (status === 404)
    return {
      reason: said,
      retry: false,
      fatal: new AnnealError({
        what: `The server at ${url} has no model "${model.name}".`,
        why: said,
        fix: 'Name a model that it has (--model, or `models:` in the task), and check that OPENAI_BASE_URL ends in /v1 where the server wants that.',
      }),
    }
  if (status === 400 && format !== null && /response_format|json_schema|schema/i.test(said))
    return { reason: said, retry: false, formatRefused: true }
  const after = retryAfter(thrown)
  return {
    reason: `the server answered ${status}: ${said}`,
    retry: RETRIED.has(status),
    ...(after === null ? {} : { after }),
  }
}

function causes(thrown: unknown): string[] {
  const told: string[] = []
  for (let one = thrown; one instanceof Error && told.length < 5; one = one.cause)
    told.push('code' in one && typeof one.code === 'string' ? `${one.message} (${one.code})` : one.message)
  return told
}

function retryAfter(thrown: unknown): number | null {
  const headers = typeof thrown === 'object' && thrown !== null && 'headers' in thrown ? thrown.headers : null
  const value = headers instanceof Headers ? headers.get('retry-after') : null
  const seconds = value === null ? Number.NaN : Number(value)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null
}

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
