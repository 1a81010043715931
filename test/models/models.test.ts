import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fileRecord, openModels } from '../../src/models/models.ts'
import type { Prices } from '../../src/models/prices.ts'
import { replayRecord } from '../../src/models/record.ts'
import { ModelChoice } from '../../src/records/task.ts'
import type { Usage } from '../../src/records/usage.ts'
import { type Asked, type ModelServer, type Reply, startModelServer } from '../support/model-server.ts'

const LIST: Prices = { as_of: '2025-10-01', prices: { priced: [1, 0.5, 2] } }
const Answer = z.object({ word: z.string() })

let server: ModelServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

/** Models over a loopback server, what they were billed, and the waits that they would have made. */
async function over(answer: (asked: Asked) => Reply, more: { room?: boolean; folder?: string } = {}) {
  server = await startModelServer(answer)
  const bills: Usage[] = []
  const [waits, held]: [number[], number[]] = [[], []]
  const folder = more.folder ?? mkdtempSync(join(tmpdir(), 'anneal-models-'))
  const models = openModels({
    environment: { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'made-up' },
    queue: join(folder, 'queue'),
    prices: LIST,
    record: (attempt) => fileRecord(join(folder, String(attempt))),
    reserve: async (_, { tokens }) => {
      held.push(tokens)
      return more.room === false ? null : 'c'
    },
    onUsage: async (_, __, usage) => {
      bills.push(usage)
    },
    sleep: async (seconds) => {
      waits.push(seconds)
    },
    random: () => 1,
  })
  const ask = (model: object = {}, prompt = 'Say a word.', schema = true) =>
    models.ask({
      attempt: 1,
      purpose: 'test',
      system: 'You are terse.',
      prompt,
      ...(schema ? { schema: { name: 'answer', schema: Answer } } : {}),
      model: ModelChoice.parse({ name: 'm', ...model }),
      signal: new AbortController().signal,
      deadline: 20,
    })
  return { ask, bills, held, waits, folder, server }
}

describe.each(['chat', 'responses'] as const)('a model over the protocol %s', (api) => {
  it('answers as the schema says, with the server’s own count of tokens', async () => {
    const { ask, bills, server } = await over(() => ({ text: '{"word": "yes"}', cached: 3 }))
    expect(await ask({ api, reasoning: 'low', max_tokens: 50 })).toMatchObject({ ok: true, value: { word: 'yes' } })
    expect(bills).toMatchObject([{ input: server.served.input, output: server.served.output, cached: 3, ok: true }])
    const { body, format } = server.asked[0] ?? {}
    expect(format).toBe('json_schema')
    expect(body).toMatchObject(
      api === 'chat'
        ? { reasoning_effort: 'low', max_completion_tokens: 50 }
        : { reasoning: { effort: 'low' }, max_output_tokens: 50, store: false },
    )
  })

  it.each([
    ['a refusal', { refusal: 'I would rather not.' }, 'refused'],
    ['a reply that was cut off', { text: '{"wor', finish: 'length' as const }, 'cut off'],
    ['a filtered reply', { text: 'x', finish: 'content_filter' as const }, 'filtered'],
    ['a bad request', { status: 400, message: 'no such thing' }, 'no such thing'],
  ])('gives %s as a reason', async (_, reply, said) => {
    const { ask, bills } = await over(() => reply)
    const answer = await ask({ api })
    expect(answer).toMatchObject({ ok: false })
    expect('reason' in answer && answer.reason).toContain(said)
    expect(bills).toHaveLength(1)
  })

  it('is asked again, with growing waits, after faults that pass', async () => {
    const faults: Reply[] = [{ status: 500 }, { fault: 'reset' }, { status: 429, headers: { 'retry-after': '7' } }]
    const { ask, waits } = await over(({ number }) => faults[number] ?? '{"word": "late"}')
    expect(await ask({ api })).toMatchObject({ ok: true })
    expect(waits).toEqual([1, 2, 7])
  })
})

