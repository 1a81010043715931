import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { endingOf } from '../../src/runners/ending.ts'
import { openGpuSlots, withGpus } from '../../src/runners/gpu-slots.ts'
import { watchUse } from '../../src/runners/gpu-use.ts'
import { readDevices, visibleIds } from '../../src/runners/nvidia.ts'
import { localRunner } from '../../src/runners/runner.ts'
import { eventually, jobAt, place } from './support.ts'

const never = new AbortController().signal
let machines = 0

/** A machine with a stand-in `nvidia-smi` that prints what its devices hold; each test's devices have UUIDs of their own. */
function machine(used: readonly (number | null)[]) {
  const { top } = place()
  const bin = join(top, 'bin')
  mkdirSync(bin)
  const number = `${process.pid}-${++machines}`
  const rows = (memory: readonly (number | null)[]) =>
    memory.flatMap((mebibytes, index) =>
      mebibytes === null
        ? []
        : [`${index}, GPU-${number}-${index}, Test GPU, ${mebibytes}, 81920, ${10 * index}, 4${index}`],
    )
  const set = (memory: readonly (number | null)[]) => writeFileSync(join(top, 'rows'), `${rows(memory).join('\n')}\n`)
  set(used)
  const program = (script: string) => {
    writeFileSync(join(bin, 'nvidia-smi'), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, 'nvidia-smi'), 0o755)
  }
  program(`[ -e ${top}/broken ] && { echo "NVIDIA-SMI has failed"; exit 9; }; cat ${top}/rows`)
  const environment = { PATH: `${bin}:/usr/bin:/bin` }
  const breakIt = () => writeFileSync(join(top, 'broken'), '')
  return { environment, set, program, breakIt }
}

const idsOf = (held: { environment: Record<string, string> } | null) => held?.environment.CUDA_VISIBLE_DEVICES

describe('what nvidia-smi says', () => {
  test('is read in bytes, shares and degrees, and what it does not know is null', async () => {
    const { environment, program } = machine([])
    program(
      'echo "0, GPU-a, NVIDIA H100, PCIe, 512, 81559, 37, 45"; echo "1, GPU-b, Old, [N/A], 100, [Not Supported], ERR!"; echo "Unable to determine the device handle for GPU 0000:02:00.0: GPU is lost."; exit 15',
    )
    expect(await readDevices(environment)).toEqual([
      {
        index: '0',
        uuid: 'GPU-a',
        name: 'NVIDIA H100, PCIe',
        used: 512 * 2 ** 20,
        total: 81559 * 2 ** 20,
        utilisation: 0.37,
        temperature: 45,
      },
      {
        index: '1',
        uuid: 'GPU-b',
        name: 'Old',
        used: null,
        total: 100 * 2 ** 20,
        utilisation: null,
        temperature: null,
      },
    ])
  })

  test('is nothing where it is not installed, and an error where it fails', async () => {
    expect(await readDevices({ PATH: '/nowhere' })).toEqual([])
    const { environment, breakIt } = machine([0])
    breakIt()
    await expect(readDevices(environment)).rejects.toMatchObject({ exit: 69, why: 'NVIDIA-SMI has failed' })
  })

  test('CUDA_VISIBLE_DEVICES is read as CUDA reads it', () => {
    expect(visibleIds(undefined)).toBeNull()
    expect(visibleIds('')).toEqual([])
    expect(visibleIds('2, 0')).toEqual(['2', '0'])
    expect(visibleIds('GPU-8932f937-d72c,1')).toEqual(['GPU-8932f937-d72c', '1'])
    expect(visibleIds('1,-1,0')).toEqual(['1'])
  })
})

