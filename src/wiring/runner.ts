import { randomUUID } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AnnealError } from '../records/error.ts'
import type { Run } from '../records/run.ts'
import type { Task } from '../records/task.ts'
import { openBatchRunner } from '../runners/batch.ts'
import { openGpuSlots, type Slot, tooFew, withGpus } from '../runners/gpu-slots.ts'
import type { Runner } from '../runners/job.ts'
import { removeFolder } from '../runners/remove.ts'
import { localRunner } from '../runners/runner.ts'
import { probeTiers } from '../runners/sandbox.ts'
import { slurmQueue, tryOrder } from '../runners/slurm.ts'
import { refusal } from '../runners/tiers.ts'
import type { Own } from './own.ts'

/** Where the commands of a run run. */
export type Runners = {
  /** Runs `setup`, `execute` and `evaluate`. */
  runner: Runner
  /** This machine, where editors run. */
  local: Runner
  /** The folder for working folders, and the one for what `setup` makes; within reach of the runner. */
  work: string
  cache: string
  /** Drops what the runner keeps of an attempt. */
  forget(attempt: number): Promise<void>
  /** Ends what still runs. */
  close(): Promise<void>
}

/** The runners of the run whose files are in `folder`, on the best tier that holds here. Throws where none does, unless the person has turned the sandbox off. */
export async function openRunners(run: Run, own: Own, home: string, folder: string): Promise<Runners> {
  const probe = own.sandboxOff ? null : await probeTiers()
  if (probe?.tier === 'none') throw refusal('none', probe.failures.map(({ tier, why }) => `${tier}: ${why}`).join('\n'))
  if (!own.sandboxOff && run.tier === 'none')
    throw new AnnealError({
      what: 'This run was started with the sandbox off.',
      why: 'Its scores would not be comparable.',
      fix: 'Resume it with --sandbox off, or start a new run.',
    })
  const local = localRunner({ tier: probe?.tier ?? 'none', unsafe: own.sandboxOff })
  const real = await realpath(folder)
  const wish = run.task.runner
  if (wish.kind === 'slurm') return overSlurm(wish, own, local, home, real)
  return {
    runner: wish.gpus > 0 ? withGpus(local, await openGpuSlots({ devices: wish.devices })) : local,
    local,
    work: join(real, 'work'),
    cache: join(home, 'cache', 'setup'),
    forget: async () => undefined,
    close: async () => undefined,
  }
}

/** Holds what the task asks of its runner against this machine, or the cluster, and gives what a person should know. Throws where no job could ever run. */
export async function tryRunner({ runner, search, execute, evaluate }: Task): Promise<string[]> {
  const { kind, gpus, memory, devices } = runner
  if (kind === 'slurm') {
    const seconds = Math.max(execute?.timeout ?? 0, evaluate.timeout)
    const words = [process.execPath, '--version']
    const place = { path: '/usr/bin:/bin', folder: '/', log: '/dev/null' }
    await tryOrder({ name: 'anneal.check', words, ...place, seconds, memory, gpus }, runner)
    return []
  }
  if (gpus === 0) return []
  const slots = await (await openGpuSlots({ devices })).look()
  if (gpus > slots.length) throw tooFew(gpus, slots.length)
  const strangers = slots.flatMap(({ id, state }) => (state === 'strangers' ? [id] : []))
  const atOnce = Math.floor(slots.length / gpus)
  return [
    ...(strangers.length > 0
      ? [`Somebody else computes on GPU ${strangers.join(', ')}: it is left alone until it is free.`]
      : []),
    ...(atOnce < search.parallel
      ? [`There are GPUs for ${atOnce} of ${search.parallel} attempts at a time; others wait.`]
      : []),
  ]
}

/** The GPUs of this machine that the task may use, as they stand; none where it runs elsewhere. */
export async function gpusOf({ runner }: Task): Promise<Slot[]> {
  if (runner.kind !== 'local') return []
  const looked = openGpuSlots({ devices: runner.devices }).then((slots) => slots.look())
  // Where none is asked for, a broken driver is nobody's business.
  return runner.gpus > 0 ? looked : looked.catch(() => [])
}

/** Each process has working folders of its own: jobs of an earlier one may still be at work in theirs. */
async function overSlurm(
  wish: Task['runner'],
  own: Own,
  local: Runner,
  home: string,
  folder: string,
): Promise<Runners> {
  const name = basename(folder)
  const shared = wish.folder === undefined ? folder : join(wish.folder, 'runs', name)
  const { run, forget, close } = await openBatchRunner({
    queue: slurmQueue(wish),
    folder: shared,
    run: name,
    unsafe: own.sandboxOff,
    longest: wish.time,
  })
  return {
    runner: { run },
    local,
    work: join(shared, 'work', randomUUID().slice(0, 8)),
    cache: join(wish.folder ?? home, 'cache', 'setup'),
    forget,
    async close() {
      await close()
      await removeFolder(join(shared, 'work')).catch(() => undefined)
    },
  }
}
