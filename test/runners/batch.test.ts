import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { type BatchRunner, openBatchRunner } from '../../src/runners/batch.ts'
import type { Job } from '../../src/runners/job.ts'
import { type Order, type Queue, type Standing, type State, Unreachable } from '../../src/runners/queue.ts'
import { eventually, jobAt, place } from './support.ts'

const never = new AbortController().signal
const PACE = { tick: 20, interval: 100, lag: 300, patience: 3000 }

/** What goes wrong with the jobs handed in, in their order: `lost` ends one before it starts in a state that Slurm may name. */
type Trouble = { lost?: State | 'vanished'; silent?: 'before' | 'after'; during?: State }

/** An engine of our own: real processes on this machine, with the troubles of a cluster at will. */
function standIn(troubles: Trouble[] = []) {
  const jobs = new Map<string, { standing: Standing; child: ChildProcess | null; order: Order }>()
  const calls = { submit: 0, look: 0, cancel: [] as string[][] }
  let down = false
  const begin = (order: Order, trouble: Trouble) => {
    const id = String(100 + calls.submit)
    const standing: Standing = { id, state: 'running', detail: 'RUNNING' }
    const [file = '', ...words] = order.words
    const env = { PATH: order.path, SLURM_JOB_ID: id }
    const child = trouble.lost ? null : spawn(file, words, { env, cwd: order.folder, stdio: 'ignore' })
    if (trouble.lost) standing.state = trouble.lost === 'vanished' ? 'completed' : trouble.lost
    standing.detail = String(trouble.lost ?? 'RUNNING').toUpperCase()
    if (trouble.lost !== 'vanished') jobs.set(`${order.name}#${id}`, { standing, child, order })
    child?.on('exit', (code) => {
      if (standing.state === 'running') standing.state = trouble.during ?? (code === 0 ? 'completed' : 'failed')
    })
    return id
  }
  const queue: Queue = {
    async submit(order) {
      calls.submit++
      const trouble = troubles.shift() ?? {}
      if (down || trouble.silent === 'before') throw new Unreachable('Unable to contact slurm controller')
      const id = begin(order, trouble)
      if (trouble.silent === 'after') throw new Unreachable('Socket timed out on send/recv operation')
      return id
    },
    async look() {
      calls.look++
      if (down) throw new Unreachable('Unable to contact slurm controller')
      const live = ({ standing }: { standing: Standing }) => Number(standing.state === 'running')
      const known = [...jobs.values()].sort((a, b) => live(a) - live(b))
      return new Map(known.map(({ order, standing }) => [order.name, standing]))
    },
    async cancel(ids) {
      calls.cancel.push([...ids])
      for (const { standing, child } of jobs.values())
        if (ids.includes(standing.id) && standing.state === 'running') {
          standing.state = 'cancelled'
          child?.kill('SIGTERM')
        }
    },
  }
  return {
    queue,
    calls,
    jobs: () => [...jobs.values()].map(({ order, standing }) => [order.name, standing.state]),
    states: () => [...jobs.values()].map(({ standing }) => standing.state),
    ids: () => [...jobs.values()].map(({ standing }) => standing.id),
    goDown: () => {
      down = true
    },
  }
}

const opened: BatchRunner[] = []
afterEach(async () => {
  for (const runner of opened.splice(0)) await runner.close()
})

async function open(queue: Queue, folder: string, more: Partial<Parameters<typeof openBatchRunner>[0]> = {}) {
  const runner = await openBatchRunner({ queue, folder, run: 'quiet-otter', unsafe: true, pace: PACE, ...more })
  opened.push(runner)
  return runner
}

const NAME = '3.full.7.execute.c0ffee'
const work = (wish: Partial<Job> & { command: string }) => {
  const here = place()
  return { here, job: jobAt(here, { name: NAME, ...wish }) }
}

