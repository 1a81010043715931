import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { AnnealError, type Heard, resume, run } from '../src/anneal.ts'
import { git, offline, repository, TINY } from './support/cli.ts'

const ROOT = join(import.meta.dirname, '..')
// The library reads the environment of its process: no model server, and a data folder of the test's own.
process.env = offline()

const own = { sandboxOff: true }
const offlineTask = { editor: 'genetic', memory: 'off' } as const

describe('the library', () => {
  test('runs the loop, tells every event, and gives the run’s document', async () => {
    const folder = repository(TINY)
    const heard: Heard[] = []
    const notes: string[] = []
    const result = await run({
      folder,
      own,
      task: { ...offlineTask, budget: { attempts: 4, time: undefined }, search: { seed: 7 } },
      onEvent: (event) => heard.push(event),
      onNote: (text) => notes.push(text),
    })
    expect(result).toMatchObject({
      status: 'done',
      stopped: 'attempts',
      baseline: { score: 3.5 },
      attempts: { total: 5 },
    })
    expect(git(folder, 'branch', '--list', `anneal/${result.run}/*`).split('\n').length).toBeGreaterThan(1)
    expect(heard[0]).toMatchObject({ type: 'run.started', start: { task: { search: { seed: 7, parallel: 1 } } } })
    expect(heard.filter(({ type }) => type === 'attempt.closed')).toHaveLength(5)
    expect(heard.at(-1)).toEqual({ type: 'run.stopped', stopped: 'attempts' })
    expect(notes.join('\n')).toContain('The sandbox is off')

    const more = await resume({ folder, own, budget: { attempts: 6 } })
    expect(more).toMatchObject({ run: result.run, attempts: { total: 7 } })
  })

  test('stops at once when its signal is aborted, and goes on later', async () => {
    const folder = repository(TINY)
    const stop = new AbortController()
    const result = await run({
      folder,
      own,
      task: { ...offlineTask, budget: { attempts: 50 } },
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === 'attempt.closed' && event.attempt.attempt === 2) stop.abort()
      },
    })
    expect(result).toMatchObject({ status: 'interrupted', attempts: { total: 3 } })
    expect(await resume({ folder, own, budget: { attempts: 3 } })).toMatchObject({
      status: 'done',
      attempts: { total: 4 },
    })
  })

  test('throws an AnnealError that says what, why and how to mend it', async () => {
    const folder = repository({ 'a.txt': '1\n' })
    const fault = await run({ folder, own, task: { goal: 'x', edit: ['a.txt'] } }).catch((thrown: unknown) => thrown)
    expect(fault).toBeInstanceOf(AnnealError)
    expect(fault).toMatchObject({ exit: 2, why: expect.stringContaining('evaluate is missing') })
    await expect(resume({ folder, own })).rejects.toThrow('There is no run')
    const budget = { attempts: -1 }
    await expect(resume({ folder, own, budget })).rejects.toThrow('budget.attempts')
  })
})

const all = Boolean(process.env.ANNEAL_TEST_ALL)

test.skipIf(!all)(
  'the packed package serves a program of the user’s: its types hold and the example runs (only with ANNEAL_TEST_ALL)',
  () => {
    const place = mkdtempSync(join(tmpdir(), 'anneal-library-'))
    const modules = join(place, 'node_modules')
    mkdirSync(modules)
    const packed = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', place], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    execFileSync('tar', ['-xzf', join(place, packed.trim().split('\n').at(-1) ?? ''), '-C', place])
    cpSync(join(place, 'package'), join(modules, 'anneal'), { recursive: true })
    for (const name of readdirSync(join(ROOT, 'node_modules')))
      if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
    writeFileSync(join(place, 'package.json'), '{"type": "module"}\n')
    cpSync(join(ROOT, 'examples', 'improve.ts'), join(place, 'improve.ts'))

    const options = { module: 'nodenext', target: 'es2024', strict: true, noEmit: true, types: ['node'] }
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['improve.ts'] }))
    const types = spawnSync(
      process.execPath,
      [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.', '--skipLibCheck'],
      { cwd: place, encoding: 'utf8' },
    )
    expect(types.stdout + types.stderr).toBe('')

    const folder = repository(TINY)
    const said = spawnSync(process.execPath, ['improve.ts', folder, '3'], {
      cwd: place,
      encoding: 'utf8',
      env: offline(),
    })
    expect(said.status, said.stderr).toBe(0)
    expect(said.stdout).toMatch(/^3 of 3: /m)
    expect(said.stdout).toMatch(/^\w+-\w+-\w+: 3.5 to \d/m)

    const wrong = spawnSync(process.execPath, ['improve.ts', place], { cwd: place, encoding: 'utf8', env: offline() })
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toContain('is not in a git repository')
  },
  120_000,
)
