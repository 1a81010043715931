import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** What was asked, as the server read it. */
export type Asked = {
  number: number
  path: string
  model: string
  system: string
  prompt: string
  format: string | null
  authorization: string | null
  body: Record<string, unknown>
}

/** What the server does with a request: says a text, or misbehaves. */
export type Reply =
  | string
  | { text: string; finish?: 'stop' | 'length' | 'content_filter'; cached?: number; delay?: number }
  | { refusal: string }
  | { status: number; headers?: Record<string, string>; message?: string }
  | { fault: 'reset' | 'reset-in-mid-stream' | 'hang' | 'not-json' | 'cut' }

export type ModelServer = {
  url: string
  asked: Asked[]
  /** What it says it served, to the token. */
  served: { calls: number; input: number; output: number; cached: number }
  close(): Promise<void>
}

const tokens = (text: string) => Math.ceil(text.length / 4)

/**
 * A loopback server that speaks streamed Chat Completions. `answer` decides each reply; its faults are the ones that real servers show.
 * Four characters count as a token, so that a test can hold a ledger against what was served.
 */
export async function startModelServer(answer: (asked: Asked) => Reply | Promise<Reply>): Promise<ModelServer> {
  const asked: Asked[] = []
  const served = { calls: 0, input: 0, output: 0, cached: 0 }
  const server = createServer((request, response) => {
    void respond(request, response).catch(() => response.destroy())
  })

  async function respond(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}')
    const said = (role: string): string =>
      (role === 'system' ? body.instructions : body.input) ??
      body.messages
        ?.filter((message: { role: string }) => message.role === role)
        .map((message: { content: string }) => message.content)
        .join('\n') ??
      ''
    const one: Asked = {
      number: asked.length,
      path: request.url ?? '',
      model: body.model ?? '',
      system: said('system'),
      prompt: said('user'),
      format: body.response_format?.type ?? body.text?.format?.type ?? null,
      body,
      authorization: request.headers.authorization ?? null,
    }
    asked.push(one)
    served.calls++
    const reply = await answer(one)
    if (typeof reply !== 'string' && 'status' in reply) {
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
      response.end(
        JSON.stringify({ error: { message: reply.message ?? `status ${reply.status}`, type: 'error', code: null } }),
      )
      return
    }
    if (typeof reply !== 'string' && 'fault' in reply) {
      if (reply.fault === 'reset') return response.destroy()
      if (reply.fault === 'hang') return
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      if (reply.fault === 'not-json') return response.end('data: {"choices": [oops\n\n')
      response.write(event({ content: 'half a rep' }, null))
      if (reply.fault === 'cut') return response.end()
      await wait(20)
      return response.destroy()
    }
    const { text, refusal, finish, cached, delay } = normal(reply)
    if (delay > 0) await wait(delay)
    const usage = {
      prompt_tokens: tokens(one.system + one.prompt),
      completion_tokens: tokens(text + refusal),
      prompt_tokens_details: { cached_tokens: cached },
    }
    served.input += usage.prompt_tokens
    served.output += usage.completion_tokens
    served.cached += cached
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (one.path.endsWith('/responses')) {
      for (const said of responseEvents(text, refusal, finish, usage)) response.write(said)
      response.end()
      return
    }
    for (let at = 0; at < text.length; at += 4096) response.write(event({ content: text.slice(at, at + 4096) }, null))
    if (refusal) response.write(event({ refusal }, null))
    response.write(event({}, finish))
    response.write(
      `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [], usage })}\n\n`,
    )
    response.end('data: [DONE]\n\n')
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    served,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function normal(reply: Exclude<Reply, { status: number } | { fault: string }>) {
  if (typeof reply === 'string') return { text: reply, refusal: '', finish: 'stop', cached: 0, delay: 0 }
  if ('refusal' in reply) return { text: '', refusal: reply.refusal, finish: 'stop', cached: 0, delay: 0 }
  return {
    text: reply.text,
    refusal: '',
    finish: reply.finish ?? 'stop',
    cached: reply.cached ?? 0,
    delay: reply.delay ?? 0,
  }
}

const event = (delta: object, finish: string | null) =>
  `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

type Usage = {
  prompt_tokens: number
  completion_tokens: number
  prompt_tokens_details: { cached_tokens: number }
}

/** The same reply in the events of the Responses API. */
function responseEvents(text: string, refusal: string, finish: string, usage: Usage): string[] {
  const kind = finish === 'stop' ? 'response.completed' : 'response.incomplete'
  const reason = finish === 'length' ? 'max_output_tokens' : finish
  const response = {
    id: 'r',
    object: 'response',
    output: [],
    incomplete_details: finish === 'stop' ? null : { reason },
    usage: {
      input_tokens: usage.prompt_tokens,
      output_tokens: usage.completion_tokens,
      input_tokens_details: usage.prompt_tokens_details,
    },
  }
  const events = [
    { type: 'response.created', response: { id: 'r' } },
    ...(text ? [{ type: 'response.output_text.delta', delta: text }] : []),
    ...(refusal ? [{ type: 'response.refusal.delta', delta: refusal }] : []),
    { type: kind, response },
  ]
  return events.map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`)
}
