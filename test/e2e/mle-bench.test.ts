import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { anneal, git, offline, start } from '../support/cli.ts'
import { type Asked, type ModelServer, type Reply, startModelServer } from '../support/model-server.ts'

const python = spawnSync('python3', ['--version']).status === 0
const why = python ? '' : ' (skipped: python3 is not installed)'
const all = process.env.ANNEAL_TEST_ALL !== undefined
const unsafe = ['--sandbox', 'off']

/** A made-up competition and the task that was imported from it. */
async function imported(
  example: string,
  ...words: string[]
): Promise<{ home: string; task: string; made: Record<string, unknown> }> {
  const home = mkdtempSync(join(tmpdir(), 'anneal-mle-'))
  const said = await anneal(home, [
    'import',
    'mle-bench',
    '--example',
    example,
    'race',
    '--to',
    'task',
    '--json',
    ...words,
  ])
  expect(said.code, said.err).toBe(0)
  return { home, task: join(home, 'task'), made: JSON.parse(said.out) }
}

async function graded(task: string) {
  const said = await anneal(task, ['grade', 'submission.csv', '--competition', '../race', '--json'])
  expect(said.code, said.err).toBe(0)
  return JSON.parse(said.out)
}

let server: ModelServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

/** What a model would change for the better, by competition. */
const BETTER: Record<string, [string, string]> = {
  tabular: ['RANGES = 2 ', 'RANGES = 10 '],
  time: ['WEEKDAYS = 0 ', 'WEEKDAYS = 1 '],
  text: ['NGRAM = 1 ', 'NGRAM = 2 '],
}
const block = (from: string, to: string) => `solve.py\n<<<<<<< SEARCH\n${from}\n=======\n${to}\n>>>>>>> REPLACE\n`

/** Says, in turn: what helps; what writes another header; what reaches for the hidden rows. */
function scripted(example: string): (asked: Asked) => Reply {
  const plans = ['look closer at the columns', 'write the table in another way', 'learn from further rows']
  let [ideas, edits] = [0, 0]
  return ({ system, prompt }) => {
    if (system.startsWith('You distil'))
      return JSON.stringify({ kind: 'practice', when: 'x', advice: 'y', confidence: 0.5 })
    if (system.startsWith('You improve'))
      return JSON.stringify({
        title: `Idea ${ideas}`,
        hypothesis: 'h',
        plan: plans[ideas++ % 3],
        expected: 'e',
        cites: [],
      })
    const turn = edits++ % 3
    const line = (sign: string) => prompt.split('\n').find((one) => one.includes(sign)) ?? ''
    if (turn === 1)
      return block('        writer.writerow(sample_header)', '        writer.writerow(sample_header[::-1])')
    if (turn === 2) return block('    folder = sys.argv[1]', '    folder = "data/full"')
    const [from, to] = BETTER[example] ?? ['', '']
    return block(line(from), line(from).replace(from, to))
  }
}

describe.skipIf(!python)(`a competition from start to graded result${why}`, { timeout: 180_000 }, () => {
  it.each(all ? ['tabular', 'time', 'text'] : ['time'])(
    '%s: a model’s edits, scored on hidden answers and delivered',
    async (example) => {
      const { home, task, made } = await imported(example)
      expect(made).toMatchObject({ format: 'mle-bench', competition: 'race', rows: { dropped: 0 } })
      expect(git(task, 'status', '--porcelain')).toBe('')
      server = await startModelServer(scripted(example))
      const set = offline({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'sk-made-up-0123456789' })
      const said = await anneal(task, ['run', '--json', '--model', 'm', '--attempts', '3', ...unsafe], set)
      expect(said.code, said.err).toBe(0)
      const run = JSON.parse(said.out)
      const { attempts } = JSON.parse((await anneal(task, ['log', '--json'])).out)
      expect(attempts.map(({ status }: { status: string }) => status)).toEqual(['scored', 'scored', 'failed', 'failed'])
      expect(attempts[2].reason).toMatch(/the columns are \w+(,\w+)*,id, not id,/)
      expect(attempts[3].reason).toContain('No such file or directory')
      const [base, best] = [run.baseline.score, run.best.score]
      expect(run.best.attempt, said.err).toBe(1)
      expect(made.direction === 'maximize' ? best > base : best < base).toBe(true)
      expect(run.best.confirmed).toBe(true)

      const told = server.asked.map(({ system, prompt }) => system + prompt).join('\n')
      expect(told).toContain('as `python3 solve.py FOLDER`')
      const secret = readFileSync(join(task, 'sealed', 'answers.csv'), 'utf8')
        .split('\n')
        .slice(0, 4)
        .join('\n')
      expect(told).not.toContain(secret)

      const report = await graded(task)
      expect(report).toMatchObject({
        competition_id: 'race',
        valid_submission: true,
        submission_exists: true,
        reason: null,
      })
      expect(typeof report.score).toBe('number')
      expect(report.is_lower_better).toBe(made.direction === 'minimize')
      const sample = readFileSync(join(home, 'race', 'prepared', 'public', 'sample_submission.csv'), 'utf8')
      expect(readFileSync(join(task, 'submission.csv'), 'utf8').split('\n').length).toBe(sample.split('\n').length)
    },
  )

  it.runIf(all).each(['tabular', 'text'])('%s: offline, the genetic editor', async (example) => {
    const { task } = await imported(example)
    const said = await anneal(task, ['run', '--json', '--attempts', '3', ...unsafe])
    expect(said.code, said.err).toBe(0)
    expect(JSON.parse(said.out).attempts.scored).toBeGreaterThan(1)
    expect(await graded(task)).toMatchObject({ valid_submission: true, reason: null })
  })

  it.runIf(all)('time: kill -9 of an offline run leaves a valid submission in place, and it goes on', async () => {
    const { task } = await imported('time')
    const { child, ended } = start(task, ['run', '--json', '--attempts', '50', ...unsafe])
    const place = join(task, 'submission.csv')
    for (let tries = 0; tries < 600 && !existsSync(place); tries++) await wait(50)
    await wait(1500)
    child.kill('SIGKILL')
    expect((await ended).signal).toBe('SIGKILL')
    expect(await graded(task)).toMatchObject({ valid_submission: true })
    expect(readdirSync(task).filter((name) => name.endsWith('.tmp'))).toEqual([])
    const { attempts } = JSON.parse((await anneal(task, ['log', '--json'])).out)
    const again = await anneal(task, ['resume', '--json', '--attempts', String(attempts.length + 1), ...unsafe])
    expect(again.code, again.err).toBe(0)
    expect(await graded(task)).toMatchObject({ valid_submission: true })
  })
})
