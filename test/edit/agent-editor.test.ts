import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { anneal, git, offline, repository, TINY } from '../support/cli.ts'
import { long } from '../support/long.ts'
import { startModelServer } from '../support/model-server.ts'

/** A program that speaks Codex's events and does in each attempt what `script` says, a shell text. */
function fake(script: string, program = 'codex'): { PATH: string; HOME: string } {
  const folder = mkdtempSync(join(tmpdir(), 'anneal-agent-'))
  const home = join(folder, 'home')
  mkdirSync(join(home, '.codex'), { recursive: true })
  writeFileSync(join(home, '.codex', 'auth.json'), '{"login":"made up"}')
  writeFileSync(join(folder, program), `#!/bin/sh\n${SAYS}\n${script}\n`)
  chmodSync(join(folder, program), 0o755)
  return { PATH: `${folder}${delimiter}${process.env.PATH}`, HOME: home }
}

const SAYS = `
message() { printf '{"type":"item.completed","item":{"type":"agent_message","text":"%s"}}\\n' "$1"; }
finish() { printf '{"type":"turn.completed","usage":{"input_tokens":100,"cached_input_tokens":40,"output_tokens":10}}\\n'; }
raise() { sed -i "s/value = .*/value = $1/" solve.mjs; }
`
const quick = TINY['anneal.yaml']?.replace('budget: {attempts: 6}\n', 'editor: {agent: codex, timeout: 5s}\n') ?? ''

type Logged = {
  status: string
  reason: string | null
  idea: { title: string }
  model: string | null
  tokens: number
  usd: number | null
  branch: string
}
async function runWith(
  script: string,
  words: string[] = ['--attempts', '1'],
  files: Record<string, string> = {},
  program = 'codex',
) {
  const folder = repository({ ...TINY, 'anneal.yaml': quick, ...files })
  const own = fake(script, program)
  const set = offline(own)
  const said = await anneal(folder, ['run', '--json', '--sandbox', 'off', ...words], set)
  const result = JSON.parse(said.out)
  const runs = join(folder, '.anneal', 'runs')
  const run = join(runs, readdirSync(runs)[0] ?? '')
  const journal = readFileSync(join(run, 'journal.jsonl'), 'utf8')
  const attempts: Logged[] = journal.split('\n').flatMap((line) => {
    const event = line === '' ? {} : (JSON.parse(line).event ?? JSON.parse(line))
    return event.type === 'attempt.closed' ? [event.attempt] : []
  })
  const logs = (attempt: number) => join(run, 'attempts', String(attempt))
  return { ...said, result, attempts, folder, run, logs, set: { ...set, ...own } }
}

