import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Job } from './job.ts'
import { killNow } from './processes.ts'

/** Things set up on this side that a command in the sandbox must not reach. */
export type Canaries = {
  folder: string
  outside: string
  /** A file of the person's own; null where the home cannot be written. */
  homeFile: string | null
  secret: string
  /** A process of ours with the secret in its environment. */
  neighbour: ChildProcess
  server: Server
  port: number
  remove(): void
}

export async function setUpCanaries(): Promise<Canaries> {
  const top = mkdtempSync(join(tmpdir(), 'anneal-canary-'))
  chmodSync(top, 0o711)
  const [folder, outside] = [join(top, 'folder'), join(top, 'outside')]
  for (const path of [folder, outside]) mkdirSync(path)
  const secret = randomBytes(12).toString('hex')
  const homeFile = leaveInHome(secret)
  const neighbour = spawn('sleep', ['30'], { env: { SECRET: secret, PATH: '/usr/bin:/bin' }, stdio: 'ignore' })
  neighbour.on('error', () => {})
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    folder,
    outside,
    homeFile,
    secret,
    neighbour,
    server,
    port: typeof address === 'object' && address !== null ? address.port : 0,
    remove() {
      server.close()
      neighbour.kill('SIGKILL')
      rmSync(top, { recursive: true, force: true })
      if (homeFile !== null) rmSync(homeFile, { force: true })
    },
  }
}

function leaveInHome(secret: string): string | null {
  const path = join(homedir(), `.anneal-canary-${randomBytes(6).toString('hex')}`)
  try {
    writeFileSync(path, secret, { mode: 0o600 })
    return path
  } catch {
    return null
  }
}

/** Runs inside and tells over descriptor 3 what it could reach. The secret comes reversed, lest it find its own. */
const PROBE = `
const fs = require('fs'), net = require('net')
const [port, homeFile, reversed, outside, folder, out, neighbour] = process.argv.slice(1)
const secret = [...reversed].reverse().join('')
const works = (act) => { try { return act(), true } catch { return false } }
const reads = (path) => { try { return fs.readFileSync(path, 'latin1') } catch { return '' } }
const lists = (path) => { try { return fs.readdirSync(path) } catch { return [] } }
const found = {
  home: homeFile !== '' && reads(homeFile) === secret,
  environ: lists('/proc').some((name) => reads('/proc/' + name + '/environ').includes(secret)),
  write: [outside + '/x', folder + '/x', '/usr/anneal-canary', '/anneal-canary'].some((path) => works(() => fs.writeFileSync(path, ''))),
  artifacts: works(() => fs.writeFileSync(out + '/x', '')),
  temp: works(() => fs.writeFileSync(process.env.TMPDIR + '/x', '')),
}
if (Number(neighbour) !== process.pid) works(() => process.kill(Number(neighbour), 'SIGKILL'))
const tell = (network) => { fs.writeSync(3, JSON.stringify({ ...found, network })); process.exit() }
net.connect(Number(port), '127.0.0.1').on('connect', () => tell(true)).on('error', () => tell(false))
setTimeout(() => tell(false), 300)`

const Found = z.object({
  home: z.boolean(),
  environ: z.boolean(),
  write: z.boolean(),
  artifacts: z.boolean(),
  temp: z.boolean(),
  network: z.boolean(),
})

const PROBED_PROCESSES = 24
const TIMEOUT = 5

type CanaryJob = { job: Job; out: string }

function canaryJob({ folder, outside }: Canaries, name: string): CanaryJob {
  const out = join(folder, name)
  mkdirSync(out, { recursive: true })
  const job: Job = {
    command: '',
    folder,
    readable: [],
    writable: [out],
    environment: {},
    timeout: TIMEOUT,
    memory: 2 ** 30,
    network: false,
    sandboxed: true,
    log: join(outside, `${name}.log`),
  }
  return { job, out }
}

/** The job that tries to reach the canaries. */
export function reachingJob(canaries: Canaries, name: string): Job {
  const { job, out } = canaryJob(canaries, name)
  const { port, homeFile, secret, outside, folder, neighbour } = canaries
  const values = [port, homeFile ?? '', [...secret].reverse().join(''), outside, folder, out, neighbour.pid ?? 0]
  const environment = Object.fromEntries([
    ['PROBE', PROBE],
    ...values.map((value, index) => [`ARG${index}`, `${value}`]),
  ])
  const words = values.map((_, index) => `"$ARG${index}"`).join(' ')
  return { ...job, command: `exec node -e "$PROBE" -- ${words}`, environment, resultPipe: true }
}

/** The job that starts more processes than it may, and leaves them behind in sessions of their own. */
export function forkingJob(canaries: Canaries, name: string): Job {
  const { job, out } = canaryJob(canaries, name)
  const tries = PROBED_PROCESSES + 8
  const command = `i=0; while [ $i -lt ${tries} ]; do setsid sleep ${stayTime(canaries)} & i=$((i+1)); done; : > "$OUT/all"`
  return { ...job, command, processes: PROBED_PROCESSES, environment: { OUT: out } }
}

/** A number of seconds that no other process sleeps for: how left-over daemons are known. */
function stayTime({ secret }: Canaries): string {
  return `29.${parseInt(secret.slice(0, 10), 16)}`
}

/** What a reaching job got hold of, in words; empty where the walls held. */
export function reached(channel: string | null, canaries: Canaries, { network }: { network: boolean }): string[] {
  const found = Found.safeParse(parseJson(channel))
  if (!found.success) return ['the canary did not report']
  const { data } = found
  return [
    network && data.network ? 'the network was in reach' : '',
    data.home ? 'a file in the home folder could be read' : '',
    data.environ ? "another process's environment could be read" : '',
    data.write || existsSync(join(canaries.outside, 'x')) ? 'a file outside could be written' : '',
    data.artifacts ? '' : 'the artifact folder could not be written',
    data.temp ? '' : 'the temp folder could not be written',
    lives(canaries.neighbour) ? '' : 'another process could be killed',
  ].filter(Boolean)
}

/** What a forking job got away with. */
export function outgrew(job: Job, canaries: Canaries): string[] {
  const stay = stayTime(canaries)
  const left = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => commandOf(name).includes(stay))
  for (const pid of left) killNow(Number(pid))
  return [
    job.writable.some((out) => existsSync(join(out, 'all'))) ? 'the limit on processes did not hold' : '',
    left.length > 0 ? 'processes outlived the command' : '',
  ].filter(Boolean)
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return ''
  }
}

function lives(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return null
  }
}
