import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Usage } from '../../src/records/usage.ts'
import { anneal, offline, repository, TINY } from '../support/cli.ts'
import { all, long } from '../support/long.ts'
import { type Asked, type ModelServer, type Reply, startModelServer } from '../support/model-server.ts'

const unsafe = ['--sandbox', 'off']
const IDEA = {
  title: 'Raise the value',
  hypothesis: 'a larger number scores more',
  plan: 'change the number',
  expected: 'more',
  cites: [],
}
/** Plans unlike one another: an idea that was tried already would be asked anew. */
const PLANS = [
  'change the number',
  'a larger constant first',
  'sum up further terms',
  'multiply where it adds',
  'leave the cap out',
]
const LESSON = { kind: 'practice', when: 'a number is scored', advice: 'Raise it.', confidence: 0.7 }
const block = (from: string, to: string) => `solve.mjs\n<<<<<<< SEARCH\n${from}\n=======\n${to}\n>>>>>>> REPLACE\n`

/** How a connection may end. */
const FAULTS = ['reset-in-mid-stream', 'reset', 'cut', 'not-json'] as const

let server: ModelServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

/** What a helpful model would say: an idea, then an edit that sets the value to the number of its request, then a lesson. */
function helpful({ system, prompt, number }: Asked): Reply {
  if (system.startsWith('You improve')) return JSON.stringify({ ...IDEA, plan: PLANS[number % PLANS.length] })
  if (system.startsWith('You distil')) return JSON.stringify(LESSON)
  const line = /const value = [^\n]*/.exec(prompt)?.[0] ?? ''
  return block(line, `const value = ${100 + number}`)
}

async function runWith(
  answer: (asked: Asked) => Reply,
  words: string[] = [],
  environment: Record<string, string> = {},
  files: Record<string, string> = {},
) {
  server = await startModelServer(answer)
  const folder = repository({ ...TINY, ...files })
  const set = offline({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'sk-made-up-0123456789', ...environment })
  const said = await anneal(
    folder,
    [
      'run',
      '--json',
      ...('anneal.yaml' in files ? [] : ['--model', 'm']),
      ...unsafe,
      ...(words.length > 0 ? words : ['--attempts', '2']),
    ],
    set,
  )
  const log = async () => JSON.parse((await anneal(folder, ['log', '--json'], set)).out).attempts
  return { ...said, folder, set, log, server }
}

