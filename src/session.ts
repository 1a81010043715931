import { optimise } from './loop.ts'
import { EXIT } from './records/error.ts'
import { championOf, type Run } from './records/run.ts'
import { openSteer, type Steer } from './steer.ts'
import type { Ready } from './wire.ts'

/** Signals of the terminal and of CI, as the loop understands them: the first Ctrl-C finishes what runs, the second and SIGTERM stop at once. */
export function listenToSignals(say: (text: string) => void): {
  finish: AbortSignal
  abort: AbortSignal
  /** Stops as the first Ctrl-C does, or as the second. */
  stop(now: boolean): void
  code(): number | null
  release(): void
} {
  const [finish, abort] = [new AbortController(), new AbortController()]
  let code: number | null = null
  const end = (number: number, why: string) => {
    code = number
    finish.abort(new Error(why))
    abort.abort(new Error(why))
  }
  const interrupted = () => {
    if (finish.signal.aborted) return end(130, 'interrupted')
    code = 130
    finish.abort(new Error('interrupted'))
    say('Finishing what runs; Ctrl-C again stops at once. `anneal resume` goes on later.')
  }
  const terminated = () => end(143, 'terminated')
  process.on('SIGINT', interrupted)
  process.on('SIGTERM', terminated)
  process.on('SIGHUP', terminated)
  const release = () => {
    process.off('SIGINT', interrupted)
    process.off('SIGTERM', terminated)
    process.off('SIGHUP', terminated)
  }
  const stop = (now: boolean) => {
    if (now) end(130, 'stopped')
    else if (!finish.signal.aborted) interrupted()
  }
  return { finish: finish.signal, abort: abort.signal, stop, code: () => code, release }
}

/** Works a run through and gives it as it then stands, with the exit code that tells how it ended. */
export async function work(
  ready: Ready,
  signals: ReturnType<typeof listenToSignals>,
  requireImprovement: boolean,
  note: (text: string) => void,
): Promise<{ run: Run; exit: number }> {
  let steering: Steer | null = null
  try {
    steering = await openSteer(ready.folder, ready.journal, signals.stop, note)
    const run = await optimise(ready.steps, ready.journal, signals).catch((thrown: unknown) => {
      if (!signals.abort.aborted) throw thrown
      return ready.journal.append({ type: 'run.stopped', stopped: 'interrupted' })
    })
    // What was not confirmed may be luck.
    const improved = championOf(run) !== null
    return { run, exit: signals.code() ?? (requireImprovement && !improved ? EXIT.noImprovement : 0) }
  } finally {
    await steering?.close()
    await ready.close()
    signals.release()
  }
}
