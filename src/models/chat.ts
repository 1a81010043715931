import type { OpenAI as Client } from 'openai'
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionCreateParams,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions'
import type { Message } from './conversation.ts'
import { type Manner, type Piece, type Request, wholeBody } from './piece.ts'

/** One call over Chat Completions, which every OpenAI-compatible server speaks. */
export async function* chatPieces(
  server: Client,
  request: Request,
  manner: Manner,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  const stop = new AbortController()
  const response = await server.chat.completions
    .create(bodyOf(request, manner), { signal: AbortSignal.any([signal, stop.signal]) })
    .asResponse()
  const whole = await wholeBody(response)
  if (whole !== null) {
    yield* wholePieces(whole as ChatCompletion)
    return
  }
  const { Stream } = await import('openai/streaming')
  for await (const chunk of Stream.fromSSEResponse<ChatCompletionChunk>(response, stop)) yield* chunkPieces(chunk)
}

function bodyOf(
  { model, system, messages, tools, format }: Request,
  { stream, usage, limit }: Manner,
): ChatCompletionCreateParams {
  return {
    model: model.name,
    messages: [{ role: 'system', content: system }, ...messages.map(paramOf)],
    stream,
    ...(stream && usage ? { stream_options: { include_usage: true } } : {}),
    ...(model.temperature === undefined ? {} : { temperature: model.temperature }),
    ...(model.max_tokens === undefined ? {} : { [limit]: model.max_tokens }),
    ...(model.reasoning === undefined ? {} : { reasoning_effort: model.reasoning }),
    ...(model.seed === undefined ? {} : { seed: model.seed }),
    ...(format === null ? {} : { response_format: format }),
    ...(tools.length === 0 ? {} : { tools: tools.map((tool) => ({ type: 'function' as const, function: tool })) }),
  }
}

function paramOf(message: Message): ChatCompletionMessageParam {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: message.text }
    case 'tool':
      return { role: 'tool', tool_call_id: message.call, content: message.text }
    case 'model': {
      const calls = message.calls.map(({ id, name, arguments: given }) => ({
        id,
        type: 'function' as const,
        function: { name, arguments: given },
      }))
      return { role: 'assistant', content: message.text || null, ...(calls.length > 0 ? { tool_calls: calls } : {}) }
    }
  }
}

function* chunkPieces({ choices, usage }: ChatCompletionChunk): Generator<Piece> {
  const choice = choices?.[0]
  yield {
    text: choice?.delta?.content ?? '',
    refusal: choice?.delta?.refusal ?? '',
    ...(choice?.finish_reason ? { finish: choice.finish_reason } : {}),
    ...(usage ? { usage: usedOf(usage) } : {}),
  }
  for (const [place, { index, id, function: asked }] of (choice?.delta?.tool_calls ?? []).entries())
    yield {
      call: {
        at: index ?? place,
        ...(id ? { id } : {}),
        ...(asked?.name ? { name: asked.name } : {}),
        ...(asked?.arguments ? { arguments: asked.arguments } : {}),
      },
    }
}

function* wholePieces({ choices, usage }: ChatCompletion): Generator<Piece> {
  const choice = choices?.[0]
  yield {
    text: choice?.message?.content ?? '',
    refusal: choice?.message?.refusal ?? '',
    finish: choice?.finish_reason ?? '',
    ...(usage ? { usage: usedOf(usage) } : {}),
  }
  for (const [at, call] of (choice?.message?.tool_calls ?? []).entries())
    if (call.type === 'function')
      yield { call: { at, id: call.id, name: call.function.name, arguments: call.function.arguments } }
}

const usedOf = (usage: NonNullable<ChatCompletion['usage']>) => ({
  input: usage.prompt_tokens ?? 0,
  output: usage.completion_tokens ?? 0,
  cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
})