describe('GPU slots', () => {
  test.each([2, 3, 8])('%i devices are held by one job each, in the order of asking', async (count) => {
    const { environment } = machine(Array(count).fill(3))
    const slots = await openGpuSlots({ environment, pause: 20 })
    const first = await Promise.all(Array.from({ length: count }, () => slots.hold(1, never)))
    expect(first.map(idsOf)).toEqual(Array.from({ length: count }, (_, index) => String(index)))
    const order: number[] = []
    const later = [1, 2, 3].map(async (number) => {
      const held = await slots.hold(1, never)
      order.push(number)
      held?.release()
    })
    await wait(60)
    expect(order).toEqual([])
    first[1]?.release()
    await Promise.all(later)
    expect(order).toEqual([1, 2, 3])
  })

  test('who wants many is not overtaken by those who want one', async () => {
    const { environment } = machine([0, 0])
    const slots = await openGpuSlots({ environment, pause: 20 })
    const one = await slots.hold(1, never)
    const order: string[] = []
    const asking = async (count: number, name: string) => {
      const held = await slots.hold(count, never)
      order.push(name)
      return held
    }
    const [both, next] = [asking(2, 'both'), asking(1, 'one')]
    await wait(80)
    expect(order).toEqual([])
    one?.release()
    expect(idsOf(await both)).toBe('0,1')
    ;(await both)?.release()
    ;(await next)?.release()
    expect(order).toEqual(['both', 'one'])
  })

  test('a device on which a stranger computes is skipped, and taken when it is free again', async () => {
    const { environment, set } = machine([30_000, 0, 0])
    const slots = await openGpuSlots({ environment, pause: 20 })
    expect((await slots.look()).map(({ state }) => state)).toEqual(['strangers', 'free', 'free'])
    expect(idsOf(await slots.hold(2, never))).toBe('1,2')
    const waiting = slots.hold(1, never)
    await wait(60)
    set([5, 0, 0])
    expect(idsOf(await waiting)).toBe('0')
  })

  test('a device that vanishes is skipped; where too few are left that is an error, not a wait', async () => {
    const { environment, set } = machine([0, 0, 0])
    const slots = await openGpuSlots({ environment, pause: 20 })
    set([null, 0, 0])
    await wait(30)
    expect(idsOf(await slots.hold(1, never))).toBe('1')
    await expect(slots.hold(3, never)).rejects.toMatchObject({ exit: 69, what: expect.stringContaining('there are 2') })
    expect(idsOf(await slots.hold(1, never))).toBe('2')
  })

  test('more than there are is refused at once', async () => {
    const { environment } = machine([0, 0])
    const slots = await openGpuSlots({ environment })
    await expect(slots.hold(3, never)).rejects.toMatchObject({
      what: 'The task asks for 3 GPUs an attempt, and there are 2.',
    })
    const none = await openGpuSlots({ environment: { PATH: '/nowhere' } })
    await expect(none.hold(1, never)).rejects.toMatchObject({
      what: 'The task asks for 1 GPU an attempt, and there are 0.',
    })
  })

  test('an nvidia-smi that stops answering ends the wait with its own words', async () => {
    const { environment, breakIt } = machine([0])
    const slots = await openGpuSlots({ environment, pause: 10 })
    breakIt()
    await wait(20)
    await expect(slots.hold(1, never)).rejects.toMatchObject({ what: 'nvidia-smi does not answer.' })
  })

  test('who is aborted while waiting leaves the queue and takes nothing', async () => {
    const { environment } = machine([0])
    const slots = await openGpuSlots({ environment, pause: 20 })
    const held = await slots.hold(1, never)
    const stop = new AbortController()
    const waiting = slots.hold(1, stop.signal)
    const behind = slots.hold(1, never)
    stop.abort()
    expect(await waiting).toBeNull()
    held?.release()
    expect(idsOf(await behind)).toBe('0')
  })

  test('the choice of the task lies within CUDA_VISIBLE_DEVICES', async () => {
    const { environment } = machine([0, 0, 0, 0])
    const visible = { ...environment, CUDA_VISIBLE_DEVICES: '3,1' }
    expect(idsOf(await (await openGpuSlots({ environment: visible })).hold(2, never))).toBe('3,1')
    const chosen = await openGpuSlots({ environment, devices: ['2'] })
    expect(idsOf(await chosen.hold(1, never))).toBe('2')
    await expect(openGpuSlots({ environment: visible, devices: ['0'] })).rejects.toMatchObject({
      what: 'runner.devices: there is no GPU 0 to use.',
      why: 'CUDA_VISIBLE_DEVICES allows: 3, 1.',
    })
    await expect(openGpuSlots({ environment, devices: ['9'] })).rejects.toThrow('no GPU 9')
  })

  test('two processes of Anneal keep out of each other’s way', async () => {
    const { environment } = machine([0, 0])
    const [one, other] = [
      await openGpuSlots({ environment, pause: 20 }),
      await openGpuSlots({ environment, pause: 20 }),
    ]
    const first = await one.hold(1, never)
    expect(idsOf(await other.hold(1, never))).toBe('1')
    const waiting = other.hold(1, never)
    await wait(60)
    first?.release()
    expect(idsOf(await waiting)).toBe('0')
  })
})

