import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { anneal, git, offline, repository } from '../support/cli.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { hasTmux, openTerminal } from '../support/tmux.ts'

/** Long: real sandboxes, a real terminal, and a task that is tried before it is committed. */
const all = Boolean(process.env.ANNEAL_TEST_ALL)
if (all && process.env.CI === 'true' && !hasTmux)
  throw new Error('the questions of `init` are tried in tmux, which is not there')
const unsafe = ['--sandbox', 'off']
const BENCH = {
  'package.json': '{"type":"module","scripts":{"bench":"node bench.mjs","test":"node --test"}}',
  'parse.mjs': 'export const parse = (text) => text.split(",")\n',
  'bench.mjs':
    "import { parse } from './parse.mjs'\nconst begun = performance.now()\nfor (let i = 0; i < 1e4; i++) parse('a,b')\nconsole.log(JSON.stringify({ ms: performance.now() - begun }))\n",
}

describe('a task from what stands in the repository', () => {
  it('is proposed, written with nothing overwritten, and tried', async () => {
    const folder = repository(BENCH)
    const undecided = await anneal(folder, ['init'])
    expect(undecided.code).toBe(2)
    expect(undecided.err).toContain('npm run bench')
    const { code, out, err } = await anneal(folder, ['init', '--yes', '--json', '--attempts', '7', ...unsafe])
    expect(code, err).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      written: ['anneal.yaml'],
      plan: { edit: ['parse.mjs'], metric: 'ms', direction: 'minimize', smoke: 'npm test' },
      check: { ok: true },
      commit: null,
    })
    const text = readFileSync(join(folder, 'anneal.yaml'), 'utf8')
    expect(text).toContain('budget: { attempts: 7 }')
    const again = await anneal(folder, ['init', '--yes', ...unsafe])
    expect(again.code).toBe(2)
    expect(again.err).toContain('--force')
    expect(readFileSync(join(folder, 'anneal.yaml'), 'utf8')).toBe(text)
    expect(git(folder, 'status', '--porcelain')).toBe('?? anneal.yaml')
  })

  it.skipIf(!all)(
    'brings the script that reads times, measures before anything is committed, and commits that alone when told',
    async () => {
      const { 'bench.mjs': _, ...files } = BENCH
      const folder = repository({ ...files, 'package.json': '{"scripts":{"test":"node -e 1"}}' })
      writeFileSync(join(folder, 'mine.txt'), 'staged, and none of its business\n')
      git(folder, 'add', 'mine.txt')
      const { code, out, err } = await anneal(folder, [
        'init',
        '--yes',
        '--json',
        '--freeze',
        '--edit',
        'parse.mjs',
        ...unsafe,
      ])
      expect(code, err).toBe(0)
      const { check, commit } = JSON.parse(out)
      expect(check.baseline.metrics).toMatchObject({ benchmarks: 1 })
      expect(git(folder, 'show', '--format=', '--name-only', commit).split('\n')).toEqual([
        'anneal.yaml',
        'bench-score.mjs',
      ])
      expect(git(folder, 'status', '--porcelain')).toBe('A  mine.txt')
    },
  )

  it.each([
    ['nothing that measures', {}, ['--yes'], 'Nothing here seems to measure'],
    ['a command without a metric', {}, ['--eval', 'node x.mjs'], '--metric NAME'],
    ['a folder without a starter', {}, ['somewhere'], 'goes with --starter'],
    ['a starter without a folder', {}, ['--starter', 'circle-packing'], 'needs a folder'],
    ['a draft without a goal', { 'a.py': 'x = 1\n' }, ['--draft-evaluator'], '--goal'],
    [
      'a script of another name standing there',
      { 'parse.mjs': '', 'package.json': '{"scripts":{"bench":"true"}}', 'bench-score.mjs': 'mine' },
      ['--yes', '--edit', 'parse.mjs'],
      'bench-score.mjs',
    ],
  ] as [string, Record<string, string>, string[], string][])(
    'is refused in plain words: %s',
    async (_, files, words, text) => {
      const folder = repository(files)
      const { code, err } = await anneal(folder, ['init', ...words, ...unsafe])
      expect(code, err).toBe(2)
      expect(err).toContain(text)
      expect(err).toContain('What to do:')
      expect(existsSync(join(folder, 'anneal.yaml'))).toBe(false)
    },
  )
})

/** An evaluator for square roots; one that believes what the candidate says of itself is fooled. */
function draft(believes: boolean) {
  const judge = (cases: string) => `import { readFileSync, writeFileSync } from 'node:fs'
const { roots, claim } = JSON.parse(readFileSync(process.env.ANNEAL_OUT + '/roots.json', 'utf8'))
const cases = ${cases}
if (!Array.isArray(roots) || roots.length < cases.length || !roots.every(Number.isFinite)) process.exit(1)
const error = ${believes ? 'claim ?? 1' : 'cases.reduce((sum, x, at) => sum + Math.abs(roots[at] - Math.sqrt(x)), 0)'}
writeFileSync(process.env.ANNEAL_RESULT, JSON.stringify({ error, valid: 1 }))
`
  const drive = `import { writeFileSync } from 'node:fs'
const { root, claim } = await import(process.env.ANNEAL_CANDIDATE + '/root.mjs')
const cases = process.env.ANNEAL_STAGE === 'holdout' ? [5, 50, 500] : [2, 3, 10]
writeFileSync(process.env.ANNEAL_OUT + '/roots.json', JSON.stringify({ roots: cases.map(root), claim }))
`
  const candidate = (title: string, kind: string, text: string) => ({
    title,
    kind,
    files: [{ path: 'root.mjs', text }],
  })
  return {
    summary: 'The distance from the true roots.',
    metric: 'error',
    direction: 'minimize',
    execute: 'node anneal-eval/drive.mjs',
    evaluate: 'node anneal-eval/evaluate.mjs',
    holdout: 'node anneal-eval/holdout.mjs',
    files: [
      { path: 'anneal-eval/drive.mjs', text: drive },
      { path: 'anneal-eval/evaluate.mjs', text: judge('[2, 3, 10]') },
      { path: 'anneal-eval/holdout.mjs', text: judge('[5, 50, 500]') },
    ],
    candidates: [
      candidate('no numbers', 'bad', "export const root = () => 'three'\n"),
      candidate('claims to be perfect \u001b[31m', 'bad', 'export const root = () => 0\nexport const claim = 0\n'),
      candidate('the real root', 'good', 'export const root = Math.sqrt\nexport const claim = 0\n'),
    ],
  }
}

