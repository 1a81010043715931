/** What a reply holds, whatever the protocol. */
export type Said = {
  text: string
  refusal: string
  finish: string
  calls: { id: string; name: string; arguments: string }[]
  searches: { query: string; sources: string[] }[]
  cites: { url: string; title: string }[]
}
export type Usage = { input: number; output: number; cached: number }
/** How a protocol is spoken: in one piece, or as the frames of a stream. `usage` is null where the server does not tell it. */
export type Protocol = {
  whole(said: Said, usage: Usage | null): object
  frames(said: Said, usage: Usage | null): string[]
}

/** Characters of one frame of text. */
const FRAME = 4096
const piecesOf = (text: string) => text.match(new RegExp(`[^]{1,${FRAME}}`, 'g')) ?? []

const chatUsage = (usage: Usage) => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  prompt_tokens_details: { cached_tokens: usage.cached },
})
const chatFinish = ({ finish, calls }: Said) => (calls.length > 0 && finish === 'stop' ? 'tool_calls' : finish)
const chatCall = ({ id, name, arguments: given }: Said['calls'][number]) => ({
  id,
  type: 'function',
  function: { name, arguments: given },
})

/** One frame of a stream of Chat Completions. */
export const chatFrame = (delta: object, finish: string | null) =>
  `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

const chat: Protocol = {
  whole: (said, usage) => ({
    id: 'x',
    object: 'chat.completion',
    created: 0,
    model: 'm',
    choices: [
      {
        index: 0,
        finish_reason: chatFinish(said),
        message: {
          role: 'assistant',
          content: said.text || null,
          refusal: said.refusal || null,
          ...(said.calls.length > 0 ? { tool_calls: said.calls.map(chatCall) } : {}),
        },
      },
    ],
    ...(usage ? { usage: chatUsage(usage) } : {}),
  }),
  frames: (said, usage) => [
    ...piecesOf(said.text).map((content) => chatFrame({ content }, null)),
    ...(said.refusal ? [chatFrame({ refusal: said.refusal }, null)] : []),
    // As real servers do: the name first, then the arguments bit by bit.
    ...said.calls.flatMap((call, index) => {
      const { function: asked, ...head } = chatCall(call)
      const half = Math.ceil(asked.arguments.length / 2)
      return [
        chatFrame({ tool_calls: [{ index, ...head, function: { name: asked.name, arguments: '' } }] }, null),
        ...[asked.arguments.slice(0, half), asked.arguments.slice(half)].map((part) =>
          chatFrame({ tool_calls: [{ index, function: { arguments: part } }] }, null),
        ),
      ]
    }),
    chatFrame({}, chatFinish(said)),
    ...(usage
      ? [
          `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [], usage: chatUsage(usage) })}\n\n`,
        ]
      : []),
    'data: [DONE]\n\n',
  ],
}

/** One frame of a stream of the Responses API. */
export const responsesFrame = (event: { type: string }) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

const responses: Protocol = {
  whole: (said, usage) => ({
    id: 'r',
    object: 'response',
    status: said.finish === 'stop' ? 'completed' : 'incomplete',
    output: [
      ...said.searches.map(({ query, sources }, index) => ({
        id: `ws_${index}`,
        type: 'web_search_call',
        status: 'completed',
        action: { type: 'search', query, sources: sources.map((url) => ({ type: 'url', url })) },
      })),
      ...(said.text || said.refusal
        ? [
            {
              id: 'msg',
              type: 'message',
              role: 'assistant',
              content: [
                said.refusal
                  ? { type: 'refusal', refusal: said.refusal }
                  : {
                      type: 'output_text',
                      text: said.text,
                      annotations: said.cites.map((cite) => ({
                        type: 'url_citation',
                        start_index: 0,
                        end_index: 0,
                        ...cite,
                      })),
                    },
              ],
            },
          ]
        : []),
      ...said.calls.map(({ id, ...call }) => ({ id: `fc_${id}`, type: 'function_call', call_id: id, ...call })),
    ],
    incomplete_details:
      said.finish === 'stop' ? null : { reason: said.finish === 'length' ? 'max_output_tokens' : said.finish },
    ...(usage
      ? {
          usage: {
            input_tokens: usage.input,
            output_tokens: usage.output,
            input_tokens_details: { cached_tokens: usage.cached },
          },
        }
      : {}),
  }),
  frames(said, usage) {
    const response = responses.whole(said, usage)
    const calls = said.calls.map(({ id, ...call }) => ({ id: `fc_${id}`, type: 'function_call', call_id: id, ...call }))
    return [
      { type: 'response.created', response: { id: 'r' } },
      ...piecesOf(said.text).map((delta) => ({ type: 'response.output_text.delta', delta })),
      ...(said.refusal ? [{ type: 'response.refusal.delta', delta: said.refusal }] : []),
      ...calls.map((item, output_index) => ({ type: 'response.output_item.done', output_index, item })),
      { type: said.finish === 'stop' ? 'response.completed' : 'response.incomplete', response },
    ].map(responsesFrame)
  },
}

export const protocolOf = (path: string): Protocol => (path.endsWith('/responses') ? responses : chat)
