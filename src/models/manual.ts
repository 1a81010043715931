import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Answer } from './call.ts'

export type ManualCall = { queue: string; name: string; text: string; seconds: number; signal: AbortSignal }

/**
 * Asks a person with a chat window: the prompt lies in `queue` as NAME.prompt.md, the reply is awaited there as NAME.reply.md.
 * A reply that is still being written is left alone until it stays the same for half a second.
 */
export async function manualAnswer({ queue, name, text, seconds, signal }: ManualCall): Promise<Answer> {
  await mkdir(queue, { recursive: true })
  const [prompt, reply] = [join(queue, `${name}.prompt.md`), join(queue, `${name}.reply.md`)]
  await writeFile(`${prompt}.tmp`, text)
  await rename(`${prompt}.tmp`, prompt)
  const ends = performance.now() + seconds * 1000
  let before = -1
  while (performance.now() < ends) {
    signal.throwIfAborted()
    const size = await stat(reply).then(
      (facts) => facts.size,
      () => -1,
    )
    if (size > 0 && size === before) return { ok: true, text: await readFile(reply, 'utf8'), usage: null }
    before = size
    await wait(500, undefined, { signal }).catch(() => undefined)
  }
  return { ok: false, reason: `nobody wrote ${reply} within ${seconds.toFixed(0)} s`, usage: null }
}
