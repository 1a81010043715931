import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import type { Tier } from '../records/execution.ts'
import { bubblewrapCommand, type Walls } from './bubblewrap.ts'
import { chooseIdentity, dropTo, handOver, type Identity, openUp, takeBack } from './identity.ts'
import type { Job } from './job.ts'
import { limitWords } from './limits.ts'
import { mountsOf } from './mounts.ts'
import { namespacesCommand } from './namespaces.ts'
import type { Toolchains } from './toolchains.ts'

/** A job made ready: the words to run and what to do when it is over. */
export type Launch = {
  words: readonly string[]
  environment: Readonly<Record<string, string>>
  folder: string
  /** Stands in the environment of every process of the job that did not wipe it. */
  marker: string
  /** The id that only this job's processes have; null where they have the person's. */
  uid: number | null
  /** The job has its own process namespace, which dies whole. */
  contained: boolean
  /** It writes to descriptor 4 once the walls stand and the command starts. */
  reports: boolean
  finish(): void
}

const SYSTEM_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
/** Shared by all jobs of this process, so that the guardian can find whatever is left. */
export const MARKER_PREFIX = `ANNEAL_JOB=${randomUUID()}`

let jobs = 0

let scratchFolder: string | null = null

/** Holds the jobs' scratch folders; removed when this process ends, by the guardian where it was killed. */
export function scratchOfProcess(): string {
  if (scratchFolder === null || !existsSync(scratchFolder)) {
    const made = mkdtempSync(join(tmpdir(), 'anneal-'))
    chmodSync(made, 0o711)
    process.once('exit', () => removeAll(made))
    scratchFolder = made
  }
  return scratchFolder
}

/** What keeps a job from being started, in words, or null. */
export function obstacle(job: Job, tier: Tier): string | null {
  const named = [job.folder, ...job.readable, ...job.writable]
  const relative = named.find((path) => !isAbsolute(path))
  if (relative !== undefined) return `not an absolute path: ${relative}`
  const missing = named.find((path) => statSync(path, { throwIfNoEntry: false }) === undefined)
  if (missing !== undefined) return `no such file or folder: ${missing}`
  if (!statSync(job.folder).isDirectory()) return `not a folder: ${job.folder}`
  const dropsFirst = tier === 'uid' || (tier !== 'none' && chooseIdentity().kind === 'before')
  const closed = job.sandboxed && dropsFirst ? named.map(closedAbove).find((path) => path !== null) : null
  return closed ? `another user id cannot pass ${closed}: chmod o+x it, or work in a folder that all may enter` : null
}

/** The first folder above a path that lets only its owner through. */
function closedAbove(path: string): string | null {
  const above = dirname(path)
  if (above === path) return null
  return closedAbove(above) ?? ((statSync(above).mode & 0o001) === 0 ? above : null)
}

/** Makes a job ready to run on a tier. A plain job and a sandboxed one on tier `none` get no walls. */
export function prepare(job: Job, tier: Tier, toolchains: Toolchains): Launch {
  const scratch = mkdtempSync(join(scratchOfProcess(), 'job-'))
  const [temp, root] = [join(scratch, 'tmp'), join(scratch, 'root')]
  for (const folder of [temp, root]) mkdirSync(folder)
  const marker = `${MARKER_PREFIX}.${++jobs}`
  const limited = job.sandboxed && process.platform === 'linux'
  const walled = limited && tier !== 'none'
  const contained = walled && tier !== 'uid'
  const identity: Identity | null = walled ? chooseIdentity() : null
  const dropped = identity !== null && identity.kind !== 'mapped'
  const inherited = walled ? [] : (process.env.PATH ?? '').split(delimiter).filter(isAbsolute)
  const environment: Record<string, string> = {
    PATH: [...new Set([...toolchains.path, ...inherited, ...SYSTEM_PATH])].join(delimiter),
    LANG: 'C.UTF-8',
    USER: 'nobody',
    LOGNAME: 'nobody',
    ...job.environment,
    HOME: contained ? '/tmp' : temp,
    TMPDIR: contained ? '/tmp' : temp,
  }
  const assigned = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const inner = [
    ...limitWords(job),
    ...['env', '-i', marker, ...assigned],
    ...['/bin/sh', '-c', starter({ contained, resultPipe: job.resultPipe ?? false }), 'sh', job.command],
  ]

  let words: string[]
  if (!limited) words = ['/bin/sh', '-c', job.command]
  else if (identity === null) words = inner
  else if (tier === 'uid') words = [...dropTo(identity.uid), ...inner]
  else {
    writeNames(scratch, identity)
    const reachable =
      identity.kind === 'before' ? toolchains.mounts.filter((path) => closedAbove(path) === null) : toolchains.mounts
    const walls: Walls = {
      mounts: mountsOf(job, { toolchains: reachable, scratch }),
      folder: job.folder,
      network: job.network,
      identity,
      proc: tier !== 'bubblewrap-without-proc',
    }
    words = tier === 'namespaces' ? namespacesCommand(walls, { root, inner }) : bubblewrapCommand(walls, inner)
  }

  if (dropped) {
    chmodSync(scratch, 0o711)
    openUp(job.folder)
    handOver([...job.writable, temp], identity.uid)
  }
  const [name = '', ...value] = marker.split('=')
  return {
    words,
    // What builds the walls gets nothing of the job's own words: they are spoken inside.
    environment: { ...(limited ? { PATH: SYSTEM_PATH.join(delimiter) } : environment), [name]: value.join('=') },
    folder: contained ? '/' : job.folder,
    marker,
    uid: dropped && tier === 'uid' ? identity.uid : null,
    contained,
    reports: limited,
    finish: () => {
      if (dropped) takeBack(job.writable)
      removeAll(scratch)
    },
  }
}

/**
 * What the first shell does: says that the walls stand, closes what the command may not have, and runs it. In a process
 * namespace that shell is process 1 and stays, so that it reaps whatever loses its parent.
 */
function starter({ contained, resultPipe }: { contained: boolean; resultPipe: boolean }): string {
  const ready = `echo >&4; exec 4>&-${resultPipe ? '' : ' 3>&-'}`
  return contained ? `${ready}; /bin/sh -c "$1"; exit $?` : `${ready}; exec /bin/sh -c "$1"`
}

/** Removes a folder that a command wrote; `rm` gets through trees nested too deep for a path to name. */
function removeAll(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    spawnSync('rm', ['-rf', '--', folder], { stdio: 'ignore' })
  }
}

/** Gives the sandbox's user a name, for programs that look it up. */
function writeNames(scratch: string, identity: Identity): void {
  const id = identity.kind === 'inside' ? identity.uid : 65_534
  writeFileSync(join(scratch, 'passwd'), `root:x:0:0:root:/:/bin/sh\nnobody:x:${id}:${id}:nobody:/tmp:/bin/sh\n`)
  writeFileSync(join(scratch, 'group'), `root:x:0:\nnogroup:x:${id}:\n`)
}
