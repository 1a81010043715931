import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { agentEditor } from '../../src/edit/agent-editor.ts'
import { agents } from '../../src/edit/agents/agents.ts'
import { makeThrowaway, removeRepositories } from '../../src/git/throwaway.ts'
import { fold } from '../../src/journal/fold.ts'
import type { Opening } from '../../src/records/attempt.ts'
import type { Brief } from '../../src/records/brief.ts'
import { type AgentName, ModelChoice, Task } from '../../src/records/task.ts'
import type { Usage } from '../../src/records/usage.ts'
import { localRunner } from '../../src/runners/runner.ts'
import { type Act, type AgentAsked, type AgentServer, startAgentServer } from '../support/agent-servers.ts'
import { anneal, git, offline, repository, TINY } from '../support/cli.ts'
import { type Installed, install } from './install.ts'

export type RealAgent = {
  name: AgentName
  /** What npm installs. */
  spec: string
  /** Environment that leads it to the server. */
  server(url: string): Record<string, string>
  /** The tool calls that write a whole file. */
  write(path: string, text: string): Act[]
  /** A file of the user's configuration: must stay as it is. */
  config: string
  /** Calls the tool `recall` of our MCP server; null where it speaks no MCP. */
  recall: ((query: string) => Act) | null
}

const KEY = 'sk-made-up-0123456789'
const SAID = 'Raise the value\n\nA larger number scores more.'
const code = (value: number) => (TINY['solve.mjs'] ?? '').replace('value = 3', `value = ${value}`)

