import type { OpenAI as Client } from 'openai'
import { AnnealError, EXIT, messageOf } from '../records/error.ts'
import type { Manner, Request } from './piece.ts'

type Part = 'format' | 'tools' | 'web' | Partial<Manner>

/** Why a request gave no answer. `took` is false where it is sure that the server did no work for it. */
export type Fault = {
  reason: string
  retry: boolean
  took: boolean
  /** Seconds that the server asks to be left alone. */
  after?: number
  unreached?: boolean
  fatal?: AnnealError
  /** What the server does not know, so that it can be asked without. */
  refused?: Part
}

const RETRIED = new Set([408, 409, 425, 429, 500, 502, 503, 504, 529])
const NEVER_REACHED = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|bad port|CERT|certificate/i
/** Answers by which servers say that they do not know a part of the request. */
const UNKNOWN_PART = new Set([400, 404, 405, 415, 422, 501])

/** What an exception of the client means. */
export function faultOf(thrown: unknown, server: Client, request: Request, manner: Manner): Fault {
  const status =
    typeof thrown === 'object' && thrown !== null && 'status' in thrown && typeof thrown.status === 'number'
      ? thrown.status
      : null
  const said = messageOf(thrown).slice(0, 400)
  if (status === null) {
    const chain = causes(thrown).join(': ')
    const unreached = NEVER_REACHED.test(chain)
    return { reason: `the connection failed: ${chain.slice(0, 400)}`, retry: true, took: !unreached, unreached }
  }
  const no = { reason: said, retry: false, took: false }
  if (status === 401 || status === 403) return { ...no, fatal: refusedKey(server.baseURL, status, said) }
  const refused = UNKNOWN_PART.has(status) ? unknownPart(status, said, request, manner) : null
  if (refused !== null) return { ...no, refused }
  if (status === 404) return { ...no, fatal: noModel(server.baseURL, request.model.name, said) }
  const after = retryAfter(thrown)
  return {
    reason: `the server answered ${status}: ${said}`,
    retry: RETRIED.has(status),
    took: false,
    ...(after === null ? {} : { after }),
  }
}

/** Which part of the request the server's words are about, where there is a way to ask without it. */
function unknownPart(status: number, said: string, { format, tools, web }: Request, manner: Manner): Part | null {
  if (web !== null && (/search|\btools?\b/i.test(said) || ([404, 405].includes(status) && !/model/i.test(said))))
    return 'web'
  if (format !== null && /response_format|json_schema|schema|text\.format/i.test(said)) return 'format'
  if (tools.length > 0 && /\btools?\b|tool.(use|call|choice)|function.?call/i.test(said)) return 'tools'
  if (manner.usage && /stream_options|include_usage/i.test(said)) return { usage: false }
  if (manner.stream && /stream/i.test(said)) return { stream: false }
  if (manner.limit === 'max_completion_tokens' && /max_completion_tokens/i.test(said)) return { limit: 'max_tokens' }
  return null
}

const refusedKey = (url: string, status: number, why: string) =>
  new AnnealError({
    what: `The model server at ${url} refuses the key (${status}).`,
    why,
    fix: 'Set OPENAI_API_KEY to a key that it takes, and OPENAI_BASE_URL to its address; then `anneal resume`.',
    exit: EXIT.refused,
  })

const noModel = (url: string, model: string, why: string) =>
  new AnnealError({
    what: `The server at ${url} has no model "${model}".`,
    why,
    fix: 'Name a model that it has (--model, or `models:` in the task), and check that OPENAI_BASE_URL ends in /v1 where the server wants that.',
  })

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
