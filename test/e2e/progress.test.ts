import { afterAll, expect, it } from 'vitest'
import { run } from '../../src/anneal.ts'
import { offline, repository, TINY } from '../support/cli.ts'
import { startModelServer } from '../support/model-server.ts'

const before = process.env
afterAll(() => {
  process.env = before
})

it('a run tells of replies as they come, by the step that they serve, bounded and not too often', async () => {
  const idea = { title: 'Raise it', hypothesis: 'x'.repeat(3000), plan: 'y'.repeat(3000), expected: '', cites: [] }
  const edit = `${'Because it is better. '.repeat(400)}\n\nsolve.mjs\n<<<<<<< SEARCH\nconst value = 3\n=======\nconst value = 9\n>>>>>>> REPLACE\n`
  const server = await startModelServer(({ format }) => ({
    text: format ? JSON.stringify(idea) : edit,
    pause: 600,
  }))
  process.env = offline({ OPENAI_BASE_URL: server.url })
  const told: { step: string; text: string }[] = []
  try {
    await run({
      folder: repository(TINY),
      own: { sandboxOff: true },
      task: { models: [{ name: 'm', roles: ['ideate', 'edit'] }], memory: 'off', budget: { attempts: 1 } },
      onEvent: (event) => {
        if (event.type === 'progress' && event.attempt === 1 && event.text)
          told.push({ step: event.step, text: event.text })
      },
    })
  } finally {
    await server.close()
  }
  const of = (step: string) => told.filter((one) => one.step === step).map(({ text }) => text)
  expect(of('ideate').length).toBeGreaterThanOrEqual(2)
  expect(JSON.stringify(idea)).toContain(of('ideate').at(-1))
  expect(of('edit').length).toBeGreaterThanOrEqual(2)
  expect(told.every(({ text }) => text.length <= 240)).toBe(true)
  expect(told.length).toBeLessThan(20)
}, 120_000)
