import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { anneal, repository, TINY } from './support/cli.ts'

const Told = z.object({ summary: z.string().optional(), description: z.string().optional() })
const Manifest = z.object({
  commands: z.record(
    z.string(),
    z.object({
      summary: z.string().min(10),
      examples: z.array(z.union([z.string(), z.object({ command: z.string() })])).min(1),
      flags: z.record(z.string(), Told),
      args: z.record(z.string(), Told),
    }),
  ),
})

it('every command says what it does, with an example, and so does every flag and argument', () => {
  const text = readFileSync(join(import.meta.dirname, '..', 'oclif.manifest.json'), 'utf8')
  const { commands } = Manifest.parse(JSON.parse(text))
  expect(Object.keys(commands).length).toBeGreaterThan(10)
  const silent = Object.entries(commands).flatMap(([id, { flags, args }]) =>
    Object.entries({ ...flags, ...args }).flatMap(([name, { summary, description }]) =>
      (summary ?? description ?? '').length > 5 ? [] : [`${id} ${name}`],
    ),
  )
  expect(silent).toEqual([])
})

describe('what is wrong with a command line is told in three parts, and exits with 2', () => {
  const folder = repository(TINY)
  it.each([
    [
      'a command that is not known',
      ['stauts'],
      ['no command `anneal stauts`', 'The commands are', 'Did you mean `anneal status`?'],
    ],
    [
      'a command of a topic',
      ['lessons', 'shwo'],
      ['anneal lessons shwo', 'lessons show', 'Did you mean `anneal lessons show`?'],
    ],
    [
      'a flag that is not known',
      ['run', '--atempts', '3'],
      ['no flag --atempts', 'anneal run', 'Did you mean --attempts?'],
    ],
    [
      'a value that is no number',
      ['run', '--attempts', 'x'],
      ['--attempts cannot be read', 'Expected an integer', 'anneal run --help'],
    ],
    [
      'a value that is not one of some',
      ['run', '--editor', 'geneti'],
      ['--editor=geneti', 'model, genetic, codex', 'Did you mean genetic?'],
    ],
    ['a value that is missing', ['run', '--attempts'], ['--attempts expects a value', 'missing', 'anneal run --help']],
    ['a word too many', ['apply', '1', '2'], ['Unexpected argument: 2', 'no more words', 'anneal apply --help']],
    ['an attempt that is no number', ['show', 'best'], ['cannot be read', 'Expected an integer', 'anneal show --help']],
    ['an argument that is missing', ['completion'], ['not whole', 'bash|zsh|fish', 'anneal completion --help']],
    [
      'flags that exclude each other',
      ['apply', '--squash', '--files'],
      ['do not go together', 'Leave one of them out'],
    ],
    ['a run that is not there', ['status', 'no-such-run'], ['no run', 'What to do']],
  ] as [string, string[], string[]][])('%s', async (_, words, parts) => {
    const { code, err, out } = await anneal(folder, words)
    expect(code, err).toBe(2)
    for (const part of parts) expect(err).toContain(part)
    expect(err).toContain('What to do: ')
    expect(err).not.toContain('    at ')
    expect(out).toBe('')
  })

  it('also as a document', async () => {
    for (const words of [
      ['stauts', '--json'],
      ['run', '--fob', '--json'],
    ]) {
      const { code, out } = await anneal(folder, words)
      expect(code).toBe(2)
      expect(JSON.parse(out).error).toMatchObject({
        what: expect.stringContaining('no'),
        fix: expect.stringMatching(/./),
        exit: 2,
      })
    }
  })
})
