import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { openEmbeddings } from '../../src/models/embeddings.ts'

let close: (() => void) | undefined
afterEach(() => close?.())

type Asked = { input: string[]; model: string; authorization: string | undefined }

/** A loopback server of embeddings: a vector holds the length of its text; `answer` may say something else. */
async function serve(answer?: (asked: Asked) => { status: number; body: unknown } | null) {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const one = { ...JSON.parse(Buffer.concat(chunks).toString()), authorization: request.headers.authorization }
    asked.push(one)
    const data = one.input.map((text: string, index: number) => ({
      object: 'embedding',
      index,
      embedding: [text.length, 1],
    }))
    const said = answer?.(one) ?? { status: 200, body: { object: 'list', data: data.toReversed(), model: one.model } }
    response.writeHead(said.status, { 'content-type': 'application/json', 'retry-after-ms': '1' })
    response.end(JSON.stringify(said.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  close = () => server.close()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  return { asked, environment: { OPENAI_BASE_URL: url, OPENAI_API_KEY: 'key', ANNEAL_EMBEDDING_MODEL: 'small' } }
}

describe('embeddings from a server', () => {
  it('are none where no model is named', () => {
    expect(openEmbeddings({ OPENAI_API_KEY: 'key' })).toBe(null)
  })

  it('tell what each request took, as the server counts it or by the length of the texts', async () => {
    const counted = await serve(({ input }) => ({
      status: 200,
      body: { data: input.map((_, index) => ({ index, embedding: [1] })), usage: { prompt_tokens: 77 } },
    }))
    const heard: { model: string; input: number }[] = []
    const hear = (used: { model: string; input: number }) => void heard.push(used)
    await openEmbeddings(counted.environment, hear)?.embed(['abc'])
    close?.()
    await openEmbeddings((await serve()).environment, hear)?.embed(['x'.repeat(400)])
    expect(heard).toMatchObject([
      { model: 'small', input: 77 },
      { model: 'small', input: 100 },
    ])
  })

  it('come in the order of the texts, in batches, under the key', async () => {
    const { asked, environment } = await serve()
    const embeddings = openEmbeddings(environment)
    const texts = Array.from({ length: 150 }, (_, n) => 'x'.repeat(n))
    const vectors = await embeddings?.embed(texts)
    expect(vectors?.map(([length]) => length)).toEqual(texts.map(({ length }) => Math.max(1, length)))
    expect(asked.map(({ input }) => input.length)).toEqual([64, 64, 22])
    expect(asked[0]).toMatchObject({ model: 'small', authorization: 'Bearer key' })
    expect(embeddings?.name).toBe('small')
  })

  it('are asked for again after a fault that passes', async () => {
    let tries = 0
    const { environment } = await serve(() => (tries++ === 0 ? { status: 503, body: {} } : null))
    expect(await openEmbeddings(environment)?.embed(['abc'])).toEqual([[3, 1]])
  })

  it.each([
    ['the key is refused', { status: 401, body: { error: { message: 'bad key' } } }],
    ['vectors are missing', { status: 200, body: { object: 'list', data: [] } }],
    ['the answer is nonsense', { status: 200, body: { object: 'list', data: [{ index: 0, embedding: 'x' }] } }],
  ])('are an error where %s', async (_, said) => {
    const { environment } = await serve(() => said)
    await expect(openEmbeddings(environment)?.embed(['abc'])).rejects.toThrow()
  })
})
