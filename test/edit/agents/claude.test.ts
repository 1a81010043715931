import { describe, expect, it } from 'vitest'
import { hearing, launching, MCP } from './hearing.ts'

const usage = { input_tokens: 100, cache_read_input_tokens: 7, cache_creation_input_tokens: 3, output_tokens: 1 }
const message = (id: string, content: object[]) => ({
  type: 'assistant',
  message: { id, model: 'claude-x', content, usage },
})
const end = (output: number) => ({
  type: 'stream_event',
  event: { type: 'message_delta', usage: { output_tokens: output } },
})
const result = {
  type: 'result',
  subtype: 'success',
  is_error: false,
  num_turns: 2,
  result: 'Raise the value',
  total_cost_usd: 0.25,
  usage: { input_tokens: 200, cache_read_input_tokens: 14, cache_creation_input_tokens: 6, output_tokens: 70 },
  modelUsage: {
    'claude-x': { inputTokens: 200, outputTokens: 70, cacheReadInputTokens: 14, cacheCreationInputTokens: 6 },
    'claude-small': { inputTokens: 10, outputTokens: 5, cacheReadInputTokens: 0, cacheCreationInputTokens: 0 },
  },
}

describe('claude', () => {
  it('tells the sum over all of its models at the end, with its price', () => {
    const told = hearing('claude', [
      { type: 'system', subtype: 'init' },
      message('m1', [{ type: 'text', text: 'I look.' }]),
      message('m1', [{ type: 'tool_use', name: 'Edit', input: { file_path: 'solve.mjs' } }]),
      end(20),
      result,
    ])
    expect(told).toMatchObject({ message: 'Raise the value', progress: 'Edit solve.mjs', done: true, calls: 2 })
    expect(told.sum).toEqual({ input: 230, cached: 14, output: 75, usd: 0.25 })
  })

  it('has counted every message by then, each once, where it is ended early', () => {
    const told = hearing('claude', [
      message('m1', [{ type: 'text', text: 'a' }]),
      message('m1', [{ type: 'tool_use', name: 'Bash', input: { command: 'ls' } }]),
      end(20),
      message('m2', [{ type: 'text', text: 'b' }]),
      end(30),
    ])
    expect(told).toMatchObject({ done: false, calls: 2 })
    expect(told.sum).toEqual({ input: 220, cached: 14, output: 50, usd: null })
  })

  it('knows no price of a model that is none of its own: it only guesses one', () => {
    const modelUsage = { 'my-model': { inputTokens: 200, outputTokens: 70 } }
    expect(hearing('claude', [{ ...result, modelUsage }]).sum.usd).toBe(null)
  })

  it('tells an error that calls itself a success, and a key that is refused time and again', () => {
    expect(hearing('claude', [{ ...result, is_error: true, result: 'API Error: 400 nonsense' }])).toMatchObject({
      done: false,
      errors: ['API Error: 400 nonsense'],
    })
    const retry = (attempt: number, error_status: number) => ({
      type: 'system',
      subtype: 'api_retry',
      attempt,
      error_status,
      error: 'x',
    })
    expect(hearing('claude', [retry(1, 401), retry(2, 401), retry(9, 500)]).refused).toBe(false)
    expect(hearing('claude', [retry(3, 401)]).refused).toBe(true)
    expect(
      hearing('claude', [{ ...result, is_error: true, result: 'Not logged in · Please run /login' }]).refused,
    ).toBe(true)
  })

  it('loads no settings of the folder, and our server alone', () => {
    const { line, environment } = launching('claude', { mcp: MCP, model: 'opus' })
    expect(line).toContain('--setting-sources user')
    expect(line).toContain('--strict-mcp-config --tools Bash,Edit,Glob,Grep,Read,Write --mcp-config')
    expect(line).toContain(JSON.stringify({ mcpServers: { anneal: { type: 'stdio', ...MCP } } }))
    expect(line).toMatch(/--model opus$/)
    expect(environment).toMatchObject({ CLAUDE_CONFIG_DIR: '/home/.claude', CLAUDECODE: null })
  })
})