describe('a job that the engine loses', () => {
  test.each<State | 'vanished'>(['preempted', 'node-lost', 'vanished', 'failed', 'completed'])(
    'is sent again when it is %s, and comes through',
    async (lost) => {
      const { queue, calls } = standIn([{ lost }])
      const { here, job } = work({ command: 'echo made > "$OUT/file"; echo done' })
      const ran = await (await open(queue, here.top)).run(job, never)
      expect(ran).toMatchObject({ ending: 'ok', stdoutTail: 'done\n' })
      expect(calls.submit).toBe(2)
      expect(readFileSync(join(here.out, 'file'), 'utf8')).toBe('made\n')
    },
  )

  test('is given up after three times, with all that the engine said', async () => {
    const { queue, calls } = standIn([{ lost: 'preempted' }, { lost: 'node-lost' }, { lost: 'vanished' }])
    const { here, job } = work({ command: 'true' })
    const ran = await (await open(queue, here.top)).run(job, never)
    expect(ran).toMatchObject({ ending: 'lost', exitCode: null, tier: 'none' })
    expect(ran.output).toContain('The job 101 was preempted (PREEMPTED).')
    expect(ran.output).toContain('The job 102 lost its node (NODE-LOST).')
    expect(ran.output).toContain('The job 103 vanished from the queue')
    expect(readFileSync(here.log, 'utf8')).toContain('lost its node')
    expect(calls.submit).toBe(3)
  })

  test.each<[State, string]>([
    ['cancelled', 'lost'],
    ['timeout', 'timeout'],
    ['memory', 'memory'],
  ])('fails at once when it is %s', async (lost, ending) => {
    const { queue, calls } = standIn([{ lost }])
    const { here, job } = work({ command: 'true' })
    expect((await (await open(queue, here.top)).run(job, never)).ending).toBe(ending)
    expect(calls.submit).toBe(1)
  })

  test('starts the second time with the folders as they were', async () => {
    const engine = standIn([{ during: 'preempted' }])
    const { here, job } = work({
      command:
        'ls "$OUT"; echo x > "$OUT/half-$$"; [ -e "$OUT/../second" ] || { touch "$OUT/../second"; kill -9 $PPID; }',
      sandboxed: false,
    })
    writeFileSync(join(here.out, 'given'), '')
    const ran = await (await open(engine.queue, here.top)).run(job, never)
    expect(ran).toMatchObject({ ending: 'ok', stdoutTail: 'given\n' })
    expect(engine.calls.submit).toBe(2)
    expect(readdirSync(here.out)).toHaveLength(2)
  })

  test('is Anneal’s own business where the node has no Anneal: a clear error', async () => {
    const { queue } = standIn()
    const broken: Queue = {
      ...queue,
      submit: async (order) => {
        writeFileSync(order.log, '/opt/node: not found\n')
        return queue.submit({ ...order, words: ['/bin/false'] })
      },
    }
    const { here, job } = work({ command: 'true' })
    await expect((await open(broken, here.top)).run(job, never)).rejects.toMatchObject({
      exit: 69,
      what: expect.stringContaining('Anneal cannot start on the node'),
      why: expect.stringContaining('/opt/node: not found'),
    })
  })

  test('a refusal of the sandbox on the node is told as it is here', async () => {
    const { queue } = standIn()
    const { here, job } = work({ command: 'true', folder: '/' })
    // A node where no tier holds.
    mkdirSync(join(here.top, 'jobs', 'nodes'), { recursive: true })
    const facts = { boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), uid: process.getuid?.() }
    const host = readFileSync('/proc/sys/kernel/hostname', 'utf8').trim()
    const none = { ...facts, tier: 'none', why: '', toolchains: { mounts: [], path: [] } }
    writeFileSync(join(here.top, 'jobs', 'nodes', `${host}.json`), JSON.stringify(none))
    await expect((await open(queue, here.top, { unsafe: false })).run(job, never)).rejects.toMatchObject({
      exit: 69,
      what: expect.stringContaining('Model-written code was not run'),
      why: expect.stringContaining(`on ${host}`),
    })
  })
})

describe('an engine that does not answer', () => {
  test('is asked again, and a job that it took all the same is not sent again', async () => {
    const { queue, calls } = standIn([{ silent: 'before' }, { silent: 'after' }])
    const { here, job } = work({ command: 'echo x >> "$OUT/../count"', sandboxed: false })
    expect((await (await open(queue, here.top, { pace: { ...PACE, patience: 10_000 } })).run(job, never)).ending).toBe(
      'ok',
    )
    expect(calls.submit).toBe(2)
    expect(readFileSync(join(here.top, 'count'), 'utf8')).toBe('x\n')
  })

  test('for too long ends the run, resumable', async () => {
    const engine = standIn()
    const { here, job } = work({ command: 'sleep 20' })
    const runner = await open(engine.queue, here.top, { pace: { ...PACE, patience: 300 } })
    const running = runner.run(job, never)
    await eventually(() => engine.jobs().length === 1)
    engine.goDown()
    await expect(running).rejects.toMatchObject({ exit: 69, fix: expect.stringContaining('anneal resume') })
  })

  test('a job handed in twice runs once', async () => {
    const { queue } = standIn()
    const twice: Queue = {
      ...queue,
      submit: async (order) => {
        await queue.submit(order)
        return queue.submit(order)
      },
    }
    const { here, job } = work({ command: 'echo x >> "$OUT/../count"; sleep 0.5', sandboxed: false })
    expect((await (await open(twice, here.top)).run(job, never)).ending).toBe('ok')
    expect(readFileSync(join(here.top, 'count'), 'utf8')).toBe('x\n')
  })
})

