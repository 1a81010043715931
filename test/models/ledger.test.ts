import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Message } from '../../src/models/conversation.ts'
import { fileRecord, openModels } from '../../src/models/models.ts'
import { ModelChoice } from '../../src/records/task.ts'
import type { Reservation, Usage } from '../../src/records/usage.ts'
import { type Asked, type ModelServer, type Reply, startModelServer } from '../support/model-server.ts'

const TOOL = { name: 'look', description: 'Looks.', parameters: { type: 'object', properties: {} } }

let server: ModelServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

/** Models whose every request is booked: `held` is what is kept back and not settled yet. */
async function over(
  answer: (asked: Asked) => Reply,
  room = Number.POSITIVE_INFINITY,
  seconds = 20,
  onText: ((tail: string) => void) | null = null,
) {
  server = await startModelServer(answer)
  const folder = mkdtempSync(join(tmpdir(), 'anneal-ledger-'))
  const held = new Map<string, Reservation>()
  const closed: (Usage & { most: Reservation | undefined })[] = []
  const tails: string[] = []
  let entries = 0
  const models = openModels({
    environment: { OPENAI_BASE_URL: server.url },
    queue: join(folder, 'queue'),
    prices: { as_of: '2025-10-01', prices: { m: [1, 0.5, 2] } },
    record: (attempt) => fileRecord(join(folder, String(attempt))),
    async reserve(_, most) {
      if (entries >= room) return null
      const entry = String(entries++)
      held.set(entry, most)
      return entry
    },
    async onUsage(_, entry, usage) {
      closed.push({ ...usage, most: held.get(entry) })
      held.delete(entry)
    },
    onText: (_, __, tail) => (onText ? onText(tail) : tails.push(tail)),
    sleep: async () => undefined,
    random: () => 0,
  })
  const common = (api: string) => ({
    attempt: 1,
    purpose: 'test',
    system: 'You are terse.',
    model: ModelChoice.parse({ name: 'm', api, max_tokens: 500 }),
    signal: new AbortController().signal,
    deadline: seconds,
  })
  const ask = (api: string, prompt = 'Say a word.') =>
    models.ask({ ...common(api), prompt, schema: { name: 'answer', schema: z.object({ word: z.string() }) } })
  const turn = (api: string, messages: Message[]) => models.turn({ ...common(api), messages, tools: [TOOL] })
  /** What the ledger holds that the server told of, and what it charged for requests that were not told of. */
  const sums = () => {
    const told = closed.filter(({ untold }) => !untold)
    const sum = (key: 'input' | 'output' | 'cached') => told.reduce((all, one) => all + one[key], 0)
    return { input: sum('input'), output: sum('output'), cached: sum('cached'), untold: closed.length - told.length }
  }
  return { models, ask, turn, held, closed, sums, tails, server }
}

const servedBy = ({ served: { calls: _, ...served } }: ModelServer) => served

describe.each(['chat', 'responses'] as const)('the ledger over %s', (api) => {
  it.each([
    ['streamed', false],
    ['in one piece', true],
  ])('equals what the server served %s, to the token, failed calls included', async (_, whole) => {
    const replies: Reply[] = [
      { status: 500 },
      { text: '{"word": 3}', cached: 2, whole },
      { fault: 'cut' },
      { text: '{"word": "x"}', whole },
      { status: 429, headers: { 'retry-after': '0' } },
      { fault: 'reset-in-mid-stream' },
      { text: 'x', finish: 'length', whole },
      { refusal: 'I would rather not.' },
      { text: '{"word": "untold"}', untold: true, whole },
    ]
    const { ask, sums, held, closed, server } = await over(({ number }) => replies[number] ?? '{"word": "end"}')
    expect(await ask(api, 'a')).toMatchObject({ ok: true, value: { word: 'x' } })
    expect(await ask(api, 'b')).toMatchObject({ ok: false, reason: expect.stringContaining('cut off') })
    expect(await ask(api, 'c')).toMatchObject({ ok: false, reason: expect.stringContaining('refused') })
    expect(await ask(api, 'd')).toMatchObject({ ok: true, value: { word: 'untold' } })
    expect(sums()).toEqual(servedBy(server))
    expect(server.served.untold).toBe(3)
    expect(held.size).toBe(0)
    for (const { untold, input, output, most, usd } of closed)
      if (untold) expect({ tokens: input + output, usd }).toEqual(most)
  })

  it('counts every turn of a conversation with tools', async () => {
    const { turn, sums, server } = await over(({ number, results }) =>
      number === 0
        ? { fault: 'cut' }
        : results.length === 0
          ? { text: 'Let me see.', calls: [{ name: 'look', arguments: { at: 'x' } }] }
          : 'Done.',
    )
    const first = await turn(api, [{ role: 'user', text: 'Look.' }])
    if (!first.ok) throw new Error(first.reason)
    expect(first).toMatchObject({ text: 'Let me see.', calls: [{ name: 'look', arguments: '{"at":"x"}' }] })
    const [call] = first.calls
    const said: Message[] = [
      { role: 'user', text: 'Look.' },
      { role: 'model', text: first.text, calls: first.calls },
      { role: 'tool', call: call?.id ?? '', text: 'There is a cat.' },
    ]
    expect(await turn(api, said)).toMatchObject({ ok: true, text: 'Done.', calls: [] })
    expect(server.asked.at(-1)).toMatchObject({ tools: ['look'], results: ['There is a cat.'] })
    expect(sums()).toEqual(servedBy(server))
    // The same turn is on the disk, whatever the tool said this time.
    const asked = server.asked.length
    expect(await turn(api, said.with(2, { role: 'tool', call: call?.id ?? '', text: 'A dog.' }))).toMatchObject({
      text: 'Done.',
    })
    expect(server.asked).toHaveLength(asked)
  })

  it('books each try, so that a reply which is cut off and asked for again has room of its own', async () => {
    const { ask, closed, server } = await over(({ number }) => (number === 0 ? { fault: 'cut' } : '{"word": "x"}'), 1)
    expect(await ask(api)).toMatchObject({ ok: false, reason: expect.stringContaining('no room') })
    expect(server.asked).toHaveLength(1)
    expect(closed).toMatchObject([{ untold: true, ok: false }])
  })
})

