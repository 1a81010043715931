import { optimise, type Signals } from '../loop.ts'
import { EXIT } from '../records/error.ts'
import { championOf, type Run } from '../records/run.ts'
import type { Listener } from '../wire.ts'
import type { Ready } from './open-run.ts'
import { openSteer, type Steer } from './steer.ts'

/** What ends a run early: `code` is the exit code that tells of it, null where nothing has. */
export type Stopping = Signals & { code(): number | null; release(): void }

/** What a person sees of a run while it works, and from where they steer it. */
export type Watch = {
  hear: Listener
  /** Tells what they should know. */
  note(text: string): void
  /** From now on the run can be steered. */
  begin(steer: Steer['steer']): void
}
export const UNWATCHED: Watch = { hear: () => undefined, note: () => undefined, begin: () => undefined }

/** Signals of the terminal and of CI, as the loop understands them: the first Ctrl-C finishes what runs, the second and SIGTERM stop at once. */
export function listenToSignals(say: (text: string) => void): Stopping {
  const [finish, abort] = [new AbortController(), new AbortController()]
  let code: number | null = null
  const stop = (number: number, why: string) => {
    code = number
    finish.abort(new Error(why))
    abort.abort(new Error(why))
  }
  const interrupted = () => {
    if (finish.signal.aborted) return stop(130, 'interrupted')
    code = 130
    finish.abort(new Error('interrupted'))
    say('Finishing what runs; Ctrl-C again stops at once. `anneal resume` goes on later.')
  }
  const terminated = () => stop(143, 'terminated')
  process.on('SIGINT', interrupted)
  process.on('SIGTERM', terminated)
  process.on('SIGHUP', terminated)
  const release = () => {
    process.off('SIGINT', interrupted)
    process.off('SIGTERM', terminated)
    process.off('SIGHUP', terminated)
  }
  return { finish: finish.signal, abort: abort.signal, code: () => code, release }
}

/** Works a run through and gives it as it then stands, with the exit code that tells how it ended. */
export async function work(
  ready: Ready,
  signals: Stopping,
  requireImprovement: boolean,
  watch = UNWATCHED,
): Promise<{ run: Run; exit: number }> {
  const [finish, abort] = [new AbortController(), new AbortController()]
  const stop = (now: boolean) => {
    finish.abort(new Error('stopped'))
    if (now) abort.abort(new Error('stopped'))
  }
  const ending = {
    finish: AbortSignal.any([signals.finish, finish.signal]),
    abort: AbortSignal.any([signals.abort, abort.signal]),
  }
  let steering: Steer | null = null
  try {
    steering = await openSteer(ready.folder, ready.journal, stop, watch.note)
    watch.begin(steering.steer)
    const run = await optimise(ready.steps, ready.journal, ending).catch((thrown: unknown) => {
      if (!ending.abort.aborted) throw thrown
      return ready.journal.append({ type: 'run.stopped', stopped: 'interrupted' })
    })
    // What was not confirmed may be luck.
    const improved = championOf(run) !== null
    const stopped = signals.code() ?? (finish.signal.aborted ? 130 : null)
    return { run, exit: stopped ?? (requireImprovement && !improved ? EXIT.noImprovement : 0) }
  } finally {
    await steering?.close()
    await ready.close()
    signals.release()
  }
}
