import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { anneal, git, offline, repository, start, TINY } from '../support/cli.ts'

const unsafe = ['--sandbox', 'off']

describe('the main job with no model', () => {
  it('improves a program and leaves the user’s branch, index and files alone', async () => {
    const folder = repository(TINY)
    writeFileSync(join(folder, 'notes.txt'), 'not committed\n')
    const before = [
      git(folder, 'status', '--porcelain'),
      git(folder, 'rev-parse', 'HEAD'),
      git(folder, 'config', '--list', '--local'),
    ]
    const { code, out, err } = await anneal(folder, ['run', '--json', '--attempts', '12', ...unsafe])
    expect(code, err).toBe(0)
    const result = JSON.parse(out)
    expect(result).toMatchObject({
      status: 'done',
      stopped: 'attempts',
      baseline: { score: 3.5 },
      attempts: { total: 13 },
    })
    expect(result.best.score).toBeGreaterThan(3.5)
    expect(result.best.confirmed).toBe(true)
    expect(err).toContain('uncommitted changes')
    expect([
      git(folder, 'status', '--porcelain'),
      git(folder, 'rev-parse', 'HEAD'),
      git(folder, 'config', '--list', '--local'),
    ]).toEqual(before)
    expect(git(folder, 'rev-parse', result.best.branch)).toBe(result.best.commit)
    expect(JSON.parse(git(folder, 'notes', '--ref=anneal', 'show', result.best.commit)).score).toBe(result.best.score)
    expect(git(folder, 'log', '-1', '--format=%(trailers:key=Anneal-Attempt,valueonly)', result.best.branch)).toBe(
      String(result.best.attempt),
    )
    expect(git(folder, 'fsck', '--no-dangling')).toBe('')
  })

  it('shows, logs, diffs and applies what it found', async () => {
    const folder = repository(TINY)
    const run = JSON.parse((await anneal(folder, ['run', '--json', '--attempts', '12', ...unsafe])).out)
    const status = JSON.parse((await anneal(folder, ['status', '--json'])).out)
    expect(status).toEqual(run)
    const log = JSON.parse((await anneal(folder, ['log', '--json'])).out)
    expect(log.attempts.map(({ attempt }: { attempt: number }) => attempt)).toEqual([...Array(13).keys()])
    const show = JSON.parse((await anneal(folder, ['show', '--json'])).out)
    expect(show.score).toBe(run.best.score)
    const diff = JSON.parse((await anneal(folder, ['diff', '--json'])).out)
    expect(diff.diff).toContain('solve.mjs')
    expect((await anneal(folder, ['log'])).out).toContain('baseline')
    const look = await anneal(folder, ['apply', '--dry-run'])
    expect(look.code, look.err).toBe(0)
    for (const told of [
      `attempt    ${run.best.attempt} of ${run.run}`,
      'solve.mjs  +',
      'of the baseline',
      'Nothing was done',
    ])
      expect(look.out).toContain(told)
    const patch = await anneal(folder, ['apply', '--patch', '-'])
    expect(patch.out).toContain('diff --git a/solve.mjs b/solve.mjs')
    expect(git(folder, 'status', '--porcelain')).toBe('')
    const applied = await anneal(folder, ['apply', '--json'])
    expect(applied.code, applied.err).toBe(0)
    expect(readFileSync(join(folder, 'solve.mjs'), 'utf8')).toBe(
      `${git(folder, 'show', `${run.best.branch}:solve.mjs`)}\n`,
    )
    expect(git(folder, 'status', '--porcelain')).toBe('')
  })

  it('goes on after kill -9 with every attempt once', async () => {
    const folder = repository(TINY)
    const { child, ended } = start(folder, ['run', '--json', '--attempts', '14', ...unsafe])
    const runs = join(folder, '.anneal', 'runs')
    for (let tries = 0; tries < 400; tries++) {
      await wait(25)
      const name = existsSync(runs) ? readdirSync(runs).find((one) => !one.startsWith('.')) : undefined
      const journal = name === undefined ? '' : join(runs, name, 'journal.jsonl')
      if (journal !== '' && existsSync(journal) && readFileSync(journal, 'utf8').split('"attempt.closed"').length > 4)
        break
    }
    child.kill('SIGKILL')
    expect((await ended).signal).toBe('SIGKILL')
    const { code, out, err } = await anneal(folder, ['resume', '--json', ...unsafe])
    expect(code, err).toBe(0)
    expect(JSON.parse(out).attempts.total).toBe(15)
    const log = JSON.parse((await anneal(folder, ['log', '--json'])).out)
    expect(log.attempts.map(({ attempt }: { attempt: number }) => attempt)).toEqual([...Array(15).keys()])
    expect(existsSync(join(runs, log.run, 'work', '1'))).toBe(false)
    expect(git(folder, 'fsck', '--no-dangling')).toBe('')
  })

  it('stops on SIGTERM within five seconds and can be resumed with more attempts', async () => {
    const folder = repository({
      ...TINY,
      'solve.mjs': `await new Promise((done) => setTimeout(done, 300))\n${TINY['solve.mjs']}`,
    })
    const { child, ended } = start(folder, ['run', '--json', '--attempts', '50', ...unsafe])
    await wait(2500)
    const asked = performance.now()
    child.kill('SIGTERM')
    const { code, out } = await ended
    expect(performance.now() - asked).toBeLessThan(5000)
    expect(code).toBe(143)
    expect(JSON.parse(out).status).toBe('interrupted')
    const again = await anneal(folder, ['resume', '--json', '--attempts', '3', ...unsafe])
    expect(again.code, again.err).toBe(0)
  })

  it('refuses a second process on one run', async () => {
    const folder = repository({
      ...TINY,
      'solve.mjs': `await new Promise((done) => setTimeout(done, 500))\n${TINY['solve.mjs']}`,
    })
    const { child, ended } = start(folder, ['run', '--attempts', '50', ...unsafe])
    const runs = join(folder, '.anneal', 'runs')
    for (
      let tries = 0;
      tries < 200 && !(existsSync(runs) && readdirSync(runs).some((name) => existsSync(join(runs, name, 'lock'))));
      tries++
    )
      await wait(25)
    const second = await anneal(folder, ['resume', ...unsafe])
    expect(second.code, second.err).toBe(75)
    child.kill('SIGKILL')
    await ended
  })
})

