import { describe, expect, it } from 'vitest'
import { agents } from '../../../src/edit/agents/agents.ts'
import { hearing, launching, MCP } from './hearing.ts'

const stats = { total_tokens: 1150, input_tokens: 1000, output_tokens: 100, cached: 14, tool_calls: 1 }

describe('gemini', () => {
  it('tells its message, thinking counted as output', () => {
    const told = hearing('gemini', [
      'Ripgrep is not available. Falling back to GrepTool.',
      { type: 'init', model: 'm' },
      { type: 'message', role: 'user', content: 'the prompt' },
      { type: 'tool_use', tool_name: 'write_file', parameters: { file_path: 'solve.mjs' } },
      { type: 'message', role: 'assistant', content: 'Raise ', delta: true },
      { type: 'message', role: 'assistant', content: 'the value\nMore.', delta: true },
      { type: 'result', status: 'success', stats },
    ])
    expect(told).toMatchObject({
      message: 'Raise the value\nMore.',
      progress: 'write_file solve.mjs',
      done: true,
      calls: 2,
    })
    expect(told.sum).toEqual({ input: 1000, cached: 14, output: 150, usd: null })
  })

  it('tells what went wrong, with what was used', () => {
    const error = { type: 'unknown', message: '[API Error: {"error":{"message":"nonsense","code":400}}]' }
    const told = hearing('gemini', [{ type: 'result', status: 'error', error, stats }])
    expect(told).toMatchObject({ done: false, errors: ['[API Error: nonsense'], refused: false })
    expect(told.sum.input).toBe(1000)
  })

  it('keeps accounts in which a call stands again when its tools have run', () => {
    const record = { id: 'a', type: 'gemini', tokens: { input: 1000, output: 35, cached: 7, thoughts: 5, total: 1040 } }
    const words = [record, { ...record, toolCalls: [] }, { type: 'user' }].flatMap(
      (line) => agents.gemini.accounts?.read(JSON.stringify(line)) ?? [],
    )
    expect(words.map((word) => word.kind === 'usage' && [word.call, word.usage.output])).toEqual([
      ['a', 40],
      ['a', 40],
    ])
  })

  it('may edit but not run commands, and logs in by the key or by the login that is there', () => {
    const { line, files } = launching('gemini', { environment: { GEMINI_API_KEY: 'sk-secret' }, mcp: MCP })
    expect(line).toContain('--approval-mode auto_edit')
    const settings = JSON.parse(files['.gemini/settings.json'] ?? '')
    expect(settings.security.auth.selectedType).toBe('gemini-api-key')
    expect(settings.mcpServers.anneal).toMatchObject(MCP)
    expect(JSON.stringify(files)).not.toContain('sk-secret')
    const plain = JSON.parse(launching('gemini').files['.gemini/settings.json'] ?? '')
    expect(plain.security.auth.selectedType).toBe('oauth-personal')
  })
})
