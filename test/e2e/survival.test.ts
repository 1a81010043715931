import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seeded } from '../../src/records/random.ts'
import { anneal, git, offline, repository, start, TINY } from '../support/cli.ts'
import { type Asked, type ModelServer, type Reply, startModelServer } from '../support/model-server.ts'

const all = Boolean(process.env.ANNEAL_TEST_ALL)
const unsafe = ['--sandbox', 'off']
const ATTEMPTS = 3
/** More durable steps than a run of three attempts takes. */
const FAR = 200

type Told = {
  attempt: number
  status: string
  score: number | null
  tokens: number
  parents: number[]
  branch: string | null
  commit: string | null
}

/** A model whose replies are a function of the prompt, so that a run that was stopped ends as one that was not. */
function steady({ system, prompt }: Asked): Reply {
  if (system.startsWith('You improve'))
    return JSON.stringify({ title: `Idea ${prompt.length % 7}`, hypothesis: 'h', plan: 'p', expected: 'e', cites: [] })
  if (system.startsWith('You distil'))
    return JSON.stringify({ kind: 'fact', when: 'always', advice: 'Raise it.', confidence: 0.5 })
  const line = /const value = ([\d.]+)/.exec(prompt)
  return `solve.mjs\n<<<<<<< SEARCH\n${line?.[0]}\n=======\nconst value = ${Number(line?.[1]) + 1}\n>>>>>>> REPLACE\n`
}

let server: ModelServer
beforeAll(async () => {
  server = await startModelServer(steady)
})
afterAll(() => server.close())

const environment = (fault?: string) =>
  offline({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'made-up', ...(fault ? { ANNEAL_FAULT: fault } : {}) })
const run = (folder: string, fault?: string) =>
  anneal(folder, ['run', '--attempts', String(ATTEMPTS), '--model', 'm', '--json', ...unsafe], environment(fault))
const resume = (folder: string, fault?: string, more: string[] = []) =>
  anneal(folder, ['resume', '--json', ...unsafe, ...more], environment(fault))
const runsOf = (folder: string) => {
  const place = join(folder, '.anneal', 'runs')
  return existsSync(place) ? readdirSync(place).filter((name) => !name.startsWith('.')) : []
}

