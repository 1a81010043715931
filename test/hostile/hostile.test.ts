import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Attempt } from '../../src/records/attempt.ts'
import { anneal, git, offline, repository, start } from '../support/cli.ts'
import { editorOf, SEPARATE, SHARED, tricksIn } from './task.ts'

const all = Boolean(process.env.ANNEAL_TEST_ALL)
const missing = ['bwrap', 'python3', 'g++', 'node'].filter((name) => spawnSync('which', [name]).status !== 0)
const why = !all ? 'long: npm run test:all' : missing.length > 0 ? `needs ${missing.join(', ')}` : ''
if (all && missing.length > 0 && process.env.CI) throw new Error(`the hostile suite needs ${missing.join(', ')}`)

const PORT = 47_111
const TRACE = '/tmp/anneal-hostile-trace'
const NOTE = '/tmp/anneal-hostile-note'
const KEY = 'sk-canary-5f1d7c0e9a2b4386'

type Told = Pick<Attempt, 'attempt' | 'status' | 'score' | 'reason'> & { signs?: string[] }

/** Lets every trick of a folder be an attempt of one run through the real command line, and gives what became of each. */
async function attack(files: Record<string, string>, kind: 'candidates' | 'shared') {
  const folder = join(import.meta.dirname, kind)
  const tricks = tricksIn(folder)
  const place = mkdtempSync(join(tmpdir(), 'anneal-hostile-'))
  const home = join(place, 'home')
  mkdirSync(join(home, '.ssh'), { recursive: true })
  writeFileSync(join(home, '.ssh', 'id_canary'), KEY)
  const target = repository(files)
  const before = git(target, 'for-each-ref')
  const command = editorOf(folder, tricks, place, kind === 'shared')
  const { child, ended } = start(
    target,
    ['run', '--attempts', String(tricks.length), '--editor-command', command, '--parallel', '2', '--json'],
    offline({ HOME: home, OPENAI_API_KEY: KEY, CANARY_HOME: home }),
  )
  let most = 0
  const watch = setInterval(() => {
    const status = existsSync(`/proc/${child.pid}/status`) ? readFileSync(`/proc/${child.pid}/status`, 'utf8') : ''
    most = Math.max(most, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0))
  }, 200)
  const said = await ended
  clearInterval(watch)
  const attempts: Told[] = JSON.parse((await anneal(target, ['log', '--json'])).out).attempts
  const told = new Map(tricks.map((name, index) => [name, attempts.find(({ attempt }) => attempt === index + 1)]))
  const table = tricks.map((name) => {
    const one = told.get(name)
    return `${name.padEnd(32)} ${String(one?.status).padEnd(9)} ${String(one?.score ?? '').padEnd(6)} ${(one?.reason ?? '').replace(/\s+/g, ' ').slice(0, 90)}`
  })
  console.log(`\n${kind}: ${tricks.length} tricks\n${table.join('\n')}\n`)
  return {
    said,
    target,
    before,
    attempts,
    tricks,
    told,
    mostMegabytes: most / 1024,
    runs: join(target, '.anneal', 'runs'),
  }
}

function grep(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text))
}

const alive = () => spawnSync('pgrep', ['-f', 'sleep 4711'], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean)

describe.skipIf(why !== '')(`hostile candidates ${why && `(skipped: ${why})`}`, () => {
  let server: Server
  let calls = 0
  beforeAll(async () => {
    execFileSync('rm', ['-f', TRACE, NOTE])
    server = createServer(() => calls++)
    await new Promise<void>((resolve) => server.listen(PORT, '127.0.0.1', resolve))
  })
  afterAll(() => server.close())

  it('in a process of their own get no score that they did not earn, outlive no step and leave no trace', async () => {
    const { said, target, before, attempts, tricks, told, mostMegabytes, runs } = await attack(SEPARATE, 'candidates')
    expect(said.code, said.out + said.err).toBe(0)
    expect(attempts.map(({ attempt }) => attempt).toSorted((a, b) => a - b)).toEqual([
      ...Array(tricks.length + 1).keys(),
    ])
    const honest = attempts[0]?.score ?? Number.NaN
    expect(honest).toBe(0.125)
    for (const name of tricks) {
      const one = told.get(name)
      expect(one, name).toBeDefined()
      if (one?.score != null) expect(one.score, name).toBeLessThanOrEqual(honest)
      if (one?.status !== 'scored') expect(one?.reason, name).toBeTruthy()
    }
    expect(JSON.parse(said.out).best.attempt).toBe(0)

    expect(alive()).toEqual([])
    expect(calls).toBe(0)
    for (const trace of [TRACE, NOTE, '/anneal-hostile-trace', '/usr/local/bin/python3.evil', '/etc/ld.so.preload'])
      expect(existsSync(trace), trace).toBe(false)
    expect(grep(runs, 'LEAK').filter((path) => path.endsWith('.log'))).toEqual([])
    expect(grep(runs, KEY)).toEqual([])

    expect(git(target, 'status', '--porcelain')).toBe('')
    const refs = git(target, 'for-each-ref').split('\n')
    expect(refs.filter((line) => !/refs\/(heads\/anneal\/|notes\/anneal)/.test(line)).join('\n')).toBe(before)
    expect(git(target, 'fsck', '--no-dangling')).toBe('')
    expect(readdirSync(join(runs, readdirSync(runs)[0] ?? ''))).not.toContain('work/0')
    expect(said.err).not.toContain('\u001b')
    expect(said.err).not.toMatch(/^::/m)
    expect(mostMegabytes).toBeLessThan(700)
  }, 600_000)

  it('in the process of a signed evaluator get no crown, and are seen', async () => {
    const { said, attempts, tricks, told } = await attack(SHARED, 'shared')
    expect(said.code, said.out + said.err).toBe(0)
    const honest = attempts[0]?.score ?? Number.NaN
    expect(honest).toBe(0.125)
    const result = JSON.parse(said.out)
    expect(result.best.confirmed).toBe(false)
    expect(result.best.attempt).toBe(0)
    // What reads its caller's memory gets a score in this process; the hold-out, in another, keeps the crown from it.
    for (const name of tricks.filter((one) => one !== 'read-the-callers-memory.py'))
      expect(told.get(name)?.score ?? 0, name).toBeLessThanOrEqual(honest)
    expect(alive()).toEqual([])
  }, 200_000)
})