/** What each request of a run took, by its journal. */
function usagesOf(folder: string, run: string): Usage[] {
  const lines = readFileSync(join(folder, '.anneal', 'runs', run, 'journal.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
  return lines.flatMap((line) => {
    const event = JSON.parse(line).event ?? JSON.parse(line)
    return event.type === 'model.called' ? [event.usage] : []
  })
}

describe('the editor model', () => {
  it('improves the program, and its ledger equals what the server served', async () => {
    const { code, out, err, log, server } = await runWith(helpful)
    expect(code, err).toBe(0)
    const result = JSON.parse(out)
    expect(result.best.score).toBeGreaterThan(100)
    expect(result.spent.tokens).toBe(server.served.input + server.served.output)
    expect(result.spent.usd).toBe(null)
    const attempts = await log()
    expect(attempts[1]).toMatchObject({ editor: 'model', model: 'm', title: IDEA.title, status: 'scored' })
    expect(attempts[1].lessons).toHaveLength(1)
    expect(attempts.reduce((sum: number, one: { tokens: number }) => sum + one.tokens, 0)).toBe(result.spent.tokens)
  })

  it.each([
    ['chat', false],
    ['responses', true],
  ])(
    'is billed over %s for what the server served, failed calls included',
    async (api, whole) => {
      const faults: Reply[] = [
        { status: 503, headers: { 'retry-after': '0' } },
        { text: 'no JSON', whole },
        { fault: 'cut' },
        { text: JSON.stringify(IDEA), whole, cached: 5 },
        { refusal: 'I would rather not.' },
      ]
      const { out, err, server, folder } = await runWith(
        (asked) => {
          const said = faults[asked.number] ?? helpful(asked)
          return typeof said === 'string' ? { text: said, whole } : said
        },
        ['--attempts', '2'],
        {},
        { 'anneal.yaml': `${TINY['anneal.yaml']}models: [{name: m, api: ${api}}]\n` },
      )
      const result = JSON.parse(out)
      const calls = usagesOf(folder, result.run)
      const sum = (untold: boolean) =>
        calls.reduce((all, one) => all + ((one.untold ?? false) === untold ? one.input + one.output : 0), 0)
      expect(sum(false), err).toBe(server.served.input + server.served.output)
      expect(calls.filter(({ untold }) => untold)).toHaveLength(server.served.untold)
      expect(server.served.untold).toBe(1)
      expect(calls).toHaveLength(server.served.calls)
      expect(result.spent.tokens).toBe(sum(false) + sum(true))
      expect(result.spent.cached).toBe(server.served.cached)
    },
    180_000,
  )

  it('shows the model the scores, diffs and lessons of earlier attempts, after a start that stays the same', async () => {
    const { server } = await runWith(helpful, ['--attempts', '3'])
    const ideas = server.asked.filter(({ system }) => system.startsWith('You improve'))
    expect(ideas).toHaveLength(3)
    expect(ideas[1]?.prompt).toContain('Raise it.')
    expect(ideas[1]?.prompt).toContain(IDEA.title)
    const [first = '', second = ''] = ideas.map(({ prompt }) => prompt)
    expect(second.startsWith(first.slice(0, first.indexOf('# Lessons from earlier attempts')))).toBe(true)
  })

  it('sends an edit that does not apply back with the reason', async () => {
    let edits = 0
    const { code, log, server } = await runWith((asked) =>
      asked.system.startsWith('You are a careful') && edits++ === 0
        ? block('const valu = 9', 'const value = 9')
        : helpful(asked),
    )
    expect(code).toBe(0)
    expect(server.asked.find(({ prompt }) => prompt.includes('could not be applied'))?.prompt).toContain(
      'const valu = 9',
    )
    expect((await log())[1].status).toBe('scored')
  })

  const broken: [string, Reply | ((asked: Asked) => Reply), string][] = [
    ['garbage', 'I would rather talk about the weather.', 'no JSON object'],
    ['a refusal', { refusal: 'I cannot help with that.' }, 'refused'],
    ['a reply cut off by the token limit', { text: '{"title": "x', finish: 'length' }, 'cut off'],
    ['an empty reply', '', 'empty'],
    ['a huge reply', 'x'.repeat(10_000_000), 'larger than'],
    ['a bad request', { status: 400, message: 'nonsense' }, '400'],
    [
      'an edit outside the bounds',
      (asked) => (asked.system.startsWith('You improve') ? JSON.stringify(IDEA) : '../evil.mjs\n```\nx\n```\n'),
      'evil.mjs',
    ],
  ]
  it.each(all ? broken : broken.slice(0, 2))(
    'takes %s as a failed attempt with its reason',
    async (_, reply, words) => {
      const { code, out, err, log } = await runWith(typeof reply === 'function' ? reply : () => reply, [
        '--attempts',
        '1',
      ])
      expect(code, err).toBe(0)
      expect(JSON.parse(out).attempts).toMatchObject({ total: 2, failed: 1 })
      const [, attempt] = await log()
      expect(attempt.reason).toContain(words)
    },
  )

  it.each(all ? FAULTS : FAULTS.slice(0, 1))('tries again after a connection that ends in %s', async (fault) => {
    const { code, out, err } = await runWith(
      (asked) => (asked.number === 0 ? { fault } : helpful(asked)),
      ['--attempts', '1'],
    )
    expect(code, err).toBe(0)
    expect(JSON.parse(out).attempts).toMatchObject({ total: 2, scored: 2 })
  })

  it('waits and tries again after 429 and 503', async () => {
    const { code, out } = await runWith(
      (asked) =>
        asked.number < 2 ? { status: asked.number === 0 ? 429 : 503, headers: { 'retry-after': '0' } } : helpful(asked),
      ['--attempts', '1'],
    )
    expect(code).toBe(0)
    expect(JSON.parse(out).attempts).toMatchObject({ scored: 2 })
  })

  it('asks in words a server that knows no JSON schema', async () => {
    const { out, server } = await runWith(
      (asked) =>
        asked.format === null
          ? helpful(asked)
          : { status: 400, message: `response_format ${asked.format} is not supported` },
      ['--attempts', '1'],
    )
    expect(JSON.parse(out).attempts).toMatchObject({ scored: 2 })
    expect(server.asked.some(({ prompt }) => prompt.includes('Answer with one JSON object'))).toBe(true)
  })

  it('stops with 77 where the key is refused, says what to set, and never prints the key', async () => {
    const { code, out, err } = await runWith(() => ({ status: 401, message: 'bad key' }))
    expect(code).toBe(77)
    expect(JSON.parse(out).error.fix).toContain('OPENAI_API_KEY')
    expect(out + err).not.toContain('sk-made-up')
  })

  it('stops with 69 where no server answers', async () => {
    const folder = repository(TINY)
    const gone = await startModelServer(() => '')
    await gone.close()
    const said = await anneal(
      folder,
      ['run', '--json', '--model', 'm', ...unsafe],
      offline({ OPENAI_BASE_URL: gone.url }),
    )
    expect(said.code).toBe(69)
    expect(JSON.parse(said.out).error.what).toContain('cannot be reached')
  }, 60_000)

  it('pays no call twice when it goes on', async () => {
    const { set, folder, server } = await runWith(
      (asked) => (asked.number === 1 ? { status: 401, message: 'later' } : helpful(asked)),
      ['--attempts', '1'],
    )
    expect(server.asked).toHaveLength(2)
    const again = await anneal(folder, ['resume', '--json', ...unsafe], set)
    expect(again.code, again.err).toBe(0)
    expect(server.asked.filter(({ system }) => system.startsWith('You improve'))).toHaveLength(1)
  })
})

describe('what a model finds out about the program', { timeout: 180_000 }, () => {
  const found = {
    section: 'where to edit',
    claim: 'The value is set here',
    path: 'solve.mjs',
    quote: 'const other = 0.5',
  }
  const made = { ...found, claim: 'Made up', quote: 'const nowhere = 1' }
  const answer = (asked: Asked): Reply => {
    if (!asked.system.startsWith('You improve')) return helpful(asked)
    return JSON.stringify({ ...IDEA, plan: PLANS[asked.number % PLANS.length], claims: [found, made] })
  }

  it('is checked, inherited, shown to later ideas and edits, and by `show`', async () => {
    const { folder, set, server } = await runWith(answer, ['--attempts', '4', '--search', 'greedy-tree'])
    const show = JSON.parse((await anneal(folder, ['show', '1', '--json'], set)).out)
    expect(show.claims).toEqual([found])
    expect((await anneal(folder, ['show', '1'], set)).out).toContain(
      'The value is set here (solve.mjs: "const other = 0.5")',
    )
    const about = server.asked.filter(({ prompt }) => prompt.includes('The value is set here'))
    expect(about.some(({ system }) => system.startsWith('You improve'))).toBe(true)
    expect(about.some(({ system }) => system.startsWith('You are a careful'))).toBe(true)
    expect(server.asked.some(({ prompt }) => prompt.includes('Made up'))).toBe(false)
  })

  long('is dropped by the attempt that takes its quote away', async () => {
    const { folder, set } = await runWith(
      (asked) =>
        asked.system.startsWith('You are a careful')
          ? block('const other = 0.5', `const other = ${asked.number}`)
          : asked.number === 0
            ? answer(asked)
            : helpful(asked),
      ['--attempts', '1'],
    )
    expect(JSON.parse((await anneal(folder, ['show', '1', '--json'], set)).out)).toMatchObject({ status: 'scored' })
    expect(JSON.parse((await anneal(folder, ['show', '1', '--json'], set)).out).claims).toBeUndefined()
  })

  long('is neither asked for nor kept without memory', async () => {
    const { folder, set, server } = await runWith(answer, ['--attempts', '1', '--no-memory'])
    expect(JSON.stringify(server.asked.map(({ body }) => body))).not.toContain('"claims"')
    expect(JSON.parse((await anneal(folder, ['show', '1', '--json'], set)).out).claims).toBeUndefined()
  })
})