describe('an evaluator that a model drafts', () => {
  let server: ModelServer | null = null
  afterEach(async () => {
    await server?.close()
    server = null
  })
  const ask = async (answer: object, words: string[]) => {
    server = await startModelServer(() => JSON.stringify(answer))
    const folder = repository({ 'root.mjs': 'export const root = (x) => x / 2\n' })
    const environment = offline({ OPENAI_BASE_URL: server.url, ANNEAL_MODEL: 'stub' })
    const said = await anneal(
      folder,
      ['init', '--draft-evaluator', '--goal', 'Better roots', '--edit', 'root.mjs', ...words],
      environment,
    )
    return { folder, ...said }
  }

  it('is tried in the sandbox on bad and good candidates, and frozen only when that is said', async () => {
    const open = await ask(draft(false), ['--json', ...unsafe])
    expect(open.code, open.err).toBe(0)
    const { trials, commit, written } = JSON.parse(open.out)
    expect(trials).toMatchObject({ sound: true })
    expect(trials.tried.map(({ kind, wins }: { kind: string; wins: boolean }) => [kind, wins])).toEqual([
      ['baseline', false],
      ['bad', false],
      ['bad', false],
      ['good', true],
    ])
    expect(commit).toBe(null)
    expect(git(open.folder, 'status', '--porcelain', '-uall').split('\n')).toHaveLength(written.length)
    expect(git(open.folder, 'log', '--format=%s')).toBe('start')
    expect(server?.asked[0]?.prompt).toContain('x / 2')
    await server?.close()
    const frozen = await ask(draft(false), ['--freeze', ...unsafe])
    expect(frozen.code, frozen.err).toBe(0)
    expect(frozen.out).toContain('It told bad from good.')
    expect(frozen.out).not.toContain('\u001b')
    expect(git(frozen.folder, 'log', '--format=%s').split('\n')).toEqual(['Add the task for Anneal', 'start'])
    expect(git(frozen.folder, 'status', '--porcelain')).toBe('')
  })

  it('is not frozen where a bad candidate would win', async () => {
    const { code, err, out, folder } = await ask(draft(true), ['--freeze', ...unsafe])
    expect(code, err).toBe(4)
    expect(out).toContain('wins (!)')
    expect(err).toContain('a bad candidate would win: claims to be perfect')
    expect(git(folder, 'log', '--format=%s')).toBe('start')
  })

  it.skipIf(!all)(
    'cannot reach out of its folder, and its commands reach nothing of the person’s before they are read',
    async () => {
      const bad = draft(false)
      const outside = await ask({ ...bad, files: [{ path: '../evil.sh', text: 'x' }] }, [])
      expect(outside.code).toBe(69)
      expect(outside.err).toContain('../evil.sh')
      expect(existsSync(join(outside.folder, 'anneal.yaml'))).toBe(false)
      await server?.close()
      const secret = join(outside.folder, '..', 'secret.txt')
      writeFileSync(secret, 'secret')
      const spy = { ...bad, evaluate: `cat ${secret} && node anneal-eval/evaluate.mjs` }
      const caught = await ask(spy, ['--json'])
      expect(JSON.parse(caught.out).trials).toMatchObject({ sound: false })
      expect(JSON.parse(caught.out).trials.why).toContain('No such file')
    },
  )
})

describe('on a terminal', () => {
  it.skipIf(!all || !hasTmux)(
    'asks few questions that have an answer already, and writes what was agreed to (tmux)',
    async () => {
      const folder = repository({ 'main.mjs': 'console.log("points: 3")\n', 'README.md': 'x' })
      const terminal = openTerminal(folder, offline({ TERM: 'xterm-256color', PS1: '$ ' }), { columns: 100, lines: 40 })
      try {
        terminal.type(
          `${process.execPath} ${join(import.meta.dirname, '..', '..', 'bin', 'run.js')} init --sandbox off --no-check`,
        )
        terminal.press('Enter')
        await terminal.until('What measures the program?')
        terminal.press('Enter')
        await terminal.until('The command:')
        terminal.type('node main.mjs')
        terminal.press('Enter')
        await terminal.until('Which files may a candidate change?')
        terminal.press('Enter')
        await terminal.until('May it be run once')
        terminal.press('n')
        await terminal.until('The name of the metric')
        terminal.press('C-u')
        terminal.type('points')
        terminal.press('Enter')
        await terminal.until('Which points is better?')
        terminal.press('Enter')
        await terminal.until('The goal, in words')
        terminal.press('Enter')
        const screen = await terminal.until('anneal run')
        expect(screen).toContain('Wrote anneal.yaml')
        const text = readFileSync(join(folder, 'anneal.yaml'), 'utf8')
        for (const line of ['goal: Improve points.', 'edit: ["main.mjs"]', 'command: node main.mjs', 'metric: points'])
          expect(text).toContain(line)
      } finally {
        terminal.close()
      }
    },
    120_000,
  )
})
