import type { ChildProcess } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { anneal, git, offline, repository, start, TINY } from '../support/cli.ts'
import { long } from '../support/long.ts'
import { type Asked, type Called, type ModelServer, type Reply, startModelServer } from '../support/model-server.ts'

const IDEA = { title: 'Raise the value', hypothesis: 'h', plan: 'change the number', expected: '', cites: [] }
const SMOKE =
  "import { readFileSync } from 'node:fs'\nif (!(JSON.parse(readFileSync(`${process.env.ANNEAL_OUT}/value.json`, 'utf8')) < 1e6)) { console.log('too large'); process.exit(1) }\n"
const FILES: Record<string, string> = {
  ...TINY,
  'smoke.mjs': SMOKE,
  'answers.json': '"the secret"',
  'anneal.yaml':
    'goal: Make the value large.\nedit: [solve.mjs]\nexecute: {command: node solve.mjs, timeout: 20s}\n' +
    'evaluate: {command: node score.mjs, sealed: [score.mjs, smoke.mjs], hidden: [answers.json], metric: value, direction: maximize, timeout: 20s, smoke: {command: node smoke.mjs, timeout: 20s}}\n' +
    'editor: {model: agentic}\nmemory: off\n',
}

let server: ModelServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

const call = (name: string, given: object = {}): Called => ({ name, arguments: given })
const set = (value: number | string) =>
  call('edit_file', { path: 'solve.mjs', search: 'const value = 3\n', replace: `const value = ${value}\n` })

/** A model that has the idea in one call and then works through `turns` with the tools. */
const worker =
  (turns: (Reply | ((asked: Asked) => Reply))[]) =>
  (asked: Asked): Reply => {
    if (asked.tools.length === 0) return JSON.stringify(IDEA)
    const turn = turns[asked.turn]
    return typeof turn === 'function' ? turn(asked) : (turn ?? { calls: [call('finish')] })
  }

async function runWith(answer: (asked: Asked) => Reply, words: string[] = [], files: Record<string, string> = {}) {
  server = await startModelServer(answer)
  const folder = repository({ ...FILES, ...files })
  const environment = offline({ OPENAI_BASE_URL: server.url })
  const common = ['run', '--json', '--model', 'm', '--sandbox', 'off']
  const said = await anneal(folder, [...common, ...(words.length > 0 ? words : ['--attempts', '1'])], environment)
  const show = async (attempt = '1') => JSON.parse((await anneal(folder, ['show', attempt, '--json'], environment)).out)
  return { ...said, result: JSON.parse(said.out), folder, environment, show, server }
}

/** What the tools of the last turn gave. */
const given = ({ asked }: ModelServer) => asked.findLast(({ tools }) => tools.length > 0)?.results ?? []

describe('the editor model with tools', { timeout: 180_000 }, () => {
  const protocols = process.env.ANNEAL_TEST_ALL ? ['chat', 'responses'] : ['responses']
  it.each(protocols)('looks, edits, tries and ends over %s, and each turn is on the bill', async (api) => {
    const found = { section: 'where to edit', claim: 'c', path: 'solve.mjs', quote: 'const other = 0.5' }
    const { result, err, show, server } = await runWith(
      worker([
        { text: 'Let me see.', calls: [call('list_files'), call('search', { text: 'value' })] },
        { calls: [call('read_file', { path: 'solve.mjs' })] },
        { calls: [set('1e9'), call('run_smoke')] },
        { calls: [call('edit_file', { path: 'solve.mjs', search: '1e9', replace: '50' }), call('run_smoke')] },
        { calls: [call('finish', { claims: [found] })] },
      ]),
      [],
      {
        'anneal.yaml': `${FILES['anneal.yaml']?.replace('memory: off\n', '')}models: [{name: m, api: ${api}, roles: [ideate, edit]}]\n`,
      },
    )
    expect(result.best.score, err).toBe(50.5)
    expect(result.spent.tokens).toBe(server.served.input + server.served.output)
    const attempt = await show()
    expect(attempt).toMatchObject({ status: 'scored', claims: [found], recipe: { turns: 4, ended: 'finished' } })
    const [list, hits, file, , failed, , passed] = given(server)
    expect(list).toBe('  anneal.yaml\n  score.mjs\n  smoke.mjs\n* solve.mjs')
    expect(hits).toContain('solve.mjs:3: const value = 3')
    expect(file).toContain('const other = 0.5')
    expect(failed).toContain('The smoke stage failed')
    expect(failed).toContain('too large')
    expect(passed).toContain('The smoke stage passed.')
  })

  it('is told why it may not, and cannot reach what is sealed or hidden', async () => {
    const { result, server, err } = await runWith(
      worker([
        {
          calls: [
            call('write_file', { path: 'score.mjs', content: 'mine' }),
            call('read_file', { path: 'answers.json' }),
            call('write_file', { path: '../evil.mjs', content: 'x' }),
            { name: 'edit_file', arguments: '{"path": "solve' },
            call('fetch_url', { url: 'http://localhost' }),
            set(60),
          ],
        },
      ]),
    )
    expect(result.best.score, err).toBe(60.5)
    expect(given(server)).toEqual([
      'score.mjs lies outside the editable files.',
      'There is no text file answers.json.',
      expect.stringContaining('is not a path inside'),
      expect.stringContaining('The arguments of edit_file are not right'),
      expect.stringContaining('There is no tool fetch_url'),
      'solve.mjs is changed.',
    ])
  })
})

