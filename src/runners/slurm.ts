import { execa } from 'execa'
import { AnnealError, EXIT } from '../records/error.ts'
import { type Order, type Queue, type Standing, type State, Unreachable } from './queue.ts'

/** The task's own wishes for its jobs. `time` in seconds; `options` are words for `sbatch`. */
export type SlurmOptions = {
  partition?: string | undefined
  time?: number | undefined
  options?: readonly string[] | undefined
  environment?: NodeJS.ProcessEnv
}

const PATIENCE = 60_000
/** Bytes that the program which runs the command needs for itself. */
const OVERHEAD = 512 * 2 ** 20
/** Errors of Slurm's tools after which the same request may well be met. */
const PASSING =
  /unable to contact|timed out|temporarily|try again|not responding|connection (refused|reset)|zero bytes|communication|submit limit|MaxSubmit|MaxJobCount|backup controller|shutting down/i
/** What Slurm's tools need of the environment; the job itself gets none of the person's keys. */
const KEPT = /^(PATH|HOME|USER|LOGNAME|LANG|KRB5CCNAME|SLURM_CONF|SBATCH_.*)$/

const STATES: Readonly<Record<string, State>> = {
  PENDING: 'waiting',
  CONFIGURING: 'waiting',
  REQUEUED: 'waiting',
  REQUEUE_HOLD: 'waiting',
  REQUEUE_FED: 'waiting',
  SPECIAL_EXIT: 'waiting',
  RESV_DEL_HOLD: 'waiting',
  RUNNING: 'running',
  COMPLETING: 'running',
  SUSPENDED: 'running',
  STOPPED: 'running',
  SIGNALING: 'running',
  STAGE_OUT: 'running',
  RESIZING: 'running',
  COMPLETED: 'completed',
  CANCELLED: 'cancelled',
  REVOKED: 'cancelled',
  FAILED: 'failed',
  TIMEOUT: 'timeout',
  DEADLINE: 'timeout',
  OUT_OF_MEMORY: 'memory',
  PREEMPTED: 'preempted',
  NODE_FAIL: 'node-lost',
  BOOT_FAIL: 'node-lost',
}

/** Slurm, through its own tools: `sbatch`, `squeue`, `sacct` where there is a database, `scancel`. */
export function slurmQueue(options: SlurmOptions = {}): Queue {
  const { environment = process.env } = options
  const tool = (name: string, words: readonly string[], input?: string) => call(name, words, environment, input)
  return {
    async submit(order) {
      const said = await tool('sbatch', submission(order, options), script(order))
      if (said.exitCode !== 0) throw refused('sbatch', said.stderr)
      const [id = ''] = said.stdout.trim().split(';')
      if (!/^\d+$/.test(id)) throw new Unreachable(`sbatch said ${JSON.stringify(said.stdout.slice(0, 200))}`)
      return id
    },

    async look(wanted) {
      const user = `--user=${process.getuid?.() ?? environment.USER ?? ''}`
      const said = await tool('squeue', ['--noheader', user, '--states=all', '--format=%A|%T|%N|%j'])
      if (said.exitCode !== 0) throw refused('squeue', said.stderr)
      const names = new Set(wanted.map(({ name }) => name))
      // Of two jobs with one name, handed in twice because Slurm did not answer, the one that still runs counts.
      const rows = said.stdout.split('\n').flatMap((row) => standingOf(row, names))
      const known = new Map(rows.sort(([, a], [, b]) => Number(isLive(a)) - Number(isLive(b))))
      const forgotten = wanted.filter(({ name, id }) => id !== null && !known.has(name))
      return forgotten.length === 0 ? known : new Map([...known, ...(await remembered(forgotten, tool))])
    },

    async cancel(ids) {
      if (ids.length === 0) return
      const said = await tool('scancel', [...ids])
      if (said.exitCode !== 0 && PASSING.test(said.stderr)) throw new Unreachable(said.stderr.trim())
    },
  }
}

