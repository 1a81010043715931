import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The protocols that coding agents speak. */
export type Protocol = 'chat' | 'responses' | 'messages' | 'gemini'

/** What an agent asked, in one form for all protocols. */
export type AgentAsked = {
  number: number
  protocol: Protocol
  path: string
  model: string
  /** Names of the tools that it offers. */
  tools: string[]
  /** How many results of tools the conversation holds. */
  results: number
  /** The whole request. */
  text: string
  /** The key that it came with. */
  key: string
}

/** What the server does: calls a tool, says a text (and is done), or fails. */
export type Act =
  | { tool: string; namespace?: string; input: object }
  | { say: string }
  | { status: number; message?: string }
  | { hang: true }

export type AgentServer = {
  /** Without a path: agents add the one of their protocol. */
  url: string
  asked: AgentAsked[]
  /** What it says it served, to the token. */
  served: { calls: number; input: number; output: number; cached: number }
  close(): Promise<void>
}

type Fields = Record<string, unknown>
const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fields) : [])
const tokens = (text: string) => Math.ceil(text.length / 4)
/** Of the input, what it says it had cached: something, so that a client which counts it twice is caught. */
const CACHED = 7

/**
 * A loopback server for coding agents: streamed Chat Completions, Responses, Messages and Gemini, with tool calls. `answer` decides each
 * reply. Four characters of the request or the reply count as a token, so that a test can hold a ledger against what was served.
 */
export async function startAgentServer(answer: (asked: AgentAsked) => Act): Promise<AgentServer> {
  const asked: AgentAsked[] = []
  const served = { calls: 0, input: 0, output: 0, cached: 0 }
  const server = createServer((request, response) => {
    void respond(request, response).catch(() => response.destroy())
  })

  async function respond(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const path = request.url ?? ''
    const protocol = protocolOf(path)
    const text = Buffer.concat(chunks).toString()
    if (request.method !== 'POST' || protocol === null) {
      response.writeHead(404, { 'content-type': 'application/json' })
      return response.end('{"error":{"message":"not here"}}')
    }
    const body = fields(JSON.parse(text || '{}'))
    if (path.includes('count')) {
      response.writeHead(200, { 'content-type': 'application/json' })
      return response.end(JSON.stringify({ input_tokens: tokens(text), totalTokens: tokens(text) }))
    }
    const key = request.headers['x-api-key'] ?? request.headers['x-goog-api-key'] ?? request.headers.authorization ?? ''
    const one = { number: asked.length, path, text, key: String(key), ...readers[protocol](body, path), protocol }
    asked.push(one)
    const act = answer(one)
    if ('hang' in act) return
    served.calls++
    if ('status' in act) {
      response.writeHead(act.status, { 'content-type': 'application/json' })
      const message = act.message ?? `status ${act.status}`
      const error = { message, type: 'error', code: act.status, status: message }
      return response.end(JSON.stringify({ type: 'error', error }))
    }
    const usage = { input: tokens(text), output: tokens(JSON.stringify(act)), cached: CACHED }
    served.input += usage.input
    served.output += usage.output
    served.cached += usage.cached
    const streamed = protocol === 'gemini' ? path.includes('stream') : body.stream === true
    const events = writers[protocol](act, usage, one.model, asked.length)
    if (!streamed) {
      response.writeHead(200, { 'content-type': 'application/json' })
      return response.end(JSON.stringify(wholes[protocol](act, usage, one.model, asked.length)))
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const event of events) {
      const name = typeof event.type === 'string' && protocol !== 'chat' ? `event: ${event.type}\n` : ''
      response.write(`${name}data: ${JSON.stringify(event)}\n\n`)
    }
    response.end(protocol === 'chat' ? 'data: [DONE]\n\n' : '')
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    served,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function protocolOf(path: string): Protocol | null {
  if (path.includes('/chat/completions')) return 'chat'
  if (path.includes('/responses')) return 'responses'
  if (path.includes('/messages')) return 'messages'
  if (/:(stream)?generateContent|:countTokens/i.test(path)) return 'gemini'
  return null
}

type Read = Pick<AgentAsked, 'model' | 'tools' | 'results'>
const readers: Record<Protocol, (body: Fields, path: string) => Read> = {
  chat: (body) => ({
    model: String(body.model),
    tools: list(body.tools).map((tool) => String(fields(tool.function).name)),
    results: list(body.messages).filter(({ role }) => role === 'tool').length,
  }),
  responses: (body) => ({
    model: String(body.model),
    tools: list(body.tools).map((tool) => String(tool.name ?? tool.type)),
    results: list(body.input).filter(({ type }) => String(type).includes('call_output')).length,
  }),
  messages: (body) => ({
    model: String(body.model),
    tools: list(body.tools).map((tool) => String(tool.name)),
    results: list(body.messages)
      .flatMap(({ content }) => list(content))
      .filter(({ type }) => type === 'tool_result').length,
  }),
  gemini: (body, path) => ({
    model: /models\/([^:/]+):/.exec(path)?.[1] ?? '',
    tools: list(body.tools).flatMap((tool) => list(tool.functionDeclarations).map(({ name }) => String(name))),
    results: list(body.contents)
      .flatMap(({ parts }) => list(parts))
      .filter((part) => part.functionResponse !== undefined).length,
  }),
}

type Usage = { input: number; output: number; cached: number }
type Said = { tool: string; namespace?: string; input: object } | { say: string }
type Write<T> = (act: Said, usage: Usage, model: string, number: number) => T

const chatUsage = ({ input, output, cached }: Usage) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached },
})
const responsesOutput = (act: Said, number: number) =>
  'say' in act
    ? {
        type: 'message',
        id: `msg_${number}`,
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: act.say, annotations: [] }],
      }
    : {
        type: 'function_call',
        id: `fc_${number}`,
        call_id: `call_${number}`,
        name: act.tool,
        ...(act.namespace === undefined ? {} : { namespace: act.namespace }),
        arguments: JSON.stringify(act.input),
        status: 'completed',
      }
