import type { OpenAI as Client } from 'openai'
import type { Call, Piece } from './call.ts'

/** One streamed call over the Responses API. Nothing is stored at the server. */
export async function* responsePieces(server: Client, call: Call, signal: AbortSignal): AsyncGenerator<Piece> {
  const { model, system, prompt, format } = call
  const stream = await server.responses.create(
    {
      model: model.name,
      instructions: system,
      input: prompt,
      stream: true,
      store: false,
      ...(model.temperature === undefined ? {} : { temperature: model.temperature }),
      ...(model.max_tokens === undefined ? {} : { max_output_tokens: model.max_tokens }),
      ...(model.reasoning === undefined ? {} : { reasoning: { effort: model.reasoning } }),
      ...(format === null
        ? {}
        : {
            text: {
              format: format.type === 'json_object' ? format : { type: 'json_schema', ...format.json_schema },
            },
          }),
    },
    { signal },
  )
  for await (const event of stream) {
    switch (event.type) {
      case 'response.output_text.delta':
        yield { text: event.delta }
        break
      case 'response.refusal.delta':
        yield { refusal: event.delta }
        break
      case 'response.completed':
      case 'response.incomplete': {
        const { usage, incomplete_details: cut } = event.response
        yield {
          finish: cut?.reason === 'content_filter' ? 'content_filter' : cut ? 'length' : 'stop',
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
        break
      }
      case 'response.failed':
        throw new Error(event.response.error?.message ?? 'the server says that the reply failed')
      case 'error':
        throw new Error(event.message)
    }
  }
}
