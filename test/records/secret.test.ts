import { expect, it } from 'vitest'
import { blacken, blackenAll, secretsIn } from '../../src/records/secret.ts'

it('secrets are values of variables that are named so, and passwords in addresses; not paths, nor what is short', () => {
  const found = secretsIn({
    ...{
      OPENAI_API_KEY: 'abcdefgh-1',
      GITHUB_TOKEN: ' spaced-value ',
      DB_PASSWORD: 'correct horse',
      SHORT_KEY: 'none',
    },
    'npm_config_//registry/:_authToken': 'npm-like-value',
    ...{
      TOKENIZERS_PARALLELISM: 'false',
      SSH_KEY: '/home/me/.ssh/id',
      PWD: '/work/place',
      KEYBOARD: 'international',
      MONKEY: 'a-long-value',
    },
    ...{ HTTPS_PROXY: 'http://me:pa55word-x@proxy:3128', HOME: '/home/me' },
  })
  expect(Object.fromEntries(found.map(({ name, value }) => [name, value]))).toEqual({
    ...{ OPENAI_API_KEY: 'abcdefgh-1', GITHUB_TOKEN: 'spaced-value', DB_PASSWORD: 'correct horse' },
    ...{ HTTPS_PROXY: 'pa55word-x', 'npm_config_//registry/:_authToken': 'npm-like-value' },
  })
})

it('a secret that holds another is blackened whole, in texts at any depth, and nothing else changes', () => {
  const secrets = secretsIn({ A_KEY: 'long-value', B_KEY: 'a-long-value-b' })
  expect(blacken('x a-long-value-b y long-value', secrets)).toBe('x [$B_KEY] y [$A_KEY]')
  const value = { text: 'long-value', list: ['is long-value', 3, null, true], inner: { none: 'nothing' } }
  expect(blackenAll(value, secrets)).toEqual({
    ...{ text: '[$A_KEY]', list: ['is [$A_KEY]', 3, null, true], inner: { none: 'nothing' } },
  })
})
