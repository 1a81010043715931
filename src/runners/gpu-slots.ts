import { createServer } from 'node:net'
import { AnnealError, EXIT } from '../records/error.ts'
import type { GpuUse } from '../records/execution.ts'
import { shared, watchUse } from './gpu-use.ts'
import type { Runner } from './job.ts'
import { type Device, deviceOf, readDevices, visibleIds } from './nvidia.ts'

/** Devices that a job holds alone. `release` gives them back and says how much of them was used. */
export type Held = { environment: Record<string, string>; release(): GpuUse }

/** A device that jobs may hold, as it stands: `state` says who has it. */
export type Slot = { id: string; device: Device | null; state: 'free' | 'held' | 'strangers' | 'gone' }

export type GpuSlots = {
  /** All devices that jobs may hold. */
  look(): Promise<Slot[]>
  /** Waits in turn for `count` devices; null where `signal` is aborted first. Throws where so many are no longer there. */
  hold(count: number, signal: AbortSignal): Promise<Held | null>
}

export type SlotOptions = {
  /** The task's own choice, as indices or UUIDs. */
  devices?: readonly string[] | undefined
  environment?: NodeJS.ProcessEnv
  /** Milliseconds between two looks for a free device, at most. */
  pause?: number
}

/** Bytes that a device may hold though nobody computes on it: a desktop, the driver. */
const IDLE = 2 ** 30
const PAUSE = 2000
const FIRST_PAUSE = 100
/** Looks that must agree that too few devices are left: one may fail. */
const SURE = 3
const FRESH = 500

/**
 * The GPUs that jobs may hold: the task's `devices`, else CUDA_VISIBLE_DEVICES, else all that `nvidia-smi` lists. Several processes of Anneal on one machine keep
 * out of one another's way. Throws where the task names a device that CUDA_VISIBLE_DEVICES keeps from it, or that is not there.
 */
export async function openGpuSlots({
  devices: chosen,
  environment = process.env,
  pause = PAUSE,
}: SlotOptions = {}): Promise<GpuSlots> {
  const read = shared(() => readDevices(environment), Math.min(FRESH, pause))
  const found = await read()
  const ids = idsOf(found, visibleIds(environment.CUDA_VISIBLE_DEVICES), chosen)
  const held = new Set<string>()
  const sleepers = new Set<() => void>()
  let last: Promise<unknown> = Promise.resolve()

  const look = async (): Promise<Slot[]> => {
    const now = await read()
    return ids.map((id) => {
      const device = deviceOf(id, now) ?? null
      // What nvidia-smi never listed (a MIG instance, or no nvidia-smi) is taken on trust.
      const gone = device === null && deviceOf(id, found) !== undefined
      const strangers = (device?.used ?? 0) > IDLE
      return { id, device, state: held.has(id) ? 'held' : gone ? 'gone' : strangers ? 'strangers' : 'free' }
    })
  }

  /** Takes `count` of the free devices, or none. */
  const take = async (slots: readonly Slot[], count: number): Promise<Taken | null> => {
    const locks: { id: string; unlock(): Promise<void> }[] = []
    for (const { id, state } of slots) {
      if (locks.length === count) break
      const unlock = state === 'free' ? await lock(deviceOf(id, found)?.uuid ?? id) : null
      if (unlock !== null) locks.push({ id, unlock })
    }
    for (const { id } of locks) held.add(id)
    const free = async () => {
      for (const { id, unlock } of locks) {
        await unlock()
        held.delete(id)
      }
      for (const wake of sleepers) wake()
    }
    if (locks.length === count) return { ids: locks.map(({ id }) => id), free }
    await free()
    return null
  }

  const acquire = async (count: number, signal: AbortSignal): Promise<Taken | null> => {
    let wait = Math.min(FIRST_PAUSE, pause)
    for (let doubts = 0; !signal.aborted; ) {
      try {
        const slots = await look()
        const there = slots.filter(({ state }) => state !== 'gone').length
        if (there < count) throw tooFew(count, there)
        doubts = 0
        const taken = await take(slots, count)
        if (taken !== null) return taken
      } catch (fault) {
        if (++doubts >= SURE) throw fault
      }
      await sleep(wait, sleepers, signal)
      wait = Math.min(pause, wait * 2)
    }
    return null
  }

  return {
    look,
    async hold(count, signal) {
      if (count > ids.length) throw tooFew(count, ids.length)
      const turn = last.then(() => acquire(count, signal))
      last = turn.catch(() => undefined)
      const taken = await orAborted(turn, signal)
      if (taken === null) {
        void turn.then((late) => late?.free()).catch(() => undefined)
        return null
      }
      const use = watchUse(taken.ids, read)
      return {
        // The order by bus is nvidia-smi's; CUDA's own would put the fastest first.
        environment: { CUDA_VISIBLE_DEVICES: taken.ids.join(','), CUDA_DEVICE_ORDER: 'PCI_BUS_ID' },
        release() {
          void taken.free()
          return use.end()
        },
      }
    },
  }
}

