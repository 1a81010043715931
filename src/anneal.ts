import type { z } from 'zod'
import { type Ready, resumeRun, startRun } from './jobs/open-run.ts'
import { prepare } from './jobs/prepare.ts'
import { UNWATCHED, work } from './jobs/session.ts'
import { learnForTask } from './jobs/teach.ts'
import type { Attempt } from './records/attempt.ts'
import { AnnealError } from './records/error.ts'
import type { Heard } from './records/event.ts'
import type { Run } from './records/run.ts'
import { Budget, type Task } from './records/task.ts'
import { runDocument } from './reports/documents.ts'
import type { Own } from './wiring/own.ts'
import { openProject } from './wiring/project.ts'

// The door of the library: `import { run } from 'anneal'`. See docs/library.md.
export { AnnealError, EXIT } from './records/error.ts'
export type { Progress, RunEvent } from './records/event.ts'
export type { Attempt, Budget, Heard, Own, Run, Task }

/** What `anneal run --json` prints. */
export type RunDocument = ReturnType<typeof runDocument>

type Partly<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: Partly<T[K]> | undefined } : T

/** Keys of a task as they stand in `anneal.yaml`: durations such as `60s` or in seconds, whatever is not said is left to the file or the defaults. */
export type TaskKeys = Partly<Omit<z.input<typeof Task>, 'goal'>> & { goal?: string | { file: string } }

/** What any work on a run may be given. */
type Working = {
  /** A folder of the repository to work on; the current one if not given. */
  folder?: string | undefined
  /** What only the person may say: that candidates run without a sandbox, or may use the network. Neither if not given. */
  own?: Partial<Own> | undefined
  /** Stops the run at once. It can be resumed. */
  signal?: AbortSignal | undefined
  /** Hears every event after it was recorded, with the run as it then stands. What it throws stops the run. */
  onEvent?: ((event: Heard, run: Run) => void) | undefined
  /** Hears what a person should know before and while the run is worked on. */
  onNote?: ((text: string) => void) | undefined
}

export type RunWish = Working & {
  /** Keys of the task; they win over the task file. */
  task?: TaskKeys | undefined
  /** The task file; `anneal.yaml` at the root of the repository if not given. */
  taskFile?: string | undefined
}

export type ResumeWish = Working & {
  /** The run's name; the newest if not given. */
  run?: string | undefined
  /** Parts of the budget that change. */
  budget?: z.input<typeof Budget> | undefined
}

/**
 * Improves the program in a repository until a budget ends, the target is reached or `signal` stops it, as `anneal run` does: every attempt becomes a branch, and
 * the caller's branch and files are not touched. Gives the run as `anneal run --json` prints it. Throws an `AnnealError` for a wrong request.
 */
export async function run(wish: RunWish = {}): Promise<RunDocument> {
  const own = wholly(wish.own)
  const signal = wish.signal ?? new AbortController().signal
  const say = wish.onNote ?? (() => undefined)
  const prepared = await prepare(wish.folder ?? '.', wish.taskFile, said(wish.task ?? {}), own)
  for (const note of prepared.notes) say(note)
  await learnForTask(prepared, own, say, signal)
  return finished(await startRun(prepared, own, wish.onEvent ?? (() => undefined), signal), signal, say)
}

/** Goes on with a run after any stop, with a bigger budget where one is given. Throws an `AnnealError` where there is no such run, or another process works on it. */
export async function resume(wish: ResumeWish = {}): Promise<RunDocument> {
  const signal = wish.signal ?? new AbortController().signal
  const budget = Budget.safeParse(wish.budget ?? {})
  if (!budget.success)
    throw new AnnealError({
      what: 'The budget is not right.',
      why: budget.error.issues.map(({ path, message }) => `budget.${path.join('.')}: ${message}`).join('\n'),
      fix: 'See docs/task-file.md.',
    })
  const project = await openProject(wish.folder ?? '.')
  const listen = wish.onEvent ?? (() => undefined)
  const ready = await resumeRun(project, wish.run, said(budget.data), wholly(wish.own), listen, signal)
  return finished(ready, signal, wish.onNote ?? (() => undefined))
}

async function finished(ready: Ready, abort: AbortSignal, say: (text: string) => void): Promise<RunDocument> {
  const signals = { finish: new AbortController().signal, abort, code: () => null, release: () => undefined }
  const { run } = await work(ready, signals, false, { ...UNWATCHED, note: say })
  return runDocument(run)
}

const wholly = (own: Partial<Own> = {}): Own => ({
  sandboxOff: own.sandboxOff ?? false,
  allowNetwork: own.allowNetwork ?? false,
})

/** The keys that were given a value, at every depth. */
function said(keys: object): { [key: string]: unknown } {
  const given = Object.entries(keys).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    given.map(([key, value]) => [
      key,
      typeof value === 'object' && value !== null && !Array.isArray(value) ? said(value) : value,
    ]),
  )
}
