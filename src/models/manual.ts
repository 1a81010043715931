import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Answer } from './call.ts'

export type ManualCall = {
  queue: string
  name: string
  text: string
  seconds: number
  signal: AbortSignal
  /** Keeps the reply, before its file is moved away. */
  keep(text: string): Promise<void>
  /** Told where the prompt lies and what is awaited. */
  note(text: string): void
}

/** Seconds between two looks; a reply that is the same at two of them is whole. */
const EVERY = 0.5

/**
 * Asks a person with a chat window: the prompt lies in `queue` as NAME.prompt.md, the reply is awaited there as NAME.reply.md. Any number may wait at once.
 * A reply that is still being written is left alone until it stays the same for half a second. What was answered moves to `answered/`.
 */
export async function manualAnswer({ queue, name, text, seconds, signal, keep, note }: ManualCall): Promise<Answer> {
  const answered = join(queue, 'answered')
  await mkdir(answered, { recursive: true })
  const [prompt, reply] = [`${name}.prompt.md`, `${name}.reply.md`]
  await writeFile(join(queue, `.${prompt}.tmp`), text)
  await rename(join(queue, `.${prompt}.tmp`), join(queue, prompt))
  note(`A prompt waits in ${join(queue, prompt)}; write the reply to ${join(queue, reply)}.`)
  const ends = performance.now() + seconds * 1000
  let before = ''
  while (performance.now() < ends) {
    signal.throwIfAborted()
    const now = await stat(join(queue, reply)).then(
      ({ size, mtimeMs }) => (size > 0 ? `${size} ${mtimeMs}` : ''),
      () => '',
    )
    if (now !== '' && now === before) {
      const said = await readFile(join(queue, reply), 'utf8')
      await keep(said)
      for (const file of [prompt, reply]) await rename(join(queue, file), join(answered, file)).catch(() => undefined)
      return { ok: true, text: said, calls: [], sources: [], searches: 0 }
    }
    before = now
    await wait(EVERY * 1000, undefined, { signal }).catch(() => undefined)
  }
  return { ok: false, reason: `nobody wrote ${join(queue, reply)} within ${seconds.toFixed(0)} s` }
}
