import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { anneal, git, repository, start, TINY } from '../support/cli.ts'
import { withSlurm } from '../support/slurm.ts'

const CHAMPION = ['--json', '--seed', '3']

/** The tiny task on Slurm; `sleep` seconds are spent in each execution. */
function onSlurm(runner = '{kind: slurm, memory: 256MB}', sleep = 0): string {
  return repository({
    ...TINY,
    'solve.mjs': `await new Promise((done) => setTimeout(done, ${sleep * 1000}))\n${TINY['solve.mjs']}`,
    'anneal.yaml': `${TINY['anneal.yaml']}runner: ${runner}\n`,
  })
}

async function until<T>(look: () => T | null | undefined | false, seconds = 60): Promise<T> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const found = look()
    if (found) return found
    await wait(50)
  }
  throw new Error('it did not come to that')
}

withSlurm('a run on Slurm', (slurm) => {
  const jobs = (folder: string, states = 'all') => {
    const [run = ''] = readdirSync(join(folder, '.anneal', 'runs')).filter((name) => !name.startsWith('.'))
    const rows = slurm().tool('squeue', '--noheader', `--states=${states}`, '--format=%A %T %j').split('\n')
    return rows
      .map((row) => row.split(' '))
      .flatMap(([id = '', state = '', name = '']) =>
        name.startsWith(`anneal.${run}.`) ? [{ id, state, name: name.slice(`anneal.${run}.`.length) }] : [],
      )
  }
  const journal = (folder: string) => {
    const runs = join(folder, '.anneal', 'runs')
    const name = existsSync(runs) ? readdirSync(runs).find((one) => !one.startsWith('.')) : undefined
    const path = join(runs, name ?? '', 'journal.jsonl')
    return name !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
  const running = (folder: string, name: RegExp) => () =>
    journal(folder) !== '' && jobs(folder, 'RUNNING').find((job) => name.test(job.name))

  test('takes 20 attempts, 4 jobs at a time', async () => {
    const folder = onSlurm()
    const { ended } = start(folder, ['run', '--attempts', '20', '--parallel', '4', ...CHAMPION])
    let most = 0
    let over = false
    const done = ended.then((said) => {
      over = true
      return said
    })
    while (!over) {
      if (journal(folder) !== '') most = Math.max(most, jobs(folder, 'PENDING,CONFIGURING,RUNNING').length)
      await wait(300)
    }
    const { code, out, err } = await done
    expect(code, err).toBe(0)
    const result = JSON.parse(out)
    expect(result).toMatchObject({ status: 'done', attempts: { total: 21 }, baseline: { score: 3.5 } })
    expect(result.best.score).toBeGreaterThan(3.5)
    expect(result.best.confirmed).toBe(true)
    expect(most).toBe(4)
    const log = JSON.parse((await anneal(folder, ['log', '--json'])).out)
    expect(log.attempts.every(({ reason }: { reason: string | null }) => reason === null || !/lost/.test(reason))).toBe(
      true,
    )
    // Nothing is left on the shared folder, and nothing was sent twice.
    expect(existsSync(join(folder, '.anneal', 'runs', result.run, 'jobs'))).toBe(false)
    expect(existsSync(join(folder, '.anneal', 'runs', result.run, 'work'))).toBe(false)
    const names = jobs(folder).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(jobs(folder, 'PENDING,RUNNING')).toEqual([])
    expect(git(folder, 'rev-parse', result.best.branch)).toBe(result.best.commit)
  })

  test('a job that somebody else cancels fails its attempt, and the run goes on', async () => {
    const folder = onSlurm(undefined, 3)
    const { ended } = start(folder, ['run', '--attempts', '3', ...CHAMPION])
    const job = await until(running(folder, /^1\.full\.\d+\.execute/))
    slurm().tool('scancel', job.id)
    const { code, out, err } = await ended
    expect(code, err).toBe(0)
    expect(JSON.parse(out).attempts).toMatchObject({ total: 4, failed: 1 })
    const log = JSON.parse((await anneal(folder, ['log', '--json'])).out)
    expect(log.attempts[1]).toMatchObject({ status: 'failed' })
    expect(log.attempts[1].reason).toMatch(
      /was lost by the cluster:\nThe job \d+ was cancelled by somebody else \(CANCELLED/,
    )
    expect(jobs(folder).filter(({ name }) => name.startsWith('1.full.'))).toHaveLength(1)
  })

  test('a job over its time limit is ended on the node, and its attempt says so', async () => {
    const folder = repository({
      ...TINY,
      'anneal.yaml': `${TINY['anneal.yaml']?.replaceAll('20s', '3s')}runner: {kind: slurm, memory: 256MB}\n`,
    })
    const slow = 'echo "await new Promise((done) => setTimeout(done, 60000))" >> solve.mjs; echo Wait'
    const { code, out, err } = await anneal(folder, ['run', '--attempts', '1', '--editor-command', slow, ...CHAMPION])
    expect(code, err).toBe(0)
    expect(JSON.parse(out).attempts).toMatchObject({ total: 2, failed: 1 })
    const log = JSON.parse((await anneal(folder, ['log', '--json'])).out)
    expect(log.attempts[1].reason).toMatch(/the candidate ran past its time limit \(3\.\d s\)/)
  })

  test('the steering process is killed and resumed while jobs run: none is sent twice', async () => {
    const folder = onSlurm(undefined, 4)
    const first = start(folder, ['run', '--attempts', '6', '--parallel', '3', ...CHAMPION])
    await until(running(folder, /^[2-6]\.full\.\d+\.execute/), 90)
    first.child.kill('SIGKILL')
    expect((await first.ended).signal).toBe('SIGKILL')
    const before = jobs(folder)
    expect(before.filter(({ state }) => state === 'RUNNING').length).toBeGreaterThan(0)
    // One of them ends while nobody is there.
    await wait(2000)
    const { code, out, err } = await anneal(folder, ['resume', '--json'])
    expect(code, err).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ status: 'done', attempts: { total: 7, failed: 0 } })
    const after = jobs(folder)
    const names = after.map(({ name }) => name)
    expect(names.filter((name) => !name.endsWith('.1'))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
    // What ran when the process was killed came to its end, under its own id.
    for (const { id, name } of before) expect(after).toContainEqual({ id, name, state: 'COMPLETED' })
  })

  test('Ctrl-C cancels the jobs of the run, and no other', async () => {
    const folder = onSlurm(undefined, 15)
    const words = ['--parsable', '--output=/dev/null', '--mem=10', '--job-name=mine', '--wrap', 'sleep 60']
    const other = slurm().tool('sbatch', ...words)
    const { child, ended } = start(folder, ['run', '--attempts', '3', ...CHAMPION])
    await until(running(folder, /execute/))
    const asked = performance.now()
    child.kill('SIGTERM')
    const { code } = await ended
    expect(code).toBe(143)
    expect(performance.now() - asked).toBeLessThan(5000)
    await until(() => jobs(folder).every(({ state }) => state === 'CANCELLED'), 15)
    expect(slurm().tool('squeue', '--noheader', `--jobs=${other}`, '--format=%T')).toBe('RUNNING')
    slurm().tool('scancel', other)
  })

  test('GPUs are Slurm’s to give', async () => {
    const folder = repository({
      ...TINY,
      'solve.mjs':
        "import { writeFileSync } from 'node:fs'\n\nconst value = 3\nconst devices = process.env.CUDA_VISIBLE_DEVICES.split(',').length\nwriteFileSync(`${process.env.ANNEAL_OUT}/value.json`, JSON.stringify(value * devices))\n",
      'anneal.yaml': `${TINY['anneal.yaml']}runner: {kind: slurm, gpus: 2, memory: 256MB}\n`,
    })
    const { code, out, err } = await anneal(folder, ['check', '--json'])
    expect(code, err).toBe(0)
    expect(JSON.parse(out).baseline.score).toBe(6)
  })

  test.each([
    ['more GPUs than there are', '{kind: slurm, gpus: 3}', 'Requested node configuration is not available'],
    ['a partition that is not there', '{kind: slurm, partition: nowhere}', 'nvalid partition'],
    ['more memory than there is', '{kind: slurm, memory: 900GB}', 'emory'],
    ['an option that sbatch does not know', '{kind: slurm, options: [--nonsense=1]}', 'nonsense'],
  ])('%s is refused in Slurm’s own words, before anything is spent', async (_name, runner, words) => {
    const folder = onSlurm(runner)
    const { code, err } = await anneal(folder, ['run', '--attempts', '2'])
    expect([2, 69]).toContain(code)
    expect(err).toContain('Slurm does not take the job.')
    expect(err).toContain(words)
    expect(existsSync(join(folder, '.anneal', 'runs'))).toBe(false)
  })

  test('setup runs as a job too', async () => {
    const folder = repository({
      ...TINY,
      'anneal.yaml': `${TINY['anneal.yaml']}setup: mkdir made && hostname > made/host && echo $SLURM_JOB_ID > made/job\nrunner: {kind: slurm, memory: 256MB}\n`,
    })
    const { code, out, err } = await anneal(folder, ['check', '--json', '--runs', '1'])
    expect(code, err + out).toBe(0)
  })
})
