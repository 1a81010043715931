import { existsSync, readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { place, processesWith, run, strangeSleep, suite, type Wish } from './support.ts'

const plain = (wish: Wish, more: Parameters<typeof run>[2] = {}) =>
  run('bubblewrap', { sandboxed: false, ...wish }, more)

suite('a plain job', ['linux'], () => {
  test('runs with the environment it was given alone, and is stamped with no tier', async () => {
    process.env.ANNEAL_TEST_KEY = 'SECRET'
    const ran = await plain({ command: 'pwd; env; cat', environment: { GIVEN: '1' } })
    delete process.env.ANNEAL_TEST_KEY
    expect(ran).toMatchObject({ ending: 'ok', tier: 'none', exitCode: 0 })
    expect(ran.stdoutTail).toContain('GIVEN=1')
    expect(ran.stdoutTail).not.toContain('SECRET')
  })

  test('leaves no daemon behind, whether it ends, times out or is interrupted', async () => {
    const sleep = strangeSleep()
    const daemons = `(setsid sh -c 'setsid sleep ${sleep} & sleep ${sleep} &' &); sleep 0.1`
    expect((await plain({ command: daemons })).ending).toBe('ok')
    expect(processesWith(sleep)).toEqual([])
    const late = await plain({ command: `${daemons}; trap '' TERM; sleep ${sleep}`, timeout: 0.5 })
    expect(late.ending).toBe('timeout')
    expect(late.seconds).toBeLessThan(1.5)
    expect(processesWith(sleep)).toEqual([])
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 300)
    expect((await plain({ command: `${daemons}; sleep ${sleep}` }, { signal: stop.signal })).ending).toBe('interrupted')
    expect(processesWith(sleep)).toEqual([])
  })

  test('one that is aborted before it starts never starts', async () => {
    const here = place()
    const ran = await plain({ command: `touch ${here.out}/ran` }, { here, signal: AbortSignal.abort() })
    expect(ran.ending).toBe('interrupted')
    expect(existsSync(`${here.out}/ran`)).toBe(false)
  })

  test('a daemon that holds standard output open does not hold the job', async () => {
    const ran = await plain({ command: 'env -i setsid sleep 4 & echo done' })
    expect(ran.stdoutTail).toBe('done\n')
    expect(ran.seconds).toBeLessThan(2)
  })

  test('a flood is cut off, memory stays flat, the log keeps head and tail', async () => {
    const here = place()
    const before = process.memoryUsage.rss()
    const ran = await plain({ command: 'echo first; yes filler-filler-filler' }, { here })
    expect(ran.ending).toBe('output-limit')
    expect(process.memoryUsage.rss() - before).toBeLessThan(60e6)
    expect(statSync(here.log).size).toBeLessThan(4.1 * 2 ** 20)
    const log = readFileSync(here.log, 'utf8')
    expect(log.startsWith('first\nfiller')).toBe(true)
    expect(log).toMatch(/\[… \d+ bytes left out …\]/)
    expect(ran.output.length).toBeLessThan(7000)
    expect(existsSync(`${here.log}.tail`)).toBe(false)
  })

  test('what a noisy program says last is kept', async () => {
    const here = place()
    const ran = await plain({ command: 'seq 1 2000000; echo score: 0.5; echo oops >&2' }, { here })
    expect(ran.ending).toBe('ok')
    expect(ran.stdoutTail.endsWith('2000000\nscore: 0.5\n')).toBe(true)
    expect(ran.stdoutTail.length).toBeLessThanOrEqual(64 * 1024)
    expect(readFileSync(here.log, 'utf8')).toMatch(/^1\n2\n3\n[\s\S]*1999999\n2000000\n[\s\S]*score: 0\.5/)
  })

  test('too much memory ends it', async () => {
    const hog = 'node -e "const held=[]; setInterval(() => held.push(Buffer.alloc(5e6, 1)), 5)"'
    expect((await plain({ command: hog, memory: 200e6 })).ending).toBe('memory')
  })

  test('a command that the system does not take is a job that did not start', async () => {
    const ran = await plain({ command: `: ${'x'.repeat(200_000)}` })
    expect(ran.ending).toBe('not-started')
    expect(ran.output).toContain('E2BIG')
  })

  test('a disk that is full under the log is an error with its own exit code, not a crash', async () => {
    const running = plain({ command: 'yes', log: '/dev/full' })
    await expect(running).rejects.toMatchObject({ name: 'AnnealError', exit: 74 })
  })

  test('a folder that is not there is a job that did not start', async () => {
    const ran = await plain({ command: 'true', folder: '/no/such/folder' })
    expect(ran).toMatchObject({ ending: 'not-started', output: 'no such file or folder: /no/such/folder' })
  })

  test('a time limit beyond what a timer can hold does not fire at once', async () => {
    expect((await plain({ command: 'sleep 0.2; echo ran', timeout: 1e9 })).stdoutTail).toBe('ran\n')
  })
})
