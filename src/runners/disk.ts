import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

export type DiskLimits = { bytes: number; entries: number }

/** True once folders hold more bytes or entries than they may; stops counting there. Links are not followed. */
export async function overflows(folders: readonly string[], limits: DiskLimits): Promise<boolean> {
  const waiting = [...folders]
  let [bytes, entries] = [0, 0]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const here = path
    const stats = await lstat(here).catch(() => null)
    if (stats === null) continue
    // Blocks, not length: a sparse file takes no room.
    bytes += stats.blocks * 512
    entries++
    if (bytes > limits.bytes || entries + waiting.length > limits.entries) return true
    if (stats.isDirectory()) for (const name of await readdir(here).catch(() => [])) waiting.push(join(here, name))
  }
  return false
}