describe('an editor command', () => {
  it('edits the attempt’s folder, with the prompt at hand', async () => {
    const folder = repository(TINY)
    const command = `grep -q "Make the value large" "$ANNEAL_PROMPT" && sed -i "s/value = .*/value = 40$ANNEAL_ATTEMPT/" solve.mjs && echo "Raise the value"`
    const { code, out, err } = await anneal(folder, [
      'run',
      '--json',
      '--attempts',
      '2',
      '--editor-command',
      command,
      ...unsafe,
    ])
    expect(code, err).toBe(0)
    expect(JSON.parse(out).best.score).toBe(402.5)
    expect(JSON.parse((await anneal(folder, ['log', '--json'])).out).attempts[1].title).toBe('Raise the value')
  })

  it('is rejected where it changes what it may not, and failed where it fails', async () => {
    const folder = repository(TINY)
    const outside = await anneal(folder, [
      'run',
      '--json',
      '--attempts',
      '1',
      '--editor-command',
      'echo x >> score.mjs',
      ...unsafe,
    ])
    expect(JSON.parse(outside.out).attempts).toMatchObject({ rejected: 1 })
    const log = JSON.parse((await anneal(folder, ['log', '--json'])).out)
    expect(log.attempts[1]).toMatchObject({ status: 'rejected', score: null, branch: null })
    expect(log.attempts[1].reason).toContain('score.mjs')
    const failing = await anneal(folder, ['run', '--json', '--attempts', '1', '--editor-command', 'exit 3', ...unsafe])
    expect(JSON.parse(failing.out).attempts).toMatchObject({ failed: 1 })
    const link = await anneal(folder, [
      'run',
      '--json',
      '--attempts',
      '1',
      '--editor-command',
      'rm solve.mjs; ln -s /etc/passwd solve.mjs',
      ...unsafe,
    ])
    expect(JSON.parse(link.out).attempts).toMatchObject({ rejected: 1 })
    const nothing = await anneal(folder, ['run', '--json', '--attempts', '1', '--editor-command', 'true', ...unsafe])
    expect(JSON.parse(nothing.out).attempts).toMatchObject({ rejected: 1 })
  })
})