describe('a reply', () => {
  it('is told of as it comes', async () => {
    const long = JSON.stringify({ word: 'a'.repeat(9000) })
    const { ask, tails } = await over(() => ({ text: long, pause: 400 }))
    expect(await ask('chat')).toMatchObject({ ok: true })
    expect(tails.length).toBeGreaterThanOrEqual(2)
    expect(tails.every((tail) => tail.length <= 240)).toBe(true)
    expect(long).toContain(tails.at(-1))
  })

  it('that a listener breaks off is asked for once, and keeps what was kept back for it', async () => {
    const { ask, held, server } = await over(
      () => '{"word": "x"}',
      undefined,
      undefined,
      () => {
        throw new Error('enough')
      },
    )
    await expect(ask('chat')).rejects.toThrow('enough')
    expect(server.asked).toHaveLength(1)
    expect(held.size).toBe(1)
  })

  it('that stops in mid-stream is given up by its own clock and charged in full', async () => {
    const { ask, closed } = await over(() => ({ fault: 'hang-in-mid-stream' }), undefined, 2)
    expect(await ask('chat')).toMatchObject({ ok: false, reason: expect.stringContaining('no whole reply within 2 s') })
    expect(closed[0]).toMatchObject({ untold: true, output: 500 })
  })
})

describe('a server', () => {
  it('that knows no stream options, then no streams, is asked without, at no charge', async () => {
    const { ask, models, closed, server } = await over(({ body }) =>
      body.stream_options
        ? { status: 400, message: 'unknown field stream_options' }
        : body.stream
          ? { status: 400, message: 'stream is not supported' }
          : '{"word": "x"}',
    )
    expect(await ask('chat')).toMatchObject({ ok: true })
    expect(await ask('chat', 'again')).toMatchObject({ ok: true })
    expect(server.asked).toHaveLength(4)
    expect(closed.map(({ input }) => input > 0)).toEqual([false, false, true, true])
    expect(models.manner('m')).toMatchObject({ stream: false, usage: false, shape: 'schema' })
  })

  it('that wants its token limit under the old name gets it so', async () => {
    const { ask, server } = await over(({ body }) =>
      body.max_completion_tokens ? { status: 400, message: 'max_completion_tokens: unknown' } : '{"word": "x"}',
    )
    expect(await ask('chat')).toMatchObject({ ok: true })
    expect(server.asked[1]?.body).toMatchObject({ max_tokens: 500 })
  })

  it('that gives calls no id has them told apart', async () => {
    const { turn } = await over(() => ({ calls: [1, 2].map((at) => ({ name: 'look', arguments: { at }, id: '' })) }))
    const first = await turn('chat', [{ role: 'user', text: 'Look.' }])
    expect(first.ok && first.calls.map(({ id }) => id)).toEqual(['call_1_0', 'call_1_1'])
  })

  it('that knows no tools says so, and nothing is charged', async () => {
    const { turn, closed } = await over(() => ({ status: 400, message: 'm does not support tools' }))
    expect(await turn('chat', [{ role: 'user', text: 'Look.' }])).toMatchObject({ ok: false, noTools: true })
    expect(closed).toMatchObject([{ input: 0, output: 0, usd: 0 }])
  })
})