describe('a coding agent as the editor', () => {
  it('edits the attempt’s folder; its last message gives the title, and what it used is billed', async () => {
    const { result, attempts, err, logs } = await runWith(
      'grep -q "Make the value large" || exit 9; raise 40; message "Raise the value\\\\n\\\\nMore is better."; finish',
    )
    expect(result.attempts, err).toMatchObject({ scored: 2 })
    expect(attempts[1]).toMatchObject({ idea: { title: 'Raise the value' }, tokens: 110, usd: null })
    expect(result.spent).toMatchObject({ tokens: 110, usd: null })
    expect(existsSync(join(logs(1), 'prompt.md'))).toBe(true)
  })

  it('works in a home of its own with the user’s login in it, and nothing of it is left', async () => {
    const { attempts, run, set } = await runWith(
      'test "$CODEX_HOME" = "$HOME/.codex" && grep -q "made up" "$CODEX_HOME/auth.json" && echo x > "$CODEX_HOME/auth.json" && raise 41 && finish',
    )
    expect(attempts[1]?.status).toBe('scored')
    expect(existsSync(join(run, 'work', '1'))).toBe(false)
    expect(readFileSync(join(set.HOME ?? '', '.codex', 'auth.json'), 'utf8')).toBe('{"login":"made up"}')
  })

  it('finds a throwaway repository in its folder, never the user’s', async () => {
    const { attempts, folder } = await runWith(
      'test "$(git rev-parse --show-toplevel)" = "$PWD" && test -z "$(git status --porcelain)" && raise 42 && rm -rf .git && ! git rev-parse 2>/dev/null && finish',
    )
    expect(attempts[1]?.reason).toBe(null)
    expect(git(folder, 'status', '--porcelain')).toBe('')
  })

  long('does not meet settings of the folder that it would obey, and they stay in the program', async () => {
    const { attempts, folder } = await runWith(
      'test ! -e .codex && test -z "$(git status --porcelain)" && mkdir .codex && echo mine > .codex/x && raise 44 && finish',
      ['--attempts', '1'],
      { '.codex/config.toml': 'notify = ["evil"]\n' },
    )
    expect(attempts[1]).toMatchObject({ status: 'scored', reason: null })
    const branch = attempts[1]?.branch ?? ''
    expect(git(folder, 'diff', '--name-only', 'main', branch)).toBe('solve.mjs')
    expect(git(folder, 'show', `${branch}:.codex/config.toml`)).toBe('notify = ["evil"]')
  })

  it('is handed a server that shows it this run, whatever its home and environment', async () => {
    const { folder, result, set } = await runWith(
      'for word; do case "$word" in mcp_servers*) printf %s "$word" > "${0%/*}/server";; esac; done; raise 45; finish',
    )
    const told = readFileSync(join(set.HOME, '..', 'server'), 'utf8')
    const [, command = '', args = ''] = /command=("[^"]+"),args=(\[.*?\])/.exec(told) ?? []
    const client = new Client({ name: 'test', version: '1' })
    const server = { command: z.string().parse(JSON.parse(command)), args: z.array(z.string()).parse(JSON.parse(args)) }
    await client.connect(new StdioClientTransport({ ...server, cwd: tmpdir(), env: { HOME: '/' }, stderr: 'ignore' }))
    const { content } = await client.callTool({ name: 'list_attempts', arguments: {} })
    await client.close()
    expect(JSON.stringify(content)).toContain(result.run)
    expect(git(folder, 'status', '--porcelain')).toBe('')
  })

  long('leaves a run that cannot be repeated from its records, and this is said', async () => {
    const { folder, result, set } = await runWith('raise 45; finish')
    const again = await anneal(folder, ['run', '--json', '--replay', result.run, '--sandbox', 'off'], set)
    expect(again.code).toBe(2)
    expect(JSON.parse(again.out).error.why).toContain('coding agent codex')
  })

  it('is billed by the task’s prices, and its own model is the one with the role `edit`', async () => {
    const priced = `${quick}models: [{name: big, roles: [edit], prices: {input: 1000000, output: 2000000, cached: 0}}]\n`
    const { attempts } = await runWith('echo "$*" | grep -q -- "-m big" && raise 43 && finish', ['--attempts', '1'], {
      'anneal.yaml': priced,
    })
    expect(attempts[1]).toMatchObject({ status: 'scored', model: 'big', tokens: 110, usd: 80 })
  })
})