describe('repositories', () => {
  const run = (folder: string) => anneal(folder, ['run', '--json', '--attempts', '2', ...unsafe])

  it('works in a path with spaces and non-ASCII names, on a detached HEAD', async () => {
    const folder = repository({ ...TINY, 'dätei ☃.txt': 'x' }, 'mein örtchen 1')
    git(folder, 'checkout', '-q', '--detach')
    const { code, err } = await run(folder)
    expect(code, err).toBe(0)
  })

  it('works in a shallow clone', async () => {
    const origin = repository(TINY)
    git(origin, 'commit', '-q', '--allow-empty', '-m', 'second')
    git(origin, 'clone', '-q', '--depth', '1', `file://${origin}`, '../shallow')
    const { code, err } = await run(join(origin, '..', 'shallow'))
    expect(code, err).toBe(0)
  })

  it('says that a submodule is not exported, and works', async () => {
    const inner = repository({ 'x.txt': 'x' })
    const folder = repository(TINY)
    git(folder, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'third-party')
    // Its name comes from the repository, and may be meant for the terminal.
    git(folder, 'mv', 'third-party', 'third-party\u001b[2J')
    git(folder, 'commit', '-q', '-m', 'submodule')
    const { code, err } = await run(folder)
    expect(code, err).toBe(0)
    expect(err).toContain('third-party')
    expect(err).not.toContain('\u001b')
  }, 120_000)

  it('never runs the repository’s hooks, filters and file-system monitor', async () => {
    const folder = repository({ ...TINY, '.gitattributes': '* filter=evil\n' })
    const trace = join(folder, '..', 'ran')
    for (const hook of ['post-checkout', 'reference-transaction', 'pre-commit', 'post-index-change'])
      writeFileSync(join(folder, '.git', 'hooks', hook), `#!/bin/sh\ntouch '${trace}'\n`, { mode: 0o755 })
    for (const [key, value] of [
      ['filter.evil.clean', `touch '${trace}'; cat`],
      ['filter.evil.smudge', `touch '${trace}'; cat`],
      ['core.fsmonitor', `touch '${trace}'`],
    ] as const)
      git(folder, 'config', key, value)
    const { code, err } = await run(folder)
    expect(code, err).toBe(0)
    expect(existsSync(trace)).toBe(false)
  })

  it.each([
    ['with no commit', (folder: string) => git(folder, 'update-ref', '-d', 'HEAD'), 'no commit yet'],
    ['that is none', (folder: string) => git(folder, 'config', 'core.bare', 'true'), 'bare repository'],
  ])('refuses a repository %s in plain words', async (_, spoil, words) => {
    const folder = repository(TINY)
    spoil(folder)
    const { code, out } = await run(folder)
    expect(code).toBe(2)
    expect(JSON.parse(out).error.what).toContain(words)
    expect(JSON.parse(out).error.fix).not.toBe('')
  })
})

describe('bad requests', () => {
  const cases: [string, Record<string, string>, string[], number, string][] = [
    ['an unknown key', { 'anneal.yaml': `${TINY['anneal.yaml']}budgets: 3\n` }, [], 2, 'did you mean "budget"'],
    [
      'a missing metric',
      { 'anneal.yaml': 'goal: x\nedit: [solve.mjs]\nevaluate: {command: node score.mjs, direction: maximize}\n' },
      [],
      2,
      'evaluate.metric is missing',
    ],
    ['broken YAML', { 'anneal.yaml': 'goal: [x\n' }, [], 2, 'not valid YAML'],
    ['an edit glob that matches nothing', {}, ['--edit', 'nowhere/*.py'], 2, 'matches no file'],
    ['an evaluator that fails on the baseline', { 'score.mjs': 'process.exit(3)\n' }, [], 4, 'exited with 3'],
    ['an evaluator that gives NaN', { 'score.mjs': 'console.log("value: NaN")\n' }, [], 4, 'not a number'],
    [
      'an evaluator that candidates may change',
      {},
      ['--edit', '*.mjs', '--sealed', 'anneal.yaml'],
      2,
      'which candidates may change',
    ],
    ['an editor that needs a server', {}, ['--editor', 'model'], 69, 'OPENAI_API_KEY'],
    ['an unknown flag', {}, ['--frobnicate'], 2, 'frobnicate'],
  ]
  it.each(cases)('%s is told in plain words before anything is spent', async (_, files, words, exit, text) => {
    const folder = repository({ ...TINY, ...files })
    const { code, err } = await anneal(folder, ['run', ...words, ...unsafe], offline())
    expect(err).toContain(text)
    expect(err).not.toContain('    at ')
    expect(code).toBe(exit)
  })
})