describe('a process that comes after one that was killed', () => {
  const killed = async (command: string, wish: Partial<Job> = {}) => {
    const engine = standIn()
    const { here, job } = work({ command, ...wish })
    // It never looks again, as one that is gone.
    const pace = { ...PACE, tick: 1e9 }
    const gone = await openBatchRunner({
      queue: engine.queue,
      folder: here.top,
      run: 'quiet-otter',
      unsafe: true,
      pace,
    })
    void gone.run(job, never)
    await eventually(() => engine.jobs().length === 1)
    await wait(100)
    const next = place()
    return { engine, here, job, next, again: { ...jobAt(next, { name: NAME, command }), ...wish, log: next.log } }
  }

  test('waits for a job that still runs, and has its files and its log', async () => {
    const { engine, here, next, again } = await killed('sleep 1; echo made > "$OUT/file"; echo done')
    const ran = await (await open(engine.queue, here.top)).run(again, never)
    expect(ran).toMatchObject({ ending: 'ok', stdoutTail: 'done\n' })
    expect(readFileSync(join(next.out, 'file'), 'utf8')).toBe('made\n')
    expect(readFileSync(next.log, 'utf8')).toBe('done\n')
    expect(engine.calls.submit).toBe(1)
  })

  test('collects what ended in between', async () => {
    const { engine, here, again } = await killed('echo done')
    await eventually(() => engine.states()[0] === 'completed')
    const ran = await (await open(engine.queue, here.top)).run(again, never)
    expect(ran).toMatchObject({ ending: 'ok', stdoutTail: 'done\n' })
    expect(engine.calls.submit).toBe(1)
  })

  test('finds a job whose id was never written down', async () => {
    const { engine, here, again } = await killed('sleep 1; echo done')
    const [key = ''] = readdirSync(join(here.top, 'jobs')).filter((name) => name.startsWith(NAME))
    rmSync(join(here.top, 'jobs', key, 'sent'))
    expect((await (await open(engine.queue, here.top)).run(again, never)).stdoutTail).toBe('done\n')
    expect(engine.calls.submit).toBe(1)
  })

  test('cancels a job that is no longer wanted as it was, and sends the new one', async () => {
    const { engine, here, again } = await killed('sleep 20')
    const ran = await (await open(engine.queue, here.top)).run({ ...again, command: 'echo other' }, never)
    expect(ran.stdoutTail).toBe('other\n')
    expect(engine.calls.cancel).toEqual([['101']])
    expect(engine.calls.submit).toBe(2)
  })

  test('ends what nobody asked for again when it closes', async () => {
    const { engine, here } = await killed('sleep 20')
    await (await open(engine.queue, here.top)).close()
    expect(engine.calls.cancel).toEqual([['101']])
    expect(existsSync(join(here.top, 'jobs'))).toBe(false)
  })
})

describe('many jobs', () => {
  test('are watched with one question, and cancelled with one call', async () => {
    const engine = standIn()
    const { here } = work({ command: '' })
    const runner = await open(engine.queue, here.top, { pace: { ...PACE, interval: 200 } })
    const stop = new AbortController()
    const running = Array.from({ length: 12 }, (_, number) =>
      runner.run(jobAt(place(), { name: `${number}.full.1.execute.c`, command: 'sleep 30' }), stop.signal),
    )
    await eventually(() => engine.jobs().length === 12, 8000)
    const before = engine.calls.look
    await wait(700)
    expect(engine.calls.look - before).toBeLessThanOrEqual(4)
    stop.abort()
    expect((await Promise.all(running)).map(({ ending }) => ending)).toEqual(Array(12).fill('interrupted'))
    expect(engine.calls.cancel.map((ids) => ids.length)).toEqual([12])
    expect(engine.calls.cancel[0]?.toSorted()).toEqual(engine.ids().toSorted())
  })

  test('leave nothing of an attempt that is done', async () => {
    const { queue } = standIn()
    const { here, job } = work({ command: 'true' })
    const runner = await open(queue, here.top)
    await runner.run(job, never)
    const left = () => readdirSync(join(here.top, 'jobs')).filter((name) => name.startsWith('3.'))
    expect(left()).toHaveLength(1)
    await runner.forget(30)
    expect(left()).toHaveLength(1)
    await runner.forget(3)
    expect(left()).toEqual([])
  })

  test('the same name twice in one process is two jobs', async () => {
    const { queue, calls } = standIn()
    const { here, job } = work({ command: 'echo $$ ' })
    const runner = await open(queue, here.top)
    await runner.run(job, never)
    await runner.run(job, never)
    expect(calls.submit).toBe(2)
  })
})