const responsesWhole: Write<Fields> = (act, { input, output, cached }, model, number) => ({
  id: `resp_${number}`,
  object: 'response',
  created_at: 0,
  model,
  status: 'completed',
  output: [responsesOutput(act, number)],
  usage: {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  },
})
const geminiWhole: Write<Fields> = (act, { input, output, cached }, model) => ({
  candidates: [
    {
      index: 0,
      finishReason: 'STOP',
      content: {
        role: 'model',
        parts: ['say' in act ? { text: act.say } : { functionCall: { name: act.tool, args: act.input } }],
      },
    },
  ],
  usageMetadata: {
    promptTokenCount: input,
    candidatesTokenCount: output,
    cachedContentTokenCount: cached,
    totalTokenCount: input + output,
  },
  modelVersion: model,
})
const messagesUsage = ({ input, output, cached }: Usage) => ({
  input_tokens: input - cached,
  cache_read_input_tokens: cached,
  cache_creation_input_tokens: 0,
  output_tokens: output,
})
const messagesContent = (act: Said, number: number) =>
  'say' in act
    ? { type: 'text', text: act.say }
    : { type: 'tool_use', id: `toolu_${number}`, name: act.tool, input: act.input }
const messagesWhole: Write<Fields> = (act, usage, model, number) => ({
  id: `msg_${number}`,
  type: 'message',
  role: 'assistant',
  model,
  content: [messagesContent(act, number)],
  stop_reason: 'say' in act ? 'end_turn' : 'tool_use',
  stop_sequence: null,
  usage: messagesUsage(usage),
})
const chatCall = (act: { tool: string; namespace?: string; input: object }, number: number) => ({
  index: 0,
  id: `call_${number}`,
  type: 'function',
  function: { name: act.tool, arguments: JSON.stringify(act.input) },
})
const chatWhole: Write<Fields> = (act, usage, model, number) => ({
  id: 'x',
  object: 'chat.completion',
  created: 0,
  model,
  choices: [
    {
      index: 0,
      finish_reason: 'say' in act ? 'stop' : 'tool_calls',
      message: {
        role: 'assistant',
        ...('say' in act ? { content: act.say } : { content: null, tool_calls: [chatCall(act, number)] }),
      },
    },
  ],
  usage: chatUsage(usage),
})

const wholes: Record<Protocol, Write<Fields>> = {
  chat: chatWhole,
  responses: responsesWhole,
  messages: messagesWhole,
  gemini: geminiWhole,
}

const writers: Record<Protocol, Write<Fields[]>> = {
  chat(act, usage, model, number) {
    const chunk = (delta: object, finish: string | null) => ({
      id: 'x',
      object: 'chat.completion.chunk',
      created: 0,
      model,
      choices: [{ index: 0, delta, finish_reason: finish }],
    })
    return [
      chunk(
        { role: 'assistant', ...('say' in act ? { content: act.say } : { tool_calls: [chatCall(act, number)] }) },
        null,
      ),
      chunk({}, 'say' in act ? 'stop' : 'tool_calls'),
      { id: 'x', object: 'chat.completion.chunk', created: 0, model, choices: [], usage: chatUsage(usage) },
    ]
  },
  responses(act, usage, model, number) {
    const whole = responsesWhole(act, usage, model, number)
    const item = responsesOutput(act, number)
    return [
      {
        type: 'response.created',
        sequence_number: 0,
        response: { ...whole, status: 'in_progress', output: [], usage: null },
      },
      { type: 'response.output_item.added', sequence_number: 1, output_index: 0, item },
      { type: 'response.output_item.done', sequence_number: 2, output_index: 0, item },
      { type: 'response.completed', sequence_number: 3, response: whole },
    ]
  },
  messages(act, usage, model, number) {
    const whole = messagesWhole(act, usage, model, number)
    const { output_tokens: _, ...input } = messagesUsage(usage)
    return [
      {
        type: 'message_start',
        message: { ...whole, content: [], stop_reason: null, usage: { ...input, output_tokens: 1 } },
      },
      {
        type: 'content_block_start',
        index: 0,
        content_block: 'say' in act ? { type: 'text', text: '' } : { ...messagesContent(act, number), input: {} },
      },
      {
        type: 'content_block_delta',
        index: 0,
        delta:
          'say' in act
            ? { type: 'text_delta', text: act.say }
            : { type: 'input_json_delta', partial_json: JSON.stringify(act.input) },
      },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'say' in act ? 'end_turn' : 'tool_use', stop_sequence: null },
        usage: { output_tokens: usage.output },
      },
      { type: 'message_stop' },
    ]
  },
  gemini: (act, usage, model, number) => [geminiWhole(act, usage, model, number)],
}
