import { describe, expect, it } from 'vitest'
import { agents } from '../../../src/edit/agents/agents.ts'
import { hearing, launching, MCP } from './hearing.ts'

const usage = {
  input_tokens: 21532,
  cached_input_tokens: 14,
  cache_write_input_tokens: 0,
  output_tokens: 37,
  reasoning_output_tokens: 0,
}

describe('codex', () => {
  it('tells its last message, what it was at and its tokens, and never a price', () => {
    const told = hearing('codex', [
      { type: 'thread.started', thread_id: 'x' },
      { type: 'item.completed', item: { id: 'i', type: 'error', message: 'Model metadata not found.' } },
      { type: 'turn.started' },
      { type: 'item.started', item: { type: 'command_execution', command: '/bin/bash -lc ls', status: 'in_progress' } },
      { type: 'item.completed', item: { type: 'agent_message', text: 'I look around.' } },
      { type: 'item.completed', item: { type: 'agent_message', text: 'Raise the value\n\nMore.' } },
      { type: 'turn.completed', usage },
    ])
    expect(told).toMatchObject({
      message: 'Raise the value\n\nMore.',
      progress: 'runs /bin/bash -lc ls',
      done: true,
      errors: [],
    })
    expect(told.sum).toEqual({ input: 21532, cached: 14, output: 37, usd: null })
  })

  it('tells what went wrong in the server’s own words, and a refused key as such', () => {
    const wrapped = '{"type":"error","error":{"message":"nonsense \\"here\\"","code":400}}'
    expect(hearing('codex', [{ type: 'turn.failed', error: { message: wrapped } }])).toMatchObject({
      errors: ['nonsense "here"'],
      refused: false,
      done: false,
    })
    const refused = 'unexpected status 401 Unauthorized: Incorrect API key provided'
    expect(hearing('codex', [{ type: 'error', message: refused }])).toMatchObject({ errors: [refused], refused: true })
  })

  it('keeps accounts that tell each call once', () => {
    const record = { type: 'token_usage_record', payload: { response_id: 'r1', usage } }
    const words = [record, record, { type: 'event_msg' }, 'garbage'].flatMap(
      (line) => agents.codex.accounts?.read(JSON.stringify(line)) ?? [],
    )
    expect(words).toHaveLength(2)
    expect(words[0]).toMatchObject({ kind: 'usage', call: 'r1', usage: { input: 21532 } })
  })

  it('is led to the user’s own server and to ours', () => {
    const environment = { OPENAI_BASE_URL: 'http://localhost:8080/v1', OPENAI_API_KEY: 'k' }
    const { line, environment: set } = launching('codex', { model: 'm', environment, mcp: MCP })
    expect(line).toContain('base_url="http://localhost:8080/v1",wire_api="responses",env_key="OPENAI_API_KEY"')
    expect(line).toContain(
      'mcp_servers.anneal={command="/usr/bin/node",args=["/opt/anneal/run.js","mcp","--run","a \\"b\\""],default_tools_approval_mode="approve"}',
    )
    expect(line).toContain('-s workspace-write')
    expect(line).toMatch(/-m m -$/)
    expect(set).toMatchObject({ CODEX_HOME: '/home/.codex', CODEX_API_KEY: 'k' })
    expect(launching('codex').line).not.toMatch(/model_provider|mcp_servers|-m /)
  })
})
