import { createInterface } from 'node:readline/promises'
import { AnnealError } from '../records/error.ts'

/** Asks a person yes or no; anything but a yes is a no, and so is the end of the input. Throws (exit 130) on Ctrl-C. */
export async function confirm(
  question: string,
  { input, output }: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream },
): Promise<boolean> {
  const lines = createInterface({ input, output })
  const ended = new AbortController()
  let interrupted = false
  lines.once('close', () => ended.abort())
  lines.once('SIGINT', () => {
    interrupted = true
    lines.close()
  })
  try {
    const answer = await lines.question(`${question} (y/N) `, { signal: ended.signal }).catch(() => '')
    if (interrupted)
      throw new AnnealError({
        what: 'Interrupted; nothing was changed.',
        why: 'You left the question.',
        fix: 'Start the command again; --yes asks nothing.',
        exit: 130,
      })
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    lines.close()
  }
}
