import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { offline } from '../support/cli.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const AGENT = join(ROOT, 'templates', 'mle-bench', 'anneal')
const all = process.env.ANNEAL_TEST_ALL !== undefined
const has = (program: string) => spawnSync(program, ['--version']).status === 0
const missing = ['python3', 'bash', 'timeout'].filter((program) => !has(program))
const why = !all ? ' (only with ANNEAL_TEST_ALL)' : missing.length > 0 ? ` (skipped: no ${missing.join(', ')})` : ''
const NOBODY = 65_534
/** The harness starts the script as a user who is not root. */
const asNobody = process.getuid?.() === 0 && has('setpriv')

/** A clean folder with the places that the harness has, and a submission server that objects to the first one. */
async function harness() {
  const home = mkdtempSync(join(tmpdir(), 'anneal-harness-'))
  chmodSync(home, 0o755)
  const place = (name: string) => join(home, name)
  for (const name of ['submission', 'logs', 'code', 'agent', 'home', 'bin']) {
    mkdirSync(place(name))
    if (asNobody && name !== 'bin') chownSync(place(name), NOBODY, NOBODY)
  }
  writeFileSync(place('bin/anneal'), `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'bin', 'run.js')}' "$@"\n`, {
    mode: 0o755,
  })
  execFileSync(process.execPath, [
    join(ROOT, 'bin', 'run.js'),
    'import',
    'mle-bench',
    '--example',
    'time',
    place('race'),
    '--to',
    place('unused'),
  ])
  const asked: number[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const named = request.url === '/validate' && /name="file"; filename="submission.csv"/.test(body)
      asked.push(body.split('\n').length)
      const result = named && asked.length > 1 ? 'Submission is valid.' : 'Submission invalid! The first one never is.'
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ result }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { place, asked, server, url: `http://127.0.0.1:${port}/validate` }
}

it.skipIf(why !== '')(
  `start.sh keeps its own time and a submission in place, as the harness runs it${why}`,
  async () => {
    const { place, asked, server, url } = await harness()
    const environment = {
      ...offline(),
      ...{
        PATH: `${place('bin')}:/usr/local/bin:/usr/bin:/bin`,
        HOME: place('home'),
        XDG_DATA_HOME: place('home/data'),
      },
      ...{ DATA_DIR: place('race/prepared/public'), SUBMISSION_DIR: place('submission'), LOGS_DIR: place('logs') },
      ...{ CODE_DIR: place('code'), AGENT_DIR: place('agent'), VALIDATE_URL: url, TIME_LIMIT_SECS: '45' },
      ...{ COMPETITION_ID: 'ice-cream', ANNEAL_SANDBOX: 'container' },
    }
    const words = ['bash', join(AGENT, 'start.sh')]
    const [program = '', ...rest] = asNobody
      ? ['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups', ...words]
      : words
    const began = performance.now()
    const child = spawn(program, rest, { env: environment, cwd: place('agent'), stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said += chunk
      })
    const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
    const submission = place('submission/submission.csv')
    for (let tries = 0; tries < 100 && !existsSync(submission); tries++) await wait(50)
    const sample = readFileSync(place('race/prepared/public/sample_submission.csv'), 'utf8')
    expect(readFileSync(submission, 'utf8')).toBe(sample)
    await ended
    server.close()
    server.closeAllConnections()
    // Loaded machines are late; never by as much as the harness would notice in 24 hours.
    expect((performance.now() - began) / 1000, said).toBeLessThan(70)

    expect(asked.length, said).toBeGreaterThan(1)
    const delivered = readFileSync(submission, 'utf8')
    expect(delivered).not.toBe(sample)
    expect(delivered.split('\n').length).toBe(sample.split('\n').length)
    const status = JSON.parse(readFileSync(place('logs/status.json'), 'utf8'))
    expect(['time', 'interrupted']).toContain(status.stopped)
    expect(readFileSync(place('logs/run.log'), 'utf8')).toContain('Submission invalid! The first one never is.')
    expect(JSON.parse(readFileSync(place('code/competition.json'), 'utf8')).competition).toBe('ice-cream')
    expect(readFileSync(place('code/solve.py'), 'utf8')).toContain('def main():')
    expect(readdirSync(place('submission'))).toEqual(['submission.csv'])
  },
  150_000,
)

it('the agent folder is what the harness reads', () => {
  const agents = parse(readFileSync(join(AGENT, 'config.yaml'), 'utf8'), { merge: true })
  for (const id of ['anneal', 'anneal/server', 'anneal/dev', 'anneal/offline']) {
    const { start, dockerfile, env_vars, kwargs } = agents[id]
    for (const path of [start, dockerfile]) expect(existsSync(join(AGENT, '..', path)), path).toBe(true)
    expect(Number(env_vars.TIME_LIMIT_SECS)).toBeGreaterThan(0)
    expect(kwargs).toBeUndefined()
  }
  const dockerfile = readFileSync(join(AGENT, 'Dockerfile'), 'utf8')
  expect(dockerfile).toMatch(/^FROM mlebench-env$/m)
  expect(dockerfile).not.toMatch(/^USER/m)
  for (const name of ['SUBMISSION_DIR', 'LOGS_DIR', 'CODE_DIR', 'AGENT_DIR']) {
    expect(dockerfile).toContain(`ARG ${name}\nENV ${name}=\${${name}}`)
    expect(readFileSync(join(AGENT, 'start.sh'), 'utf8')).toContain(`${name}=\${${name}:-/home/`)
  }
})
