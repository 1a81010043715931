import type { OpenAI as Client } from 'openai'
import type {
  Response as Reply,
  ResponseCreateParams,
  ResponseInputItem,
  ResponseOutputItem,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses'
import type { Message } from './conversation.ts'
import { type Manner, type Piece, type Request, type Source, wholeBody } from './piece.ts'

/** One call over the Responses API. Nothing is stored at the server. */
export async function* responsePieces(
  server: Client,
  request: Request,
  manner: Manner,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  const stop = new AbortController()
  const response = await server.responses
    .create(bodyOf(request, manner), { signal: AbortSignal.any([signal, stop.signal]) })
    .asResponse()
  const whole = await wholeBody(response)
  if (whole !== null) {
    yield* endPieces(whole as Reply, { text: false, calls: 0 })
    return
  }
  const { Stream } = await import('openai/streaming')
  const seen = { text: false, calls: 0 }
  for await (const event of Stream.fromSSEResponse<ResponseStreamEvent>(response, stop)) {
    switch (event.type) {
      case 'response.output_text.delta':
        seen.text = true
        yield { text: event.delta }
        break
      case 'response.refusal.delta':
        yield { refusal: event.delta }
        break
      case 'response.output_item.done':
        yield* itemPieces(event.item, seen)
        break
      case 'response.completed':
      case 'response.incomplete':
        yield* endPieces(event.response, seen)
        break
      case 'response.failed':
        yield* endPieces(event.response, { text: true, calls: 1 })
        throw new Error(event.response.error?.message ?? 'the server says that the reply failed')
      case 'error':
        throw new Error(event.message)
    }
  }
}

function bodyOf({ model, system, messages, tools, format, web }: Request, { stream }: Manner): ResponseCreateParams {
  const [first] = messages
  const offered = [
    ...tools.map((tool) => ({ type: 'function' as const, ...tool, strict: false })),
    ...(web === null ? [] : [{ type: 'web_search' as const, search_context_size: web }]),
  ]
  return {
    model: model.name,
    instructions: system,
    input: messages.length === 1 && first?.role === 'user' ? first.text : messages.flatMap(itemsOf),
    stream,
    store: false,
    ...(model.temperature === undefined ? {} : { temperature: model.temperature }),
    ...(model.max_tokens === undefined ? {} : { max_output_tokens: model.max_tokens }),
    ...(model.reasoning === undefined ? {} : { reasoning: { effort: model.reasoning } }),
    ...(offered.length === 0 ? {} : { tools: offered }),
    ...(web === null ? {} : { include: ['web_search_call.action.sources' as const] }),
    ...(format === null
      ? {}
      : {
          text: {
            format: format.type === 'json_object' ? format : { type: 'json_schema' as const, ...format.json_schema },
          },
        }),
  }
}

function itemsOf(message: Message): ResponseInputItem[] {
  switch (message.role) {
    case 'user':
      return [{ role: 'user', content: message.text }]
    case 'tool':
      return [{ type: 'function_call_output', call_id: message.call, output: message.text }]
    case 'model':
      return [
        ...(message.text === '' ? [] : [{ role: 'assistant' as const, content: message.text }]),
        ...message.calls.map(({ id, name, arguments: given }) => ({
          type: 'function_call' as const,
          call_id: id,
          name,
          arguments: given,
        })),
      ]
  }
}

type Seen = { text: boolean; calls: number }

/** The calls and searches of one finished item of the output. */
function* itemPieces(item: ResponseOutputItem, seen: Seen): Generator<Piece> {
  if (item.type === 'function_call')
    yield { call: { at: seen.calls++, id: item.call_id, name: item.name, arguments: item.arguments } }
}

/** What the end of a reply tells; of what its output holds only that which no event told before. */
function* endPieces(reply: Reply, seen: Seen): Generator<Piece> {
  const { usage, incomplete_details: cut, status } = reply
  const output = reply.output ?? []
  if (seen.calls === 0) for (const item of output) yield* itemPieces(item, seen)
  for (const item of output) {
    if (item.type === 'web_search_call') yield { searches: 1, sources: consulted(item) }
    if (item.type !== 'message') continue
    for (const part of item.content) {
      if (part.type === 'refusal' && !seen.text) yield { refusal: part.refusal }
      if (part.type !== 'output_text') continue
      if (!seen.text) yield { text: part.text }
      yield {
        sources: (part.annotations ?? []).flatMap((one) =>
          one.type === 'url_citation' ? [{ url: one.url, title: one.title }] : [],
        ),
      }
    }
  }
  const finish = cut?.reason === 'content_filter' ? 'content_filter' : cut ? 'length' : 'stop'
  yield {
    ...(status === 'failed' ? {} : { finish }),
    ...(usage
      ? {
          usage: {
            input: usage.input_tokens,
            output: usage.output_tokens,
            cached: usage.input_tokens_details?.cached_tokens ?? 0,
          },
        }
      : {}),
  }
}

const consulted = ({ action }: Extract<ResponseOutputItem, { type: 'web_search_call' }>): Source[] =>
  action?.type === 'search' ? (action.sources ?? []).map(({ url }) => ({ url, title: '' })) : []
