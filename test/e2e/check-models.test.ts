import { afterEach, describe, expect, it } from 'vitest'
import { anneal, offline, repository, TINY } from '../support/cli.ts'
import { long } from '../support/long.ts'
import { type Asked, type ModelServer, type Reply, startModelServer } from '../support/model-server.ts'

let server: ModelServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

const TASK = `${TINY['anneal.yaml']}models: [{name: thinker, roles: [ideate]}, {name: worker, roles: [edit, learn]}, {name: manual, roles: [learn]}]\n`

async function checkWith(answer: (asked: Asked) => Reply) {
  server = await startModelServer(answer)
  const folder = repository({ ...TINY, 'anneal.yaml': TASK })
  const set = offline({ OPENAI_BASE_URL: server.url })
  const words = ['check', '--runs', '1', '--sandbox', 'off']
  const said = await anneal(folder, [...words, '--json'], set)
  return { ...said, document: JSON.parse(said.out), server, text: async () => (await anneal(folder, words, set)).out }
}

describe('anneal check', { timeout: 180_000 }, () => {
  it('makes a tiny call to each model and shows what it supports', async () => {
    const { code, document, server, err, text } = await checkWith(({ model, tools, body }) => {
      if (model === 'thinker' && body.response_format) return { status: 400, message: 'unknown response_format' }
      if (model === 'thinker' && body.stream) return { status: 400, message: 'no stream here' }
      return tools.length > 0
        ? { calls: [{ name: 'ready', arguments: {} }] }
        : { text: '{"ready": true}', untold: model === 'thinker' }
    })
    expect(code, err).toBe(0)
    expect(document.models).toMatchObject([
      { model: 'thinker', ok: true, supports: { structured: 'plain', streams: false, counts: false, tools: null } },
      { model: 'worker', ok: true, supports: { structured: 'schema', streams: true, counts: true, tools: true } },
    ])
    expect(document.models[0].seconds).toBeGreaterThan(0)
    expect(document.models[1].tokens).toBe(server.served.input + server.served.output)
    expect(await text()).toContain('worker (edit, learn) answers in')
  })

  long('says of each whether it answers', async () => {
    const { code, document } = await checkWith(({ model }) =>
      model === 'worker' ? { status: 400, message: 'out of order' } : '{"ready": true}',
    )
    expect(code).toBe(69)
    expect(document.models).toMatchObject([
      { ok: true },
      { ok: false, reason: expect.stringContaining('out of order') },
    ])
  })
})
