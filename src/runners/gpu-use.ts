import type { GpuUse } from '../records/execution.ts'
import { type Device, deviceOf } from './nvidia.ts'

const INTERVAL = 1000

/** Looks at some devices about every second until `end`, which gives how much of them was used. A look that fails is left out. */
export function watchUse(
  ids: readonly string[],
  read: () => Promise<readonly Device[]>,
  interval = INTERVAL,
): { end(): GpuUse } {
  const utilisations: number[] = []
  let peak: number | null = null
  let timer: NodeJS.Timeout | null = null
  let over = false
  const look = async () => {
    const devices = await read().catch(() => [])
    if (over) return
    for (const id of ids) {
      const device = deviceOf(id, devices)
      if (device?.utilisation != null) utilisations.push(device.utilisation)
      if (device?.used != null) peak = Math.max(peak ?? 0, device.used)
    }
    timer = setTimeout(look, interval)
  }
  timer = setTimeout(look, interval / 4)
  return {
    end() {
      over = true
      if (timer !== null) clearTimeout(timer)
      const sum = utilisations.reduce((total, value) => total + value, 0)
      return {
        devices: [...ids],
        utilisation: utilisations.length === 0 ? null : sum / utilisations.length,
        peakMemory: peak,
      }
    },
  }
}

/** The same reading for all who ask within `age` milliseconds. */
export function shared<T>(read: () => Promise<T>, age: number): () => Promise<T> {
  let last: { at: number; value: Promise<T> } | null = null
  return () => {
    const now = performance.now()
    if (last === null || now - last.at > age) last = { at: now, value: read() }
    return last.value
  }
}
