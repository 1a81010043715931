import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

const LONGEST_PATH = 4000

export type DiskLimits = { bytes: number; entries: number }

/** True once folders hold more bytes or entries than they may; stops counting there. Links are not followed. */
export async function overflows(folders: readonly string[], limits: DiskLimits): Promise<boolean> {
  const waiting = [...folders]
  let [bytes, entries] = [0, 0]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const here = path
    // Nested deeper than a path can say: nobody needs that, and nobody could clear it away.
    if (Buffer.byteLength(here) > LONGEST_PATH) return true
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