describe('an agent that misbehaves', () => {
  const cases: [string, string, 'failed' | 'rejected', string][] = [
    ['hangs', 'raise 50; sleep 600', 'failed', 'ran past its time limit'],
    [
      'prints garbage',
      'raise 51; head -c 200000 /dev/urandom; echo; echo "{\\"type\\":"; echo "[1]"',
      'failed',
      'nothing that Anneal understands',
    ],
    [
      'prints one line without end',
      'raise 51; head -c 20000000 /dev/zero | tr "\\0" "{"',
      'failed',
      'nothing that Anneal understands',
    ],
    ['says nothing and does nothing', 'exit 0', 'failed', 'printed nothing'],
    ['says that it is done and did nothing', 'message "All done"; finish', 'rejected', 'it changed nothing'],
    ['stops half-way', 'raise 52; message "First I"', 'failed', 'without saying that it was done'],
    ['fails', 'raise 53; finish; exit 3', 'failed', 'exited with 3'],
    ['is killed', 'raise 54; kill -9 $$', 'failed', 'out of memory (SIGKILL)'],
    [
      'reports an error',
      'printf \'{"type":"turn.failed","error":{"message":"the stream broke"}}\\n\'',
      'failed',
      'the stream broke',
    ],
    ['edits what it may not', 'raise 55; echo "// mine" >> score.mjs; finish', 'rejected', 'score.mjs'],
    ['adds a file', 'raise 56; echo x > more.mjs; finish', 'rejected', 'more.mjs'],
    [
      'puts a link in place of a file',
      'rm solve.mjs; ln -s /etc/passwd solve.mjs; finish',
      'rejected',
      'not a plain file',
    ],
    ['removes its folder', 'cd /; rm -rf "$OLDPWD"; finish', 'failed', 'removed the folder'],
    [
      'puts a link in place of its folder',
      'f="$PWD"; cd /; rm -rf "$f"; ln -s /etc "$f"; finish',
      'failed',
      'removed the folder',
    ],
    [
      'throws its commit away again',
      'raise 57; git -c user.name=A -c user.email=a@b commit -qam x; git reset -q --hard HEAD~1; finish',
      'rejected',
      'it changed nothing',
    ],
  ]
  const script = `case "$ANNEAL_ATTEMPT" in\n${cases.map(([, does], index) => `${index + 1}) ${does};;`).join('\n')}\nesac`

  it('ends every attempt clearly, and the run goes on', async () => {
    const { result, attempts, code, err, folder } = await runWith(script, ['--attempts', String(cases.length)])
    expect(code, err).toBe(0)
    expect(result.attempts).toMatchObject({ total: cases.length + 1, scored: 1 })
    for (const [index, [name, , status, reason]] of cases.entries()) {
      const { status: was, reason: why } = attempts[index + 1] ?? {}
      expect([name, was, why]).toEqual([name, status, expect.stringContaining(reason)])
    }
    // Eight of them told of a call.
    expect(result.spent).toMatchObject({ usd: null, tokens: attempts.reduce((sum, { tokens }) => sum + tokens, 0) })
    expect(git(folder, 'status', '--porcelain')).toBe('')
  }, 120_000)

  it('folds commits of its own into the attempt’s one commit, and no `.git` that it leaves is an edit', async () => {
    const does = `case "$ANNEAL_ATTEMPT" in
1) raise 60; git -c user.name=A -c user.email=a@b commit -qam "My own commit"; git gc -q; finish;;
2) rm -rf .git; raise 61; finish;;
3) raise 62; mkdir deep; git init -q deep; echo "gitdir: /elsewhere" > .git.tmp; rm -rf .git; mv .git.tmp .git; finish;;
esac`
    const { attempts, folder, result } = await runWith(does, ['--attempts', '3'])
    expect(attempts.map(({ status, reason }) => [status, reason])).toEqual(Array(4).fill(['scored', null]))
    for (const { branch } of attempts.slice(1)) {
      expect(git(folder, 'log', '--format=%an', branch).split('\n')).toEqual(['Anneal', 'Test'])
      expect(git(folder, 'ls-tree', '-r', '--name-only', branch)).not.toContain('.git')
    }
    expect(result.best.score).toBe(62.5)
  })

  long.each([
    ['that is quiet', '</dev/null >/dev/null 2>&1'],
    ['that holds its output', ''],
  ])('leaves no daemon behind %s', async (_, into) => {
    const seconds = `31${Math.floor(Math.random() * 1e6)}`
    const { attempts } = await runWith(`(setsid sleep ${seconds} ${into} &); raise 63; finish`)
    expect(attempts[1]?.status).toBe('scored')
    const alive = readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false
      try {
        return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').includes(seconds)
      } catch {
        return false
      }
    })
    expect(alive).toEqual([])
  })

  long('is told on where it leaves files in its home or temp folder', async () => {
    const { logs } = await runWith('echo x > "$HOME/notes.txt"; echo y > "$TMPDIR/scratch"; raise 64; finish')
    expect(readFileSync(join(logs(1), 'left-behind.txt'), 'utf8')).toBe('home/notes.txt\ntmp/scratch\n')
  })

  long('is stopped where the run’s tokens are spent', async () => {
    const usage =
      '{"type":"message_end","message":{"role":"assistant","usage":{"input":60,"cacheRead":40,"output":10}}}'
    const { result, attempts } = await runWith(
      `raise 65; echo '${usage}'; sleep 600`,
      ['--attempts', '5', '--tokens', '100', '--editor', 'pi'],
      {},
      'pi',
    )
    expect(attempts[1]).toMatchObject({
      status: 'failed',
      tokens: 110,
      reason: expect.stringContaining('tokens are spent'),
    })
    expect(result.stopped).toBe('tokens')
  })

  it('is stopped where several at work have spent the tokens together', async () => {
    const usage = '{"type":"message_end","message":{"role":"assistant","usage":{"input":50,"cacheRead":0,"output":10}}}'
    const { result, attempts } = await runWith(
      `raise 65; echo '${usage}'; sleep 3; echo '${usage}'; sleep 600`,
      ['--attempts', '2', '--parallel', '2', '--tokens', '200', '--editor', 'pi'],
      { 'anneal.yaml': quick.replace('timeout: 5s', 'timeout: 120s') },
      'pi',
    )
    expect(attempts).toHaveLength(3)
    for (const { reason } of attempts.slice(1)) expect(reason).toContain('tokens are spent')
    expect(result.spent.tokens).toBeLessThanOrEqual(240)
  }, 200_000)

  long('is judged where it was done before the tokens were seen to be spent', async () => {
    const { result, attempts } = await runWith('raise 66; finish', ['--attempts', '5', '--tokens', '100'])
    expect(attempts[1]).toMatchObject({ status: 'scored', tokens: 110 })
    expect(result.stopped).toBe('tokens')
  })

  it('stops the run with 77 where its server refuses the login', async () => {
    const folder = repository({ ...TINY, 'anneal.yaml': quick })
    const script =
      'printf \'{"type":"turn.failed","error":{"message":"unexpected status 401 Unauthorized"}}\\n\'; exit 1'
    const { code, out } = await anneal(folder, ['run', '--json', '--sandbox', 'off'], offline(fake(script)))
    expect(code).toBe(77)
    expect(JSON.parse(out).error).toMatchObject({ what: expect.stringContaining('codex is refused') })
  })
})

