import type { OpenAI as Client } from 'openai'
import type { Call, Piece } from './call.ts'

/** One streamed call over Chat Completions, which every OpenAI-compatible server speaks. */
export async function* chatPieces(server: Client, call: Call, signal: AbortSignal): AsyncGenerator<Piece> {
  const { model, system, prompt, format } = call
  const stream = await server.chat.completions.create(
    {
      model: model.name,
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: prompt },
      ],
      stream: true,
      stream_options: { include_usage: true },
      ...(model.temperature === undefined ? {} : { temperature: model.temperature }),
      ...(model.max_tokens === undefined ? {} : { max_completion_tokens: model.max_tokens }),
      ...(model.reasoning === undefined ? {} : { reasoning_effort: model.reasoning }),
      ...(model.seed === undefined ? {} : { seed: model.seed }),
      ...(format === null ? {} : { response_format: format }),
    },
    { signal },
  )
  for await (const chunk of stream) {
    const choice = chunk.choices?.[0]
    yield {
      text: choice?.delta?.content ?? '',
      refusal: choice?.delta?.refusal ?? '',
      ...(choice?.finish_reason ? { finish: choice.finish_reason } : {}),
      ...(chunk.usage
        ? {
            usage: {
              input: chunk.usage.prompt_tokens ?? 0,
              output: chunk.usage.completion_tokens ?? 0,
              cached: chunk.usage.prompt_tokens_details?.cached_tokens ?? 0,
            },
          }
        : {}),
    }
  }
}
