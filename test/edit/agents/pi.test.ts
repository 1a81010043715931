import { describe, expect, it } from 'vitest'
import { hearing, launching } from './hearing.ts'

const answer = (text: string, stopReason: string, total = 0) => ({
  role: 'assistant',
  content: [{ type: 'text', text }],
  usage: { input: 1000, output: 33, cacheRead: 7, cacheWrite: 3, cost: { total } },
  stopReason,
  ...(stopReason === 'error' ? { errorMessage: '401 Incorrect API key provided' } : {}),
})

describe('pi', () => {
  it('counts each answer of the model, and nothing else', () => {
    const told = hearing('pi', [
      { type: 'session', version: 3 },
      { type: 'message_end', message: { role: 'user', content: [{ type: 'text', text: 'the prompt' }] } },
      { type: 'tool_execution_start', toolName: 'edit', args: { path: 'solve.mjs' } },
      { type: 'message_end', message: answer('', 'toolUse', 0.1) },
      { type: 'message_end', message: answer('Raise the value', 'stop', 0.2) },
      { type: 'agent_end', messages: [answer('Raise the value', 'stop')] },
    ])
    expect(told).toMatchObject({ message: 'Raise the value', progress: 'edit solve.mjs', done: true, calls: 2 })
    expect(told.sum).toMatchObject({ input: 2020, cached: 14, output: 66 })
    expect(told.sum.usd).toBeCloseTo(0.3)
  })

  it('is not done where its last answer failed, but where it tried again and went on', () => {
    const failed = [
      { type: 'message_end', message: answer('', 'error') },
      { type: 'agent_end', messages: [answer('', 'error')] },
    ]
    expect(hearing('pi', failed)).toMatchObject({ done: false, refused: true })
    const again = [...failed, { type: 'agent_end', messages: [answer('ok', 'stop')] }]
    expect(hearing('pi', again).done).toBe(true)
  })

  it('gets the tools of files alone and the extension that keeps them in the folder, and never the key in a file', () => {
    const environment = { OPENAI_BASE_URL: 'http://localhost/v1', OPENAI_API_KEY: 'sk-secret' }
    const { line, files } = launching('pi', { model: 'm', environment })
    expect(line).toContain('--tools read,edit,write,grep,find,ls -e /home/bounds.js --provider anneal --model m')
    expect(JSON.parse(files['.pi/agent/models.json'] ?? '').providers.anneal).toMatchObject({
      baseUrl: 'http://localhost/v1',
      apiKey: 'OPENAI_API_KEY',
    })
    expect(JSON.stringify(files)).not.toContain('sk-secret')
  })
})