describe('a model', () => {
  it('is billed for replies that were cut off in the middle by what was kept back for them', async () => {
    const { ask, bills, server } = await over(({ number }) =>
      number < 2 ? { fault: 'reset-in-mid-stream' } : '{"word": "late"}',
    )
    expect(await ask({}, 'x'.repeat(4000))).toMatchObject({ ok: true })
    expect(bills.map(({ ok, untold = false }) => ({ ok, untold }))).toEqual([
      { ok: false, untold: true },
      { ok: false, untold: true },
      { ok: true, untold: false },
    ])
    const [first, , last] = bills
    expect(first?.input).toBeGreaterThanOrEqual(1000)
    expect(last?.output).toBe(server.served.output)
  })

  it('reserves as much as its longest reply so far took', async () => {
    const { ask, held } = await over(() => `{"word": "${'long '.repeat(20_000)}"}`)
    await ask({}, 'a')
    await ask({}, 'b')
    const [first = 0, second = 0] = held
    expect(second).toBeGreaterThan(first)
    expect(second).toBeGreaterThanOrEqual(25_000)
  })

  it('has a price by the task, by the list under any of its names, or none', async () => {
    const { ask, bills } = await over(() => '{"word": "x"}')
    await ask({ name: 'priced' }, 'a')
    await ask({ name: 'maker/priced-2025-01-01' }, 'b')
    await ask({ name: 'priced', prices: { input: 100, output: 100 } }, 'c')
    await ask({ name: 'unheard-of' }, 'd')
    const [listed, dated, own, unknown] = bills
    expect(listed?.usd).toBeCloseTo(((listed?.input ?? 0) + 2 * (listed?.output ?? 0)) / 1e6, 12)
    expect(dated?.usd).toBe(listed?.usd)
    expect(own?.usd).toBeCloseTo(((own?.input ?? 0) + (own?.output ?? 0)) / 1e4, 12)
    expect(unknown?.usd).toBe(null)
  })

  it('is sent back a reply that does not fit, once, with the reason', async () => {
    const { ask, server } = await over(({ number }) =>
      number === 0 ? '{"word": 3}' : 'Sure:\n```json\n{"word": "x"}\n```',
    )
    expect(await ask()).toMatchObject({ ok: true, value: { word: 'x' } })
    expect(server.asked[1]?.prompt).toContain('word')
    const stubborn = await over(() => 'no JSON here')
    expect(await stubborn.ask()).toMatchObject({ ok: false })
    expect(stubborn.server.asked).toHaveLength(2)
  })

  it('is asked in words where the server knows no schema, and from then on', async () => {
    const { ask, server } = await over(({ format }) =>
      format ? { status: 400, message: `unknown response_format ${format}` } : '{"word": "x"}',
    )
    expect(await ask()).toMatchObject({ ok: true })
    expect(await ask({}, 'another')).toMatchObject({ ok: true })
    expect(server.asked.map(({ format }) => format)).toEqual(['json_schema', 'json_object', null, null])
  })

  it('is not asked where the budget has no room', async () => {
    const { ask, server } = await over(() => '{"word": "x"}', { room: false })
    expect(await ask()).toMatchObject({ ok: false })
    expect(server.asked).toHaveLength(0)
  })

  it('is not asked twice the same: the reply is on the disk', async () => {
    const first = await over(() => '{"word": "x"}')
    await first.ask()
    const second = await over(() => '{"word": "y"}', { folder: first.folder })
    expect(await second.ask()).toMatchObject({ value: { word: 'x' } })
    expect(second.server.asked).toHaveLength(0)
    expect(second.bills).toHaveLength(0)
  })

  it('is replayed by the order of its replies, whatever the prompt', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'anneal-record-'))
    const old = fileRecord(join(folder, 'old'))
    for (const [key, purpose] of [
      ['k1', 'edit'],
      ['k2', 'learn'],
      ['k3', 'edit'],
    ] as const)
      await old.save(key, `reply ${key}`, { purpose, system: '', prompt: '' })
    const replay = replayRecord(fileRecord(join(folder, 'new')), join(folder, 'old'))
    expect(await replay.load('x', 'edit')).toBe('reply k1')
    expect(await replay.load('x', 'edit')).toBe('reply k3')
    expect(await replay.load('x', 'edit')).toBe(null)
    expect(await replay.load('x', 'learn')).toBe('reply k2')
  })
})