/** The folder in which the agent was started, out of what it tells the model. */
const folderOf = ({ text }: AgentAsked): string => /(\/[^"\s\\<]*\/work\/\d+\/edit)/.exec(text)?.[1] ?? ''

/** What all real agents are held to, against the loopback server. They are installed on demand, and only in the whole test suite. */
export function agentSuite({ name, spec, server: serverOf, write, config, recall }: RealAgent): void {
  describe.skipIf(!process.env.ANNEAL_TEST_ALL)(`${name} (only with ANNEAL_TEST_ALL)`, () => {
    let installed: Installed = { missing: 'not tried' }
    let server: AgentServer | undefined
    beforeAll(async () => {
      installed = await install(name, spec)
    }, 300_000)
    afterEach(async () => {
      await server?.close()
      server = undefined
    })

    async function runWith(
      { skip }: TestContext,
      answer: (asked: AgentAsked) => Act,
      { attempts = 1, timeout = '60s', below = '' } = {},
    ) {
      if ('missing' in installed) {
        if (process.env.CI === 'true') throw new Error(installed.missing)
        return skip(installed.missing)
      }
      server = await startAgentServer(answer)
      const files = {
        ...TINY,
        'anneal.yaml': `${TINY['anneal.yaml']}editor: {agent: ${name}, timeout: ${timeout}}\n${below}`,
      }
      const folder = repository(files)
      const home = mkdtempSync(join(tmpdir(), 'anneal-home-'))
      mkdirSync(dirname(join(home, config)), { recursive: true })
      writeFileSync(join(home, config), 'the user’s own, not to be read as configuration')
      const set = offline({
        ...serverOf(server.url),
        HOME: home,
        PATH: `${installed.bin}${delimiter}${process.env.PATH}`,
      })
      const words = ['run', '--json', '--model', 'stub', '--attempts', String(attempts), '--sandbox', 'off']
      const said = await anneal(folder, words, set)
      const log = JSON.parse((await anneal(folder, ['log', '--json'], set)).out).attempts
      const runs = join(folder, '.anneal', 'runs')
      const left = (attempt: number) =>
        join(
          runs,
          readdirSync(runs).find((one) => !one.startsWith('.')) ?? '',
          'attempts',
          String(attempt),
          'left-behind.txt',
        )
      return { ...said, result: JSON.parse(said.out), log, folder, home, left, server }
    }

    it('completes a run of three attempts, and the ledger equals what the server served, to the token', async (context) => {
      let value = 100
      const { err, result, log, folder, home, left, server } = await runWith(
        context,
        (asked) => {
          if (asked.results === 0) value++
          return write(join(folderOf(asked), 'solve.mjs'), code(value))[asked.results] ?? { say: SAID }
        },
        { attempts: 3 },
      )
      expect(result.attempts, err + JSON.stringify(log)).toEqual({ total: 4, scored: 4, failed: 0, rejected: 0 })
      expect(result.best.score).toBe(103.5)
      expect(log[1]).toMatchObject({ editor: name, model: 'stub', title: 'Raise the value' })
      expect(result.spent).toMatchObject({ tokens: server.served.input + server.served.output, usd: null })
      expect(server.asked.every(({ key, model }) => key.includes(KEY) && model === 'stub')).toBe(true)
      const own = config.split('/')[0] ?? ''
      const kept = readdirSync(join(home, own), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
      expect(kept.map((one) => join(one.parentPath, one.name))).toEqual([join(home, config)])
      expect(readFileSync(join(home, config), 'utf8')).toContain('the user’s own')
      expect([1, 2, 3].filter((attempt) => existsSync(left(attempt)))).toEqual([])
      expect(git(folder, 'status', '--porcelain')).toBe('')
    }, 240_000)

    it('cannot write outside its folder', async (context) => {
      let outside = ''
      const { log, folder } = await runWith(context, (asked) => {
        outside = join(folderOf(asked), '..', '..', '..', 'outside.txt')
        return write(outside, 'x')[asked.results] ?? { say: SAID }
      })
      expect(log[1]).toMatchObject({ status: 'rejected', reason: 'it changed nothing' })
      expect(existsSync(outside)).toBe(false)
      expect(git(folder, 'status', '--porcelain')).toBe('')
    }, 120_000)

    it('is billed for what it used before a call failed', async (context) => {
      const { log, result, server } = await runWith(context, (asked) => {
        const acts = write(join(folderOf(asked), 'solve.mjs'), code(7))
        return acts[asked.results] ?? { status: 400, message: 'nonsense was asked' }
      })
      expect(log[1]).toMatchObject({ status: 'failed', reason: expect.stringContaining('nonsense was asked') })
      expect(server.served.input).toBeGreaterThan(0)
      expect(result.spent.tokens).toBe(server.served.input + server.served.output)
    }, 120_000)

    it('is billed for what it used before its time was over', async (context) => {
      const { log, result, server } = await runWith(
        context,
        (asked) => write(join(folderOf(asked), 'solve.mjs'), code(8))[asked.results] ?? { hang: true },
        { timeout: '20s' },
      )
      expect(log[1]).toMatchObject({ status: 'failed', reason: expect.stringContaining('ran past its time limit') })
      expect(server.served.input).toBeGreaterThan(0)
      expect(result.spent.tokens).toBe(server.served.input + server.served.output)
    }, 120_000)

    it.runIf(recall)(
      'calls the tools of our own MCP server',
      async ({ skip }) => {
        if ('missing' in installed) return skip(installed.missing)
        server = await startAgentServer((asked) => (asked.results === 0 && recall ? recall('circles') : { say: SAID }))
        const top = mkdtempSync(join(tmpdir(), 'anneal-mcp-'))
        const [folder, calls] = [join(top, 'edit'), join(top, 'calls')]
        mkdirSync(folder)
        const usages: Usage[] = []
        const done = await agentEditor({
          name,
          agent: agents[name],
          runner: localRunner({ tier: 'none' }),
          prompts: () => 'Do what is asked.',
          brief: async () => BRIEF,
          logsOf: () => join(top, 'logs'),
          timeout: () => 60,
          memory: 4 * 2 ** 30,
          environment: { ...serverOf(server.url), HOME: top, PATH: `${installed.bin}${delimiter}${process.env.PATH}` },
          editable: () => true,
          model: () => ModelChoice.parse({ name: 'stub' }),
          price: () => null,
          ledger: { reserve: async () => 'call', onUsage: async (_, __, usage) => void usages.push(usage) },
          now: () => RUN,
          onProgress: () => undefined,
          mcp: { command: process.execPath, args: [join(import.meta.dirname, 'mcp-server.mjs'), calls] },
          repository: { make: makeThrowaway, remove: removeRepositories },
        })(
          { opening: OPENING, thought: { idea: IDEA, shown: [], seconds: 0 }, folder, run: RUN },
          new AbortController().signal,
        )
        expect(done).toMatchObject({ idea: { title: 'Raise the value' } })
        expect(readFileSync(calls, 'utf8')).toBe('circles\n')
        expect(usages).toMatchObject([{ ok: true, input: server.served.input, output: server.served.output }])
      },
      120_000,
    )

    it('stops the run where its key is refused', async (context) => {
      const { code, result } = await runWith(context, () => ({ status: 401, message: 'Incorrect API key provided' }))
      expect(code).toBe(77)
      expect(result.error.what).toContain(name)
      expect(JSON.stringify(result)).not.toContain(KEY)
    }, 120_000)
  })
}

const IDEA = { title: 'draft', hypothesis: '', plan: '', expected: '', cites: [] }
const OPENING: Opening = { attempt: 1, parents: [0], operator: 'draft', editor: 'any', model: null, seed: 1 }
const RUN = fold(
  null,
  {
    type: 'run.started',
    start: {
      ...{ format: 1, run: 'r', base: '', branch: null, editor: 'any', evaluator: '', tier: 'none', created: '' },
      task: Task.parse({ goal: 'g', edit: ['*'], evaluate: { command: 'true', metric: 'm', direction: 'maximize' } }),
    },
  },
  0,
)
const BRIEF: Brief = {
  ...{
    goal: '',
    measure: '',
    knowledge: '',
    context: '',
    claims: '',
    lessons: '',
    history: '',
    parents: '',
    files: '',
  },
  ...{ feedback: '', siblings: '', operator: '', hints: '', instruction: '', left: '', editable: '', shown: [] },
}

/** For agents that speak OpenAI's protocols. */
export const openAi = (url: string) => ({ OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: KEY })
export const anthropic = (url: string) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: KEY })
export const google = (url: string) => ({ GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: KEY })
