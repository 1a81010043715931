import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, test } from 'vitest'

const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scancel']
const CPUS = 4

export type Slurm = {
  /** What its tools need to find it. */
  environment: { SLURM_CONF: string }
  /** Runs one of Slurm's tools. */
  tool(name: string, ...words: string[]): string
  /** A folder for the tests. */
  folder: string
  stop(): Promise<void>
}

/** Why no Slurm can be started here; null where one can. */
export function lacking(): string | null {
  if (!process.env.ANNEAL_TEST_ALL) return 'runs with ANNEAL_TEST_ALL'
  if (process.platform !== 'linux') return 'needs Linux'
  const path = `${process.env.PATH}:/usr/sbin:/sbin`
  const missing = PROGRAMS.filter(
    (name) => spawnSync('/bin/sh', ['-c', `command -v ${name}`], { env: { PATH: path } }).status !== 0,
  )
  return missing.length === 0 ? null : `needs ${missing.join(', ')}: apt-get install slurm-wlm munge`
}

/** A group of tests with a Slurm of their own. Skipped with the reason where there can be none; under CI, where all tests run, that is a failure. */
export function withSlurm(name: string, body: (slurm: () => Slurm) => void): void {
  const reason = lacking()
  if (reason !== null && process.env.ANNEAL_TEST_ALL && process.env.CI === 'true')
    return void test(`${name} (${reason})`, () => {
      throw new Error(reason)
    })
  if (reason !== null) return void describe.skip(`${name} (skipped: ${reason})`, () => body(() => never()))
  describe(name, { timeout: 180_000 }, () => {
    let slurm: Slurm | null = null
    beforeAll(async () => {
      slurm = await startSlurm()
      Object.assign(process.env, slurm.environment)
    }, 60_000)
    afterAll(() => slurm?.stop())
    body(() => slurm ?? never())
  })
}

function never(): never {
  throw new Error('no Slurm runs')
}

/** Starts a Slurm of one node on loopback, with ports, keys and folders of its own. `stop` ends just its processes. */
export async function startSlurm(): Promise<Slurm> {
  const folder = mkdtempSync(join(tmpdir(), 'anneal-slurm-'))
  // Jobs in the sandbox have another user id and must get through.
  chmodSync(folder, 0o711)
  const [control, node] = await freePorts(2)
  const at = (name: string) => join(folder, name)
  for (const name of ['munge', 'state', 'spool']) mkdirSync(at(name), { mode: 0o700 })
  writeFileSync(at('munge/key'), randomBytes(128), { mode: 0o400 })
  const user = process.getuid?.() ?? 0
  writeFileSync(
    at('slurm.conf'),
    `${[
      'ClusterName=anneal',
      'SlurmctldHost=localhost(127.0.0.1)',
      `SlurmctldPort=${control}`,
      `SlurmdPort=${node}`,
      `SlurmUser=#${user}`.replace('#0', 'root'),
      `SlurmdUser=#${user}`.replace('#0', 'root'),
      'AuthType=auth/munge',
      `AuthInfo=socket=${at('munge/socket')}`,
      'CredType=cred/munge',
      `StateSaveLocation=${at('state')}`,
      `SlurmdSpoolDir=${at('spool')}`,
      `SlurmctldPidFile=${at('slurmctld.pid')}`,
      `SlurmdPidFile=${at('slurmd.pid')}`,
      `SlurmctldLogFile=${at('slurmctld.log')}`,
      `SlurmdLogFile=${at('slurmd.log')}`,
      'ProctrackType=proctrack/linuxproc',
      'TaskPlugin=task/none',
      'SwitchType=switch/none',
      'MpiDefault=none',
      'ReturnToService=2',
      'SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0',
      'SelectType=select/cons_tres',
      'SelectTypeParameters=CR_CPU_Memory',
      'AccountingStorageType=accounting_storage/none',
      'JobAcctGatherType=jobacct_gather/none',
      'SlurmdParameters=config_overrides',
      'KillWait=2',
      'GresTypes=gpu',
      `NodeName=node1 NodeHostname=localhost NodeAddr=127.0.0.1 CPUs=${CPUS} RealMemory=64000 Gres=gpu:2 State=UNKNOWN`,
      'PartitionName=main Nodes=node1 Default=YES MaxTime=INFINITE State=UP',
    ].join('\n')}\n`,
  )
  // Slurm wants device nodes; any will do.
  writeFileSync(at('gres.conf'), 'NodeName=node1 Name=gpu File=/dev/null\nNodeName=node1 Name=gpu File=/dev/zero\n')
  writeFileSync(at('cgroup.conf'), 'CgroupPlugin=autodetect\n')
  const environment = { SLURM_CONF: at('slurm.conf') }
  const env = { ...process.env, ...environment, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }
  const started: ChildProcess[] = []
  const begin = (program: string, ...words: string[]) =>
    started.push(spawn(program, words, { env, stdio: ['ignore', 'ignore', 'ignore'] }))
  const stop = async () => {
    for (const child of started.toReversed()) {
      const over = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGTERM')
      await Promise.race([over, wait(5000).then(() => child.kill('SIGKILL'))])
    }
    execFileSync('rm', ['-rf', '--', folder])
  }
  const tool = (name: string, ...words: string[]) => execFileSync(name, words, { env, encoding: 'utf8' }).trim()
  const munge = ['key-file', 'socket', 'pid-file', 'log-file', 'seed-file'].map(
    (name) => `--${name}=${at(`munge/${name.replace('-file', '')}`)}`,
  )
  begin('munged', '--foreground', '--force', ...munge)
  await wait(300)
  begin('slurmctld', '-D', '-i', '-f', environment.SLURM_CONF)
  begin('slurmd', '-D', '-N', 'node1', '-f', environment.SLURM_CONF)
  for (let tries = 0; tries < 100; tries++) {
    await wait(200)
    const said = spawnSync('sinfo', ['--noheader', '--format=%T'], { env, encoding: 'utf8' })
    if (said.stdout.trim() === 'idle') return { environment, tool, folder, stop }
  }
  const log = [at('slurmctld.log'), at('slurmd.log')].map((path) => readFileSync(path, 'utf8').slice(-1500)).join('\n')
  await stop()
  throw new Error(`Slurm did not start:\n${log}`)
}

/** Ports of loopback that nobody listens on now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer()
          server.listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