describe('an agent that does not start', () => {
  it('ends the run at once, in its own words', async () => {
    const folder = repository({ ...TINY, 'anneal.yaml': quick })
    const script = 'echo "error: unexpected argument --json" >&2; exit 2'
    const { code, out } = await anneal(folder, ['run', '--json', '--sandbox', 'off'], offline(fake(script)))
    expect(code).toBe(69)
    expect(JSON.parse(out).error).toMatchObject({
      what: 'The coding agent `codex` does not start: it exited with 2.',
      why: 'error: unexpected argument --json',
    })
  })

  long('fails its attempt alone where it has worked in this run before', async () => {
    const does = 'test "$ANNEAL_ATTEMPT" = 2 && exit 2; raise "8$ANNEAL_ATTEMPT"; finish'
    const { attempts } = await runWith(does, ['--attempts', '3'])
    expect(attempts.map(({ status }) => status)).toEqual(['scored', 'scored', 'failed', 'scored'])
  })
})

describe('an agent beside a model server', () => {
  long('carries out the idea of the model that has them, and no other model is asked', async () => {
    const idea = { title: 'Go up', hypothesis: 'h', plan: 'the plan of the thinker', expected: '', cites: [] }
    const server = await startModelServer(() => JSON.stringify(idea))
    try {
      const models = 'models: [{name: thinker, roles: [ideate]}, {name: big, roles: [edit]}]\n'
      const folder = repository({ ...TINY, 'anneal.yaml': `${quick}${models}` })
      const script = 'grep -q "the plan of the thinker" || exit 9; raise 90; message "Other words"; finish'
      const set = offline({ ...fake(script), OPENAI_BASE_URL: server.url })
      const { out, err } = await anneal(folder, ['run', '--json', '--attempts', '1', '--sandbox', 'off'], set)
      expect(JSON.parse(out).best.score, err).toBe(90.5)
      expect(server.asked.map(({ model }) => model)).toEqual(['thinker'])
      expect(JSON.parse(out).spent.tokens).toBe(110 + server.served.input + server.served.output)
      const log = JSON.parse((await anneal(folder, ['log', '--json'], set)).out)
      expect(log.attempts[1]).toMatchObject({ title: 'Go up', model: 'big', editor: 'codex' })
    } finally {
      await server.close()
    }
  })
})

describe('an agent that is not there', () => {
  it('is told in plain words before anything is spent', async () => {
    const folder = repository(TINY)
    const { code, out } = await anneal(folder, ['run', '--json', '--editor', 'aider', '--sandbox', 'off'])
    expect(code).toBe(69)
    expect(JSON.parse(out).error).toMatchObject({
      what: 'The editor `aider` needs the program `aider`, which is not there.',
    })
    expect(existsSync(join(folder, '.anneal', 'runs'))).toBe(false)
  })
})

describe('an editor command', () => {
  long('takes the places of the prompt and of the folder in its words', async () => {
    const folder = repository(TINY, 'a folder’s name')
    const command = `cd / && grep -q "Make the value large" {prompt_file} && sed -i "s/value = .*/value = 70/" {worktree}/solve.mjs`
    const { out, err } = await anneal(folder, [
      'run',
      '--json',
      '--attempts',
      '1',
      '--editor-command',
      command,
      '--sandbox',
      'off',
    ])
    expect(JSON.parse(out).best.score, err).toBe(70.5)
  })

  it('never reaches the user’s repository with Git', async () => {
    const folder = repository(TINY)
    writeFileSync(join(folder, 'solve.mjs'), 'mine, not committed\n')
    const command = 'git checkout -q . ; git stash -q ; git commit -qam x ; sed -i "s/value = .*/value = 71/" solve.mjs'
    const { out, err } = await anneal(folder, [
      'run',
      '--json',
      '--attempts',
      '1',
      '--editor-command',
      command,
      '--sandbox',
      'off',
    ])
    expect(JSON.parse(out).best.score, err).toBe(71.5)
    expect(readFileSync(join(folder, 'solve.mjs'), 'utf8')).toBe('mine, not committed\n')
  })
})
