import { describe, expect, it } from 'vitest'
import { hearing, launching, MCP } from './hearing.ts'

const step = (reason: string, cost = 0) => ({
  type: 'step_finish',
  part: { reason, cost, tokens: { total: 0, input: 5290, output: 60, reasoning: 15, cache: { write: 3, read: 7 } } },
})

describe('opencode', () => {
  it('counts each step, and is done where the model stopped of itself', () => {
    const lines = [
      { type: 'step_start', part: {} },
      { type: 'tool_use', part: { tool: 'write', state: { input: { filePath: '/w/solve.mjs' } } } },
      step('tool-calls'),
      { type: 'text', part: { text: 'Raise the value' } },
    ]
    expect(hearing('opencode', lines).done).toBe(false)
    const told = hearing('opencode', [...lines, step('stop')])
    expect(told).toMatchObject({ message: 'Raise the value', progress: 'write /w/solve.mjs', done: true, calls: 2 })
    expect(told.sum).toEqual({ input: 10600, cached: 14, output: 150, usd: null })
  })

  it('adds up the prices that it knows; one call without a price leaves the sum unknown', () => {
    expect(hearing('opencode', [step('tool-calls', 0.1), step('stop', 0.2)]).sum.usd).toBeCloseTo(0.3)
    expect(hearing('opencode', [step('tool-calls', 0.1), step('stop')]).sum.usd).toBe(null)
  })

  it('tells what went wrong with the status', () => {
    const error = { name: 'APIError', data: { statusCode: 401, message: 'Incorrect API key' } }
    expect(hearing('opencode', [{ type: 'error', error }])).toMatchObject({
      errors: ['APIError: status 401: Incorrect API key'],
      refused: true,
    })
  })

  it('is denied everything but files of the folder, and led to the user’s own server', () => {
    const environment = { OPENAI_BASE_URL: 'http://localhost/v1', OPENAI_API_KEY: 'sk-secret' }
    const { line, files } = launching('opencode', { model: 'm', environment, mcp: MCP })
    expect(line).toContain('-m anneal/m')
    const config = JSON.parse(files['opencode.json'] ?? '')
    expect(config.permission).toMatchObject({ '*': 'deny', bash: 'deny', external_directory: 'deny', edit: 'allow' })
    expect(config.provider.anneal.options).toEqual({ baseURL: 'http://localhost/v1', apiKey: '{env:OPENAI_API_KEY}' })
    expect(config.mcp.anneal.command).toEqual([MCP.command, ...MCP.args])
    expect(launching('opencode', { model: 'anthropic/x' }).line).toContain('-m anthropic/x')
  })
})