/** Holds a finished run against all that must be true of it, however often it was stopped. */
async function holds(folder: string, attempts: number): Promise<Told[]> {
  const [name] = runsOf(folder)
  const log: Told[] = JSON.parse((await anneal(folder, ['log', '--json'])).out).attempts
  const status = JSON.parse((await anneal(folder, ['status', '--json'])).out)
  const numbers = log.map(({ attempt }) => attempt).toSorted((a, b) => a - b)
  expect(numbers).toEqual([...Array(attempts + 1).keys()])
  expect(log.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(status.spent.tokens)
  const branches = git(folder, 'for-each-ref', '--format=%(refname:short) %(objectname)', `refs/heads/anneal/${name}`)
  const told = log.flatMap(({ branch, commit }) => (branch ? [`${branch} ${commit}`] : []))
  expect(branches.split('\n').toSorted()).toEqual(told.toSorted())
  const best = log.reduce((top, one) => ((one.score ?? -Infinity) > (top.score ?? -Infinity) ? one : top))
  expect(status.best).toMatchObject({ attempt: best.attempt, confirmed: best.attempt > 0 })
  expect(git(folder, 'fsck', '--no-dangling')).toBe('')
  expect(git(folder, 'status', '--porcelain')).toBe('')
  const work = join(folder, '.anneal', 'runs', name ?? '', 'work')
  expect(existsSync(work) ? readdirSync(work) : []).toEqual([])
  return log
}

const shapeOf = (log: Told[]) =>
  log
    .map(({ attempt, status, score, parents }) => ({ attempt, status, score, parents }))
    .toSorted((a, b) => a.attempt - b.attempt)

/** Tries the points from the first on, some at a time, until one is past the end; gives how many were reached. */
async function atEachPoint(reached: (point: number) => Promise<boolean>): Promise<number> {
  let [next, last] = [1, FAR]
  const slot = async () => {
    while (next < last) {
      const point = next++
      if (!(await reached(point))) last = Math.min(last, point)
    }
  }
  await Promise.all(Array.from({ length: 3 }, slot))
  return last - 1
}

describe.skipIf(!all)(`a run that is stopped ${all ? '' : '(skipped: long, npm run test:all)'}`, () => {
  let whole: ReturnType<typeof shapeOf>
  beforeAll(async () => {
    const folder = repository(TINY)
    const said = await run(folder)
    expect(said.code, said.out + said.err).toBe(0)
    whole = shapeOf(await holds(folder, ATTEMPTS))
  })

  it.each(['kill', 'full'])(
    'at any durable step (%s) goes on to the same end',
    async (kind) => {
      const points = await atEachPoint(async (point) => {
        const folder = repository(TINY)
        const stopped = await run(folder, `${kind}:${point}`)
        if (stopped.code !== 0) {
          expect(kind === 'kill' ? stopped.signal : stopped.code, `point ${point}: ${stopped.err}`).toBe(
            kind === 'kill' ? 'SIGKILL' : 74,
          )
          const said = await (runsOf(folder).length > 0 ? resume(folder) : run(folder))
          expect(said.code, `point ${point}: ${said.out}${said.err}`).toBe(0)
          expect(shapeOf(await holds(folder, ATTEMPTS)), `point ${point}`).toEqual(whole)
        }
        rmSync(folder, { recursive: true, force: true })
        return stopped.code !== 0
      })
      console.log(`${kind}: ${points} points`)
      expect(points).toBeGreaterThan(20)
    },
    900_000,
  )

  it('at its end has what it brought in one pack, the user’s own objects beside it', async () => {
    const folder = repository(TINY)
    const said = await anneal(folder, ['run', '--attempts', '34', '--editor', 'genetic', ...unsafe])
    expect(said.code, said.err).toBe(0)
    const counts = git(folder, 'count-objects', '-v').split('\n')
    expect(counts).toEqual(expect.arrayContaining(['packs: 1', 'prune-packable: 0', 'garbage: 0', 'count: 5']))
    await holds(folder, 34)
    const more = await anneal(folder, ['resume', '--attempts', '35', ...unsafe])
    expect(more.code, more.err).toBe(0)
    await holds(folder, 35)
  }, 120_000)

  it('at any durable step while it goes on, goes on to the same end', async () => {
    const points = await atEachPoint(async (point) => {
      const folder = repository(TINY)
      await run(folder, 'kill:14')
      const stopped = await resume(folder, `kill:${point}`)
      if (stopped.code !== 0) {
        const said = await resume(folder)
        expect(said.code, `point ${point}: ${said.out}${said.err}`).toBe(0)
      }
      expect(shapeOf(await holds(folder, ATTEMPTS)), `point ${point}`).toEqual(whole)
      rmSync(folder, { recursive: true, force: true })
      return stopped.code !== 0
    })
    console.log(`inside resume: ${points} points`)
    expect(points).toBeGreaterThan(10)
  }, 900_000)

  it('with kill -9 at 200 random instants goes on each time, and ends whole', async () => {
    const random = seeded(11)
    const attempts = 12
    let [kills, runs] = [0, 0]
    while (kills < 200) {
      const folder = repository(TINY)
      const words = ['--json', '--parallel', '2', '--attempts', String(attempts), ...unsafe]
      for (let done = false; !done; ) {
        const begun = runsOf(folder).length > 0 && (await anneal(folder, ['status'], offline())).code === 0
        const { child, ended } = start(folder, begun ? ['resume', '--json', ...unsafe] : ['run', ...words], offline())
        const killed = Symbol('killed')
        const first = await Promise.race([ended, wait(250 + random() * 900, killed)])
        if (first === killed) {
          child.kill('SIGKILL')
          const said = await ended
          if (said.signal === 'SIGKILL') kills++
          done = said.code === 0
        } else {
          const said = await ended
          expect(said.code, said.out + said.err).toBe(0)
          done = true
        }
      }
      await holds(folder, attempts)
      runs++
      rmSync(folder, { recursive: true, force: true })
    }
    console.log(`${kills} kills in ${runs} runs`)
  }, 900_000)

  it('and whose working folders somebody removed, goes on', async () => {
    const folder = repository(TINY)
    await run(folder, 'kill:14')
    rmSync(join(folder, '.anneal', 'runs', runsOf(folder)[0] ?? '', 'work'), { recursive: true, force: true })
    rmSync(join(folder, '.anneal', 'store'), { recursive: true, force: true })
    expect((await resume(folder)).code).toBe(0)
    expect(shapeOf(await holds(folder, ATTEMPTS))).toEqual(whole)
  }, 60_000)

  it('on a disk that is really full, says so and goes on when there is room', async (context) => {
    const place = mkdtempSync(join(tmpdir(), 'anneal-full-'))
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', place]).status !== 0)
      return context.skip('mounting a small disk needs root')
    try {
      const origin = repository(TINY)
      git(origin, 'clone', '-q', origin, join(place, 'repo'))
      const folder = join(place, 'repo')
      spawnSync('sh', [
        '-c',
        `dd if=/dev/zero of=${place}/fill bs=1k count=100000 2>/dev/null; truncate -s -300k ${place}/fill`,
      ])
      const full = await anneal(folder, ['run', '--attempts', '30', '--json', ...unsafe], offline())
      expect(full.code, full.out + full.err).toBe(74)
      expect(full.out).toContain('space')
      rmSync(join(place, 'fill'))
      const begun = runsOf(folder).length > 0 && (await anneal(folder, ['status'])).code === 0
      const said = await anneal(
        folder,
        begun ? ['resume', '--attempts', '5', '--json', ...unsafe] : ['run', '--attempts', '5', '--json', ...unsafe],
        offline(),
      )
      expect(said.code, said.out + said.err).toBe(0)
    } finally {
      spawnSync('umount', [place])
    }
  }, 60_000)
})

describe('a run', () => {
  it('is repeated from its records without a model, to the same programs and scores', async () => {
    const folder = repository(TINY)
    const first = await run(folder)
    expect(first.code, first.err).toBe(0)
    const name = JSON.parse(first.out).run
    const before = server.served.calls
    const again = await anneal(folder, ['run', '--replay', name, '--json', ...unsafe], offline())
    expect(again.code, again.out + again.err).toBe(0)
    expect(server.served.calls).toBe(before)
    const trees = (which: string) =>
      git(folder, 'for-each-ref', '--format=%(refname:short) %(tree)', `refs/heads/anneal/${which}`).replaceAll(
        which,
        'RUN',
      )
    expect(trees(JSON.parse(again.out).run)).toBe(trees(name))
    const log = async (which: string) =>
      shapeOf(JSON.parse((await anneal(folder, ['log', which, '--json'])).out).attempts)
    expect(await log(JSON.parse(again.out).run)).toEqual(await log(name))
  }, 60_000)

  it('never spends more than its budget of tokens, which calls reserve before they are made', async () => {
    const folder = repository(TINY)
    const said = await anneal(
      folder,
      ['run', '--attempts', '50', '--tokens', '30000', '--parallel', '4', '--model', 'm', '--json', ...unsafe],
      environment(),
    )
    expect(said.code, said.out + said.err).toBe(0)
    const { spent, stopped, attempts } = JSON.parse(said.out)
    expect(spent.tokens).toBeGreaterThan(0)
    expect(spent.tokens).toBeLessThanOrEqual(30_000)
    // What does not fit any more ends the run: it is not tried again and again.
    expect(stopped).toBe('tokens')
    expect(attempts.failed).toBeLessThanOrEqual(4)
    const again = JSON.parse((await resume(folder)).out)
    expect(again).toMatchObject({ stopped: 'tokens', attempts: { total: attempts.total } })
  }, 60_000)
})
