import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openWisdom } from '../../src/wiring/wisdom.ts'

it('what an attempt was told is asked for anew where a power loss left the file of it empty', async () => {
  const home = mkdtempSync(join(tmpdir(), 'anneal-wisdom-'))
  const shipped = join(home, 'shipped')
  for (const name of ['shipped', 'attempt']) mkdirSync(join(home, name))
  const kept = join(home, 'attempt', 'recalled.json')
  writeFileSync(kept, '')
  const wisdom = await openWisdom({
    ...{ home, shipped, environment: { XDG_DATA_HOME: join(home, 'data') }, run: { name: 'r', goal: 'g' } },
    folderOf: () => join(home, 'attempt'),
    ...{ memory: true, learns: true, note: () => undefined, bill: async () => undefined },
  })
  const about = { attempt: 1, goal: 'g', operator: 'draft', error: '', own: [] } as const
  expect(await wisdom.recall(about)).toEqual({ pages: [], lessons: [] })
  expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual({ pages: [], lessons: [] })
})

it('what embeddings take is billed to the attempt that asks, each request once', async () => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { input } = JSON.parse(Buffer.concat(chunks).toString())
    const data = input.map((_: string, index: number) => ({ index, embedding: [1, 0] }))
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ data, usage: { prompt_tokens: 50 } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const home = mkdtempSync(join(tmpdir(), 'anneal-wisdom-'))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
    const bills: { attempt: number; calls: number; input: number }[] = []
    mkdirSync(join(home, 'shipped'))
    writeFileSync(
      join(home, 'shipped', 'page.md'),
      '---\nid: heuristic/one\ntype: heuristic\ntitle: One\ndomains: [any]\nsources: [a book]\n---\n\nClimb the hill.\n',
    )
    const wisdom = await openWisdom({
      ...{ home, shipped: join(home, 'shipped'), run: { name: 'r', goal: 'g' }, memory: true, learns: true },
      environment: { XDG_DATA_HOME: join(home, 'data'), OPENAI_BASE_URL: url, ANNEAL_EMBEDDING_MODEL: 'small' },
      folderOf: (attempt) => join(home, String(attempt)),
      note: () => undefined,
      bill: async (attempt, { calls, input }) => void bills.push({ attempt, calls, input }),
    })
    const about = { goal: 'Climb', operator: 'improve', error: '', own: [] } as const
    await wisdom.recall({ attempt: 1, ...about })
    await wisdom.recall({ attempt: 2, ...about })
    await wisdom.recall({ attempt: 2, ...about })
    expect(bills).toEqual([
      { attempt: 1, calls: 2, input: 100 },
      { attempt: 2, calls: 1, input: 50 },
    ])
  } finally {
    server.close()
  }
}, 60_000)