type Taken = { ids: string[]; free(): Promise<void> }

/** A runner whose jobs hold the GPUs that they ask for. */
export function withGpus(runner: Runner, slots: GpuSlots): Runner {
  return {
    async run(job, signal) {
      const held = job.gpus ? await slots.hold(job.gpus, signal) : null
      if (held === null) return runner.run(job, signal)
      let gpu: GpuUse | null = null
      try {
        const ran = await runner.run({ ...job, environment: { ...job.environment, ...held.environment } }, signal)
        gpu = held.release()
        return { ...ran, gpu }
      } finally {
        if (gpu === null) held.release()
      }
    },
  }
}

function idsOf(found: readonly Device[], visible: string[] | null, chosen?: readonly string[]): string[] {
  const all = visible ?? found.map(({ index }) => index)
  const same = (a: string, b: string) => a === b || (deviceOf(a, found) ?? a) === (deviceOf(b, found) ?? b)
  const stray = chosen?.find((id) => !all.some((one) => same(one, id)))
  if (stray !== undefined)
    throw new AnnealError({
      what: `runner.devices: there is no GPU ${stray} to use.`,
      why: `${visible === null ? 'nvidia-smi lists' : 'CUDA_VISIBLE_DEVICES allows'}: ${all.join(', ') || 'none'}.`,
      fix: 'Name devices by their index or UUID in `nvidia-smi -L`.',
    })
  return [...(chosen ?? all)]
}

/** The refusal where a task asks for more GPUs than there are. */
export function tooFew(asked: number, there: number): AnnealError {
  return new AnnealError({
    what: `The task asks for ${asked} GPU${asked === 1 ? '' : 's'} an attempt, and there ${there === 1 ? 'is' : 'are'} ${there}.`,
    why: 'Devices are those in runner.devices, else in CUDA_VISIBLE_DEVICES, else all that nvidia-smi lists.',
    fix: 'Lower runner.gpus, free or mend the devices, or run on a cluster with runner.kind: slurm.',
    exit: EXIT.unavailable,
  })
}

/** What comes of `work`, or null as soon as `signal` is aborted. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const give = () => resolve(null)
    if (signal.aborted) give()
    signal.addEventListener('abort', give)
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', give))
  })
}

/** Until `milliseconds` are over, a device comes back or `signal` is aborted. */
function sleep(milliseconds: number, sleepers: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer)
      sleepers.delete(wake)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, milliseconds)
    sleepers.add(wake)
    signal.addEventListener('abort', wake)
  })
}

/**
 * Takes a device for this process; gives what frees it, or null where another process of Anneal has it. The lock is a name in the kernel's table of sockets,
 * which goes away with the process however it ends.
 */
function lock(device: string): Promise<(() => Promise<void>) | null> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy())
    server.unref()
    server.once('error', () => resolve(null))
    const unlock = () => new Promise<void>((done) => server.close(() => done()))
    server.listen(`\0anneal-gpu-${device}`, () => resolve(unlock))
  })
}
