import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { openBatchRunner } from '../../src/runners/batch.ts'
import type { Job, Runner } from '../../src/runners/job.ts'
import { localRunner } from '../../src/runners/runner.ts'
import { slurmQueue } from '../../src/runners/slurm.ts'
import { jobAt, place, suite } from '../runners/support.ts'
import { withSlurm } from '../support/slurm.ts'

const never = new AbortController().signal
type Opened = Runner & { close?(): Promise<void> }

/** What every runner owes, whatever engine is behind it. */
function contract(open: () => Promise<Opened>): void {
  const opened: Opened[] = []
  afterEach(async () => {
    for (const runner of opened.splice(0)) await runner.close?.()
  })
  const run = async (wish: Partial<Job> & { command: string }, signal = never) => {
    const runner = await open()
    opened.push(runner)
    const here = place()
    return { here, ran: await runner.run(jobAt(here, wish), signal) }
  }

  test('output, log, files and environment come through', async () => {
    const here = place()
    const runner = await open()
    opened.push(runner)
    const job = jobAt(here, {
      command: 'pwd; echo "$GIVEN"; echo warned >&2; echo made > "$OUT/file"',
      environment: { GIVEN: "it's 1 $value", OUT: here.out },
    })
    const ran = await runner.run(job, never)
    expect(ran).toMatchObject({ ending: 'ok', exitCode: 0, signal: null, channel: null })
    expect(ran.stdoutTail).toBe(`${here.folder}\nit's 1 $value\n`)
    expect(ran.output).toContain('warned')
    expect(ran.seconds).toBeGreaterThan(0)
    expect(readFileSync(here.log, 'utf8')).toContain('warned')
    expect(readFileSync(join(here.out, 'file'), 'utf8')).toBe('made\n')
  })

  test('an exit code and a signal are told apart', async () => {
    expect((await run({ command: 'exit 7' })).ran).toMatchObject({ ending: 'exit', exitCode: 7 })
    expect((await run({ command: 'kill -SEGV $$' })).ran).toMatchObject({ ending: 'signal', signal: 'SIGSEGV' })
  })

  test('a command over its time limit is ended by the limit inside the job', async () => {
    const { ran } = await run({ command: 'echo begun; sleep 60', timeout: 1 })
    expect(ran).toMatchObject({ ending: 'timeout', stdoutTail: 'begun\n' })
    expect(ran.seconds).toBeLessThan(5)
  })

  test('a command over its memory is ended, and says so', async () => {
    const hog = 'python3 -c "held = [bytearray(10**7) for _ in range(100)]; import time; time.sleep(20)"'
    expect((await run({ command: hog, memory: 200e6 })).ran.ending).toBe('memory')
  })

  test('input goes in, and what is written to descriptor 3 comes out', async () => {
    const { ran } = await run({ command: 'read word; echo "got $word" >&3', input: 'secret\n', resultPipe: true })
    expect(ran).toMatchObject({ ending: 'ok', channel: 'got secret\n' })
  })

  test('the sandbox holds: no network, no files but those mounted', async () => {
    const here = place()
    const secret = join(here.top, 'secret')
    writeFileSync(secret, 'SECRET')
    const { ran } = await run({
      command: `cat ${secret}; ls ${here.top}; (exec 9<>/dev/tcp/127.0.0.1/22) ; id -u; true`,
    })
    expect(ran.output).not.toContain('SECRET')
    expect(['bubblewrap', 'bubblewrap-without-proc', 'namespaces']).toContain(ran.tier)
  })

  test('a job that is aborted ends soon and is called interrupted', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 1500)
    const begin = performance.now()
    expect((await run({ command: 'sleep 60' }, stop.signal)).ran.ending).toBe('interrupted')
    expect(performance.now() - begin).toBeLessThan(6000)
    expect((await run({ command: 'true' }, AbortSignal.abort())).ran.ending).toBe('interrupted')
  })

  test('a folder that is not there is named', async () => {
    const { ran } = await run({ command: 'true', readable: ['/nowhere/at/all'] })
    expect(ran).toMatchObject({ ending: 'not-started', output: expect.stringContaining('/nowhere/at/all') })
  })

  test('many jobs at a time do not mix', async () => {
    const runner = await open()
    opened.push(runner)
    const said = await Promise.all(
      Array.from({ length: 8 }, async (_, number) => {
        const ran = await runner.run(
          jobAt(place(), { command: `echo ${number}`, name: `${number}.full.1.execute.c` }),
          never,
        )
        return ran.stdoutTail
      }),
    )
    expect(said).toEqual(Array.from({ length: 8 }, (_, number) => `${number}\n`))
  })
}

suite('the local runner', ['linux', 'bwrap', 'python3'], () => {
  contract(async () => localRunner({ tier: 'bubblewrap' }))
})

withSlurm('the Slurm runner', (slurm) => {
  describe('on one node', () => {
    let runs = 0
    contract(async () => {
      const folder = join(slurm().folder, `run-${++runs}`)
      mkdirSync(folder)
      return openBatchRunner({
        queue: slurmQueue(),
        folder,
        run: `test-${process.pid}-${runs}`,
        pace: { interval: 500 },
      })
    })
  })
})
