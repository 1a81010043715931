import type { ModelChoice } from '../records/task.ts'
import type { Message, Tool } from './conversation.ts'

/** How a structured reply is asked for: by JSON schema, as any JSON object, or in words alone. */
export type Shape = 'schema' | 'object' | 'plain'
export type Format =
  | { type: 'json_object' }
  | { type: 'json_schema'; json_schema: { name: string; schema: Record<string, unknown> } }

/** What one request to a server says. */
export type Request = {
  model: ModelChoice
  system: string
  messages: readonly Message[]
  tools: readonly Tool[]
  format: Format | null
  /** How much of what a web search finds the model is shown; null without a search. */
  web: 'low' | 'high' | null
}

/** How a server wants to be asked, as far as it has turned out: what it refused is left out from then on. */
export type Manner = { stream: boolean; usage: boolean; limit: 'max_completion_tokens' | 'max_tokens' }

/** A page of the web that a server's own search led to. */
export type Source = { url: string; title: string }

export type Used = { input: number; output: number; cached: number }

/** What a reply brings bit by bit, whatever the protocol. */
export type Piece = {
  text?: string
  refusal?: string
  finish?: string
  usage?: Used
  /** A part of the call at this place among the reply's calls. */
  call?: { at: number; id?: string; name?: string; arguments?: string }
  sources?: Source[]
  searches?: number
}

/** Bytes of a reply at most; more is not an answer. */
export const LARGEST = 2_000_000

/** The body of a reply that a server gave in one piece though a stream was asked for; null where it streams. */
export async function wholeBody(response: Response): Promise<unknown> {
  if (!response.headers.get('content-type')?.includes('json')) return null
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true })
    if (text.length > 2 * LARGEST) throw new Error(`the reply is larger than ${2 * LARGEST} bytes`)
  }
  return JSON.parse(text + decoder.decode())
}
