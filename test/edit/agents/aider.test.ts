import { describe, expect, it } from 'vitest'
import { hearing, launching } from './hearing.ts'

/** Lines as Aider documents and prints them, one message with a price and one with a cache. */
const SPOKEN = [
  'Aider v0.86.1',
  'Main model: gpt-4o with diff edit format',
  'Git repo: none',
  'Repo-map: disabled',
  '',
  'I will raise the value.',
  '',
  'solve.mjs',
  '<<<<<<< SEARCH',
  'const value = 3',
  '=======',
  'const value = 4',
  '>>>>>>> REPLACE',
  '',
  'Tokens: 2.6k sent, 142 received. Cost: $0.0080 message, $0.0080 session.',
  'Applied edit to solve.mjs',
]

describe('aider', () => {
  it('tells its tokens as Aider rounds them, its cost and what it did', () => {
    const told = hearing('aider', SPOKEN)
    expect(told).toMatchObject({ done: true, progress: 'Applied edit to solve.mjs', errors: [], calls: 1 })
    expect(told.sum).toEqual({ input: 2600, cached: 0, output: 142, usd: 0.008 })
  })

  it('adds up several messages; the cost is the session’s', () => {
    const cached = 'Tokens: 12k sent, 1.1k cache write, 3.4k cache hit, 1.5k received.'
    const told = hearing('aider', [...SPOKEN, cached, 'Cost: $0.02 message, $0.03 session.'])
    expect(told.sum).toEqual({ input: 14600, cached: 3400, output: 1642, usd: 0.03 })
  })

  it('knows no price where Aider names none', () => {
    expect(hearing('aider', ['Tokens: 2.6k sent, 142 received.']).sum.usd).toBe(null)
  })

  it.each([
    ['litellm.AuthenticationError: AuthenticationError: OpenAIException - Incorrect API key provided: sk-x', true],
    ['The API provider is not able to authenticate you. Check your API key.', true],
    ['litellm.BadRequestError: OpenAIException - nonsense', false],
    ['Only 3 reflections allowed, stopping.', false],
  ])('tells what went wrong: %s', (line, refused) => {
    expect(hearing('aider', [line])).toMatchObject({ errors: [line], refused, done: false })
  })

  it('works without Git, runs nothing, and is given the editable files', () => {
    const { line, environment } = launching('aider', {
      model: 'm',
      files: ['a b.py', 'c.py'],
      environment: { OPENAI_BASE_URL: 'http://localhost/v1' },
    })
    expect(line).toContain('--message-file /logs/prompt.md --yes-always --no-git')
    for (const flag of ['--no-auto-lint', '--no-auto-test', '--no-suggest-shell-commands', '--load /dev/null'])
      expect(line).toContain(flag)
    expect(line).toMatch(/--model openai\/m --file a b\.py --file c\.py$/)
    expect(environment).toMatchObject({ OPENAI_API_BASE: 'http://localhost/v1' })
    expect(launching('aider', { model: 'sonnet' }).line).toContain('--model sonnet')
  })
})