describe('a job that asks for GPUs', () => {
  test('sees its own, gives them back when it fails too, and what it used is in its record', async () => {
    const { environment, set } = machine([0, 0])
    const runner = withGpus(localRunner({ tier: 'none', unsafe: true }), await openGpuSlots({ environment, pause: 20 }))
    const here = place()
    const ask = { gpus: 2, command: 'echo "on $CUDA_VISIBLE_DEVICES"; touch "$OUT/started"; sleep 2.5; exit 3' }
    const running = runner.run(jobAt(here, ask), never)
    expect(await eventually(() => existsSync(join(here.out, 'started')))).toBe(true)
    set([4000, 700])
    const ran = await running
    expect(ran).toMatchObject({ ending: 'exit', exitCode: 3, stdoutTail: 'on 0,1\n' })
    expect(ran.gpu).toEqual({ devices: ['0', '1'], utilisation: expect.closeTo(0.05), peakMemory: 4000 * 2 ** 20 })
    set([0, 0])
    expect((await runner.run(jobAt(here, { ...ask, command: 'true' }), never)).ending).toBe('ok')
    expect((await runner.run(jobAt(here, { command: 'echo "[$CUDA_VISIBLE_DEVICES]"' }), never)).stdoutTail).toBe(
      '[]\n',
    )
  })

  test('that is aborted while it waits never starts', async () => {
    const { environment } = machine([0])
    const slots = await openGpuSlots({ environment, pause: 20 })
    await slots.hold(1, never)
    const here = place()
    const stop = new AbortController()
    const running = withGpus(localRunner({ tier: 'none', unsafe: true }), slots).run(
      jobAt(here, { gpus: 1, command: 'touch "$OUT/ran"' }),
      stop.signal,
    )
    stop.abort()
    expect((await running).ending).toBe('interrupted')
    expect(existsSync(join(here.out, 'ran'))).toBe(false)
  })

  test('a look that fails leaves a gap, not a fault', async () => {
    const use = watchUse(['0'], () => Promise.reject(new Error('busy')), 10)
    await wait(50)
    expect(use.end()).toEqual({ devices: ['0'], utilisation: null, peakMemory: null })
  })
})

describe('an out-of-memory death', () => {
  const end = { stopped: null, started: true, code: 1, signal: null }
  test.each([
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 15.77 GiB',
    'RuntimeError: CUDA error: out of memory',
    'RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`',
    'jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 34359738368 bytes.',
    'tensorflow.python.framework.errors_impl.ResourceExhaustedError: OOM when allocating tensor with shape[20000,20000]',
    'cudaErrorMemoryAllocation',
  ])('is told by its last words: %s', (output) => {
    expect(endingOf({ ...end, output }).ending).toBe('memory')
  })

  test('is told by the kernel’s kill, and not by a bug or a kill of our own', () => {
    expect(endingOf({ ...end, code: 137, output: '' }).ending).toBe('memory')
    expect(endingOf({ ...end, code: null, signal: 'SIGKILL', output: '' }).ending).toBe('memory')
    expect(endingOf({ ...end, code: 139, output: '' }).ending).toBe('signal')
    expect(endingOf({ ...end, code: 1, output: 'IndexError: list index out of range' }).ending).toBe('exit')
    expect(endingOf({ ...end, stopped: 'timeout', code: 137, output: '' }).ending).toBe('timeout')
  })
})
