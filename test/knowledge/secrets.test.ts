import { describe, expect, it } from 'vitest'
import { holdsSecrets, redact } from '../../src/knowledge/secrets.ts'

// Put together here, so that no scanner takes this file for a leak.
const marks = (name: string) => `-----${name} RSA PRIVATE ${'KEY'}-----`
const SECRETS: Record<string, string> = {
  'an OpenAI key': ['sk', 'proj', 'abcdEFGH1234abcdEFGH1234'].join('-'),
  'an AWS key': `AKIA${'ABCDEFGH12345678'}`,
  'a GitHub token': `ghp_${'a1B2'.repeat(9)}`,
  'a Slack token': `xoxb-${'1234567890-abcdef'}`,
  'a web token': ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0In0', 'abcDEF123456'].join('.'),
  'a bearer': `Authorization: Bearer ${'abc123DEF456ghi789'}`,
  'a password in an address': `postgres://admin:${'hunter2hunter2'}@db.internal/x`,
  'an assignment': `api_key = "${'q8Zr5tLw0Vx3Nc7J'}"`,
  'a line of an environment file': `DB_PASSWORD=${'q8Zr5tLw0Vx3Nc7J'}`,
  'a private key': `${marks('BEGIN')}\n${'MIIEpAIBAAKCAQEA0123\n'.repeat(3)}${marks('END')}`,
  'a private key that is cut off': `${marks('BEGIN')}\n${'MIIEpAIBAAKCAQEA0123\n'.repeat(3)}`,
}

describe('what looks like a secret', () => {
  it.each(Object.entries(SECRETS))('%s is blackened, the text around it kept', (_, secret) => {
    const { text, kinds } = redact(`before\n${secret}\nafter`)
    expect(kinds.length).toBeGreaterThan(0)
    const drawn = secret.match(/[A-Za-z0-9]{10,}/g)?.filter((part) => /\d/.test(part)) ?? []
    for (const part of drawn) expect(text).not.toContain(part)
    expect(text.split('\n')[0]).toBe('before')
    expect(text.split('\n').length).toBe(`before\n${secret}\nafter`.split('\n').length)
    expect(text.endsWith('after')).toBe(true)
  })

  it.each([
    'const token = tokenizer.nextToken(source)',
    'key = lambda item: item.score',
    'password = os.environ["DB_PASSWORD_1"]',
    'api_key: your-api-key-here-123',
    'The key idea is to sort by secret sharing schemes.',
    'https://example.org/path:8080/x@y',
    'a commit 2d0b08b08ef09d3f0d9a93048476b9608e5c52e3',
  ])('but not %j', (text) => {
    expect(redact(text)).toEqual({ text, kinds: [] })
  })
})

it.each([
  ['.env', true],
  ['config/.env.production', true],
  ['.env.example', false],
  ['id_rsa', true],
  ['tls/server.pem', true],
  ['docs/secrets.md', false],
  ['src/keys.ts', false],
])('the name %s says that it holds secrets: %s', (path, holds) => {
  expect(holdsSecrets(path)).toBe(holds)
})
