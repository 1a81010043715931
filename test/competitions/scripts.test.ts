import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importCompetition } from '../../src/jobs/import-competition.ts'

const home = mkdtempSync(join(tmpdir(), 'anneal-scripts-'))
const [source, task, out] = [join(home, 'sums'), join(home, 'task'), join(home, 'out')]
const lines = (from: number, to: number, line: (at: number) => string) =>
  Array.from({ length: to - from }, (_, at) => `${line(from + at)}\n`).join('')

/** What the validation server says next. */
let reply = { status: 200, body: JSON.stringify({ result: 'Submission is valid.' }) }
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(reply.status, { 'content-type': 'application/json' })
    response.end(reply.body)
  })
})
let url = ''

beforeAll(async () => {
  mkdirSync(join(source, 'images'), { recursive: true })
  mkdirSync(out)
  const files = {
    'description.md': '## Evaluation\nSubmissions are evaluated on the mean absolute error.\n',
    'train.csv': `id,x,y\n${lines(0, 100, (at) => `${at},${at % 7},${at * 2}`)}`,
    'test.csv': `id,x\n${lines(100, 120, (at) => `${at},${at % 7}`)}`,
    'sample_submission.csv': `id,y\n${lines(100, 120, (at) => `${at},0`)}`,
    'older.csv': `id,y\n${lines(0, 100, (at) => `${at},${at}`)}`,
    'images/a.txt': 'a picture',
  }
  for (const [path, text] of Object.entries(files)) writeFileSync(join(source, path), text)
  await importCompetition(source, task, { validation: 0.2, seed: 1, timeout: '1m' })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/validate`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** Runs a script of the task as Anneal does, in the task's folder. */
async function script(name: string, ...words: string[]): Promise<{ code: number | null; said: string }> {
  const file = readdirSync(join(task, 'scoring')).find((one) => one.startsWith(`${name}.`)) ?? name
  const environment = { ...process.env, ANNEAL_OUT: out, ANNEAL_RESULT: '', NODE_NO_WARNINGS: '1' }
  const child = spawn(process.execPath, [join('scoring', file), ...words], { cwd: task, env: environment })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk
    })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })))
}
const submit = (text: string) => writeFileSync(join(out, 'submission.csv'), text)
const read = (path: string) => readFileSync(join(task, path), 'utf8')

describe('a task of a competition', () => {
  test('hides the answers of the rows that are set aside, in every table that holds them', () => {
    const answers = read('sealed/answers.csv').trim().split('\n').slice(1)
    expect(answers).toHaveLength(20)
    const ids = answers.map((line) => line.split(',')[0])
    for (const path of ['data/search/train.csv', 'data/search/older.csv']) {
      const seen = read(path)
        .trim()
        .split('\n')
        .map((line) => line.split(',')[0])
      expect(seen).toHaveLength(81)
      expect(ids.filter((id) => seen.includes(id))).toEqual([])
    }
    expect(
      read('data/search/test.csv')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',').length),
    ).toEqual(Array(20).fill(2))
    for (const name of ['train.csv', 'test.csv', 'sample_submission.csv', 'older.csv'])
      expect(read(`data/full/${name}`)).toBe(readFileSync(join(source, name), 'utf8'))
    expect(read('files/images/a.txt')).toBe('a picture')
    expect(read('anneal.yaml')).toContain('- data/full/**')
  })

  test('tells in its goal what to write, what is installed, and the first rows that are trained on', () => {
    const goal = read('GOAL.md')
    expect(goal).toContain('the header `id,y`, then one row for each `id`')
    expect(goal).toMatch(/Beside the standard library, .* installed|The standard library alone is installed/)
    expect(goal).toContain("The competition's other files stand in files/")
    const rows = read('data/search/train.csv').split('\n').slice(0, 4).join('\n')
    expect(goal).toContain(`of 80:\n\n\`\`\`\n${rows}\n\`\`\``)
  })

  test('scores a submission for the rows that are set aside, on its own', async () => {
    submit(read('sealed/answers.csv'))
    expect(await script('evaluate', 'sealed/answers.csv')).toEqual({ code: 0, said: '{"mae":0,"valid":1}\n' })
    submit(read('sealed/answers.csv').replace(/,(\d+)\n/g, (_, y) => `,${Number(y) + 3}\n`))
    expect((await script('evaluate', 'sealed/answers.csv')).said).toBe('{"mae":3,"valid":1}\n')
    submit(read('sealed/answers.csv').replace(/,(\d+)\n$/, ',nan\n'))
    const { code, said } = await script('evaluate', 'sealed/answers.csv')
    expect(code).toBe(1)
    expect(said).toContain('{"valid":0}')
    expect(said).toContain('invalid submission: row 21')
  })

  test('checks what is delivered against the competition’s sample', async () => {
    submit(read('data/full/sample_submission.csv'))
    expect(await script('check')).toEqual({ code: 0, said: '' })
    submit(read('sealed/answers.csv'))
    expect((await script('check')).said).toContain('is not asked for')
  })

  test('asks the validation server, which has the last word where it can say something', async () => {
    submit(read('data/full/sample_submission.csv'))
    expect((await script('check', url)).code).toBe(0)
    reply = { status: 200, body: JSON.stringify({ result: 'Submission invalid! No.' }) }
    expect(await script('check', url)).toEqual({ code: 1, said: 'invalid submission: Submission invalid! No.\n' })
    for (const broken of [
      { status: 500, body: JSON.stringify({ error: 'An unexpected error occurred.', details: 'disk' }) },
      { status: 200, body: 'not JSON' },
    ]) {
      reply = broken
      expect((await script('check', url)).code).toBe(0)
    }
    expect((await script('check', 'http://127.0.0.1:9/validate')).code).toBe(0)
  })
})