describe.skipIf(!process.env.ANNEAL_TEST_ALL)(
  'the editor model with tools (only with ANNEAL_TEST_ALL)',
  { timeout: 180_000 },
  () => {
    it('is judged by what it left where its turns are used up, and warned before', async () => {
      const { result, show, server, err } = await runWith(
        worker([{ calls: [set(70)] }, { calls: [call('list_files')] }, { calls: [call('list_files')] }]),
        [],
        { 'anneal.yaml': FILES['anneal.yaml']?.replace('agentic}', 'agentic, turns: 3}') ?? '' },
      )
      expect(result.best.score, err).toBe(70.5)
      expect((await show()).recipe).toMatchObject({ turns: 3, ended: 'turns' })
      expect(given(server).at(-1)).toContain('call finish')
    })

    it('is rejected where it changed nothing, and failed where its calls fail', async () => {
      const idle = await runWith(worker([{ calls: [call('finish')] }]))
      expect(await idle.show()).toMatchObject({ status: 'rejected', reason: 'it changed nothing' })
      await idle.server.close()
      const broken = await runWith(worker([{ calls: [set(80)] }, { status: 400, message: 'nonsense' }]))
      expect(await broken.show()).toMatchObject({ status: 'failed', reason: expect.stringContaining('nonsense') })
    })

    it.each([
      ['refuses tools', { status: 400, message: 'm does not support tools' } as Reply],
      ['passes tools over in silence', 'I would change the number.' as Reply],
    ])('is asked for its edits in one reply where the server %s, and this is said once', async (_, reply) => {
      let edits = 0
      const { result, err } = await runWith(
        (asked) => {
          if (asked.tools.length > 0) return reply
          if (asked.format !== null)
            return JSON.stringify({ ...IDEA, plan: `plan ${'abcdef'[asked.number]} ${asked.number}` })
          return `solve.mjs\n<<<<<<< SEARCH\nconst value = 3\n=======\nconst value = ${90 + edits++}\n>>>>>>> REPLACE\n`
        },
        ['--attempts', '2'],
      )
      expect(result.attempts, err).toMatchObject({ scored: 3 })
      expect(err.match(/m calls no tools: it is asked for its edits in one reply/g)).toHaveLength(1)
    })

    it('is chosen by the size of the program where nothing is said', async () => {
      const more = Object.fromEntries(
        Array.from({ length: 30 }, (_, index) => [`lib/part${index}.mjs`, `// ${index}\n`]),
      )
      const task = FILES['anneal.yaml']?.replace('editor: {model: agentic}\n', '') ?? ''
      const answer = worker([{ calls: [set(40), call('finish')] }])
      const large = await runWith(answer, [], {
        ...more,
        'anneal.yaml': task.replace('[solve.mjs]', '[solve.mjs, lib/**]'),
      })
      expect(large.result.best.score, large.err).toBe(40.5)
      expect(large.server.asked.some(({ tools }) => tools.length > 0)).toBe(true)
      await large.server.close()
      const small = await runWith(answer, [], { 'anneal.yaml': task })
      expect(small.server.asked.every(({ tools }) => tools.length === 0)).toBe(true)
    })
  },
)

describe('an edit with tools that was interrupted', () => {
  const answer = worker([
    { calls: [call('read_file', { path: 'solve.mjs' })] },
    { calls: [set(44), call('run_smoke')] },
    { calls: [call('finish')] },
  ])
  const treeOf = (folder: string) => {
    const branches = git(folder, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/anneal').split('\n')
    return git(folder, 'rev-parse', `${branches.at(-1)}^{tree}`)
  }

  long(
    'goes on after kill -9 without paying a turn twice, to the same program',
    async () => {
      const folder = repository(FILES)
      let cut: ChildProcess | null = null
      server = await startModelServer((asked) => {
        // The edit of the second turn is made by now, and its turn paid for.
        if (asked.turn === 2 && cut) {
          cut.kill('SIGKILL')
          cut = null
          return { fault: 'hang' }
        }
        return answer(asked)
      })
      const environment = offline({ OPENAI_BASE_URL: server.url })
      const words = ['run', '--json', '--model', 'm', '--sandbox', 'off', '--attempts', '1']
      const { child, ended } = start(folder, words, environment)
      cut = child
      expect((await ended).signal).toBe('SIGKILL')
      const resumed = await anneal(folder, ['resume', '--json', '--sandbox', 'off'], environment)
      const { best, run, spent } = JSON.parse(resumed.out)
      expect(best.score, resumed.err).toBe(44.5)
      // The idea, three turns, and the third once more; the turn that was cut off is charged what was kept back for it.
      expect(server.asked.map(({ turn, tools }) => (tools.length > 0 ? turn : 'idea'))).toEqual(['idea', 0, 1, 2, 2])
      expect(spent.tokens).toBeGreaterThan(server.served.input + server.served.output)
      const tree = treeOf(folder)
      const replayed = await anneal(folder, ['run', '--json', '--replay', run, '--sandbox', 'off'], environment)
      expect(JSON.parse(replayed.out).best.score, replayed.err).toBe(44.5)
      expect(treeOf(folder)).toBe(tree)
      expect(server.asked).toHaveLength(5)
    },
    120_000,
  )
})