/** Asks Slurm whether it could ever run such a job, without handing it in. Throws an `AnnealError` with Slurm's own words where not. */
export async function tryOrder(order: Order, options: SlurmOptions = {}): Promise<void> {
  const words = ['--test-only', ...submission(order, options)]
  const said = await call('sbatch', words, options.environment ?? process.env, script(order))
  if (said.exitCode !== 0) throw refused('sbatch', said.stderr, EXIT.unavailable)
}

type Said = { exitCode: number; stdout: string; stderr: string }
type Tool = (name: string, words: readonly string[], input?: string) => Promise<Said>

async function call(name: string, words: readonly string[], environment: NodeJS.ProcessEnv, input = ''): Promise<Said> {
  const env = Object.fromEntries(
    Object.entries(environment).filter(([key]) => KEPT.test(key) && key !== 'SBATCH_EXPORT'),
  )
  const said = await execa(name, words, { env, extendEnv: false, reject: false, timeout: PATIENCE, input })
  if (said.code === 'ENOENT')
    throw new AnnealError({
      what: `${name} is not there.`,
      why: 'The runner is `slurm`, which works through the tools of Slurm.',
      fix: 'Run Anneal where `sbatch` works, such as a login node; or use `runner: {kind: local}`.',
      exit: EXIT.unavailable,
    })
  return { exitCode: said.exitCode ?? 1, stdout: said.stdout, stderr: said.stderr || (said.shortMessage ?? '') }
}

/** The words after `sbatch`. The task's own come last, where they win. */
function submission(order: Order, { partition, time, options = [] }: SlurmOptions): string[] {
  const own = (pattern: RegExp) => options.some((option) => pattern.test(option))
  return [
    '--parsable',
    '--no-requeue',
    `--job-name=${order.name}`,
    `--chdir=${order.folder}`,
    `--output=${order.log}`,
    '--open-mode=append',
    '--nodes=1',
    '--ntasks=1',
    `--time=${Math.ceil((time ?? order.seconds) / 60)}`,
    ...(own(/^--mem/) ? [] : [`--mem=${Math.ceil((order.memory + OVERHEAD) / 2 ** 20)}M`]),
    ...(order.gpus === 0 || own(/^(--gres|--gpus|-G)/) ? [] : [`--gres=gpu:${order.gpus}`]),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...options,
  ]
}

const isLive = ({ state }: Standing) => state === 'waiting' || state === 'running'

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`

/** The words take the shell's place, so that Slurm's signals reach them. */
function script({ words, path }: Order): string {
  return `#!/bin/sh\nexport PATH=${quoted(path)}\nexec ${words.map(quoted).join(' ')}\n`
}

function standingOf(row: string, names: ReadonlySet<string>): [string, Standing][] {
  const [id = '', word = '', node = '', ...rest] = row.split('|')
  const name = rest.join('|')
  if (!names.has(name)) return []
  return [[name, { id, state: STATES[word] ?? 'running', detail: `${word}${node === '' ? '' : ` on ${node}`}` }]]
}

/** What the database says of jobs that the controller has forgotten; nothing where there is none. */
async function remembered(
  jobs: readonly { name: string; id: string | null }[],
  tool: Tool,
): Promise<[string, Standing][]> {
  const ids = jobs.flatMap(({ id }) => id ?? [])
  const said = await tool('sacct', [
    '--noheader',
    '--allocations',
    '--parsable2',
    `--jobs=${ids}`,
    '--format=JobIDRaw,State,NodeList',
  ])
  if (said.exitCode !== 0) return []
  return said.stdout.split('\n').flatMap((row): [string, Standing][] => {
    const [id = '', words = '', node = ''] = row.split('|')
    const name = jobs.find((job) => job.id === id)?.name
    // "CANCELLED by 1000"
    const state = STATES[words.split(' ')[0] ?? '']
    return name === undefined || state === undefined ? [] : [[name, { id, state, detail: `${words} on ${node}` }]]
  })
}

function refused(name: string, text: string, exit: number = EXIT.request): Error {
  if (PASSING.test(text)) return new Unreachable(`${name}: ${text.trim()}`)
  return new AnnealError({
    what: `Slurm does not take the job.`,
    why: text.trim().slice(0, 1000),
    fix: 'Mend `runner` in the task: partition, gpus, memory, time and options. `sinfo` shows what the cluster has.',
    exit,
  })
}
