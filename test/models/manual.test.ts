import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fileRecord, openModels } from '../../src/models/models.ts'
import { ModelChoice } from '../../src/records/task.ts'

function person(deadline = 30) {
  const folder = mkdtempSync(join(tmpdir(), 'anneal-manual-'))
  const queue = join(folder, 'queue')
  const notes: string[] = []
  const bills: number[] = []
  const models = openModels({
    environment: {},
    queue,
    prices: null,
    record: (attempt) => fileRecord(join(folder, String(attempt))),
    reserve: async () => 'c',
    onUsage: async (_, __, { input, output }) => {
      bills.push(input + output)
    },
    note: (_, text) => notes.push(text),
  })
  const ask = (prompt: string, signal = new AbortController().signal) =>
    models.ask({
      ...{ attempt: 1, purpose: 'ideate', system: 'You improve.', prompt, signal, deadline },
      schema: { name: 'answer', schema: z.object({ word: z.string() }) },
      model: ModelChoice.parse({ name: 'manual' }),
    })
  const waiting = () =>
    existsSync(queue)
      ? readdirSync(queue)
          .filter((name) => name.endsWith('.prompt.md'))
          .map((name) => join(queue, name))
      : []
  const until = async (count: number) => {
    while (waiting().length < count) await wait(20)
    return waiting()
  }
  return { ask, until, queue, notes, bills, models }
}

const replyOf = (prompt: string) => prompt.replace('.prompt.md', '.reply.md')

describe.concurrent('a person who plays the model', () => {
  it('gets several prompts at once, each told of and whole, and answers them in any order', async () => {
    const { ask, until, queue, notes, bills } = person()
    const both = Promise.all([ask('First word?'), ask('Second word?')])
    const prompts = await until(2)
    expect(readdirSync(queue).filter((name) => name.endsWith('.tmp'))).toEqual([])
    for (const prompt of prompts.toReversed()) {
      const text = readFileSync(prompt, 'utf8')
      expect(text).toContain('You improve.')
      expect(text).toContain('It must fit this JSON schema')
      expect(notes.some((note) => note.includes(prompt) && note.includes(replyOf(prompt)))).toBe(true)
      writeFileSync(replyOf(prompt), `{"word": "${text.includes('First') ? 'one' : 'two'}"}`)
    }
    expect(await both).toMatchObject([{ value: { word: 'one' } }, { value: { word: 'two' } }])
    expect(readdirSync(join(queue, 'answered'))).toHaveLength(4)
    expect(bills).toEqual([])
  })

  it('may write slowly: half a reply is not taken', async () => {
    const { ask, until } = person()
    const asked = ask('A word?')
    const [prompt = ''] = await until(1)
    const text = '{"word": "slow"}'
    for (let end = 4; end <= text.length; end += 4) {
      writeFileSync(replyOf(prompt), text.slice(0, end))
      await wait(250)
    }
    expect(await asked).toMatchObject({ value: { word: 'slow' } })
  })

  it('may put the reply in its place whole, and is asked again where it does not fit', async () => {
    const { ask, until } = person()
    const asked = ask('A word?')
    const [first = ''] = await until(1)
    writeFileSync(`${first}.mine`, 'no JSON')
    renameSync(`${first}.mine`, replyOf(first))
    while (existsSync(first)) await wait(20)
    const [second = ''] = await until(1)
    expect(readFileSync(second, 'utf8')).toContain('What was wrong with it')
    writeFileSync(replyOf(second), '{"word": "better"}')
    expect(await asked).toMatchObject({ value: { word: 'better' } })
  })

  it('is waited for no longer than was said', async () => {
    const { ask } = person(1)
    expect(await ask('A word?')).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/nobody wrote .* within 1 s/),
    })
  })

  it('calls no tools', async () => {
    const { models } = person()
    const turn = models.turn({
      ...{ attempt: 1, purpose: 'tools', system: '', messages: [], tools: [], deadline: 1 },
      model: ModelChoice.parse({ name: 'manual' }),
      signal: new AbortController().signal,
    })
    expect(await turn).toMatchObject({ ok: false, noTools: true })
  })
})
