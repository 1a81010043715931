import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { chatFrame, protocolOf, responsesFrame, type Said } from './model-protocols.ts'

/** What was asked, as the server read it. */
export type Asked = {
  number: number
  path: string
  model: string
  system: string
  prompt: string
  format: string | null
  authorization: string | null
  /** The names of the tools that may be called, and what those that were called gave, in order. */
  tools: string[]
  results: string[]
  /** How many turns the model has had in this conversation. */
  turn: number
  body: Record<string, unknown>
}

/** A tool that the model calls; `id` is empty where the server gives it none. */
export type Called = { name: string; arguments: object | string; id?: string }

/** A reply that is said: text, calls of tools, or both; `searches` and `cites` are those of the server's own web search. */
export type Saying = {
  text?: string
  calls?: Called[]
  searches?: { query: string; sources: string[] }[]
  cites?: { url: string; title: string }[]
  finish?: 'stop' | 'length' | 'content_filter'
  cached?: number
  /** Milliseconds before it begins, and between its first frame and the others. */
  delay?: number
  pause?: number
  /** Says it in one piece though a stream was asked for; does not tell what it took. */
  whole?: boolean
  untold?: boolean
}

/** What the server does with a request: says something, or misbehaves. */
export type Reply =
  | string
  | Saying
  | { refusal: string }
  | { status: number; headers?: Record<string, string>; message?: string }
  | { fault: 'reset' | 'reset-in-mid-stream' | 'hang' | 'hang-in-mid-stream' | 'not-json' | 'cut' }

export type ModelServer = {
  url: string
  asked: Asked[]
  /** What it says it served, to the token; `untold` counts the requests that it took up and never told the tokens of. */
  served: { calls: number; input: number; output: number; cached: number; untold: number }
  close(): Promise<void>
}

const tokens = (text: string) => Math.ceil(text.length / 4)

/**
 * A loopback server that speaks Chat Completions and the Responses API, streamed or in one piece as it is asked. `answer` decides each reply; its faults are those
 * that real servers show. Four characters count as a token, so that a test can hold a ledger against what was served.
 */
export async function startModelServer(answer: (asked: Asked) => Reply | Promise<Reply>): Promise<ModelServer> {
  const asked: Asked[] = []
  const served = { calls: 0, input: 0, output: 0, cached: 0, untold: 0 }
  const server = createServer((request, response) => {
    void respond(request, response).catch(() => response.destroy())
  })

  async function respond(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const one = readRequest(request, Buffer.concat(chunks).toString() || '{}', asked.length)
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
      served.untold++
      return misbehave(reply.fault, one, response)
    }
    const { said, cached, delay, pause, whole, untold } = normal(reply, one.number)
    if (delay > 0) await wait(delay)
    const usage = {
      input: tokens(`${one.system}${one.prompt}${one.results.join('')}`),
      output: tokens(said.text + said.refusal + said.calls.map((call) => call.arguments).join('')),
      cached,
    }
    if (untold) served.untold++
    else {
      served.input += usage.input
      served.output += usage.output
      served.cached += cached
    }
    const protocol = protocolOf(one.path)
    const told = untold ? null : usage
    if (whole || one.body.stream !== true) {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(protocol.whole(said, told)))
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const [index, frame] of protocol.frames(said, told).entries()) {
      if (index === 1 && pause > 0) await wait(pause)
      response.write(frame)
    }
    response.end()
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

/** Reads a request of either protocol. */
function readRequest(request: IncomingMessage, text: string, number: number): Asked {
  const body = JSON.parse(text)
  const items: Record<string, unknown>[] = Array.isArray(body.input)
    ? body.input
    : (body.messages ?? [{ role: 'user', content: body.input ?? '' }])
  const said = (role: string) =>
    items.flatMap((one) => (one.role === role && typeof one.content === 'string' ? [one.content] : [])).join('\n')
  return {
    number,
    path: request.url ?? '',
    model: body.model ?? '',
    system: body.instructions ?? said('system'),
    prompt: said('user'),
    format: body.response_format?.type ?? body.text?.format?.type ?? null,
    authorization: request.headers.authorization ?? null,
    tools: (body.tools ?? []).map(
      (tool: { type: string; name?: string; function?: { name: string } }) =>
        tool.function?.name ?? tool.name ?? tool.type,
    ),
    results: items.flatMap((one) =>
      one.role === 'tool' ? [String(one.content)] : one.type === 'function_call_output' ? [String(one.output)] : [],
    ),
    // In the Responses API the calls of one turn stand one after another, behind what it said, and each gives its result after them all.
    turn: items.filter((one, at) => isModels(one) && !isModels(items[at - 1])).length,
    body,
  }
}

const isModels = (item: Record<string, unknown> | undefined) =>
  item?.role === 'assistant' || item?.type === 'function_call'

async function misbehave(fault: Extract<Reply, { fault: string }>['fault'], { path }: Asked, response: ServerResponse) {
  if (fault === 'reset') return response.destroy()
  if (fault === 'hang') return
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  if (fault === 'not-json') return response.end('data: {"choices": [oops\n\n')
  const half = 'half a rep'
  response.write(
    path.endsWith('/responses')
      ? responsesFrame({ type: 'response.output_text.delta', delta: half } as { type: string })
      : chatFrame({ content: half }, null),
  )
  if (fault === 'hang-in-mid-stream') return
  if (fault === 'cut') return response.end()
  await wait(20)
  return response.destroy()
}

function normal(reply: Exclude<Reply, { status: number } | { fault: string }>, number: number) {
  const given: Saying & { refusal?: string } = typeof reply === 'string' ? { text: reply } : reply
  const said: Said = {
    text: given.text ?? '',
    refusal: given.refusal ?? '',
    finish: given.finish ?? 'stop',
    calls: (given.calls ?? []).map((call, index) => ({
      id: call.id ?? `call_${number}_${index}`,
      name: call.name,
      arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
    })),
    searches: given.searches ?? [],
    cites: given.cites ?? [],
  }
  const { cached = 0, delay = 0, pause = 0, whole = false, untold = false } = given
  return { said, cached, delay, pause, whole, untold }
}
