import { randomBytes } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openEngine, sweepEngine } from '../git/engine.ts'
import { excludeFolder } from '../git/repository.ts'
import { sweepHalfMade } from '../journal/half-made.ts'
import { type Journal, openJournal } from '../journal/journal.ts'
import type { Steps } from '../loop.ts'
import type { RunStart } from '../records/run.ts'
import type { Task } from '../records/task.ts'
import { removeFolder } from '../runners/remove.ts'
import { checkBounds } from '../task/bounds.ts'
import { evaluatorDigest } from '../task/digest.ts'
import { runName } from '../task/name.ts'
import { type Listener, type RunJournal, wireSteps } from '../wire.ts'
import type { Own } from '../wiring/own.ts'
import { packRun } from '../wiring/packing.ts'
import { at, clock, wall } from '../wiring/process.ts'
import { findRun, mustBeWritable, type Project, RESEARCH } from '../wiring/project.ts'
import { openRunners } from '../wiring/runner.ts'
import type { Prepared } from './prepare.ts'

/** A run that is ready for the loop. `close` gives its lock back. */
export type Ready = {
  folder: string
  steps: Steps
  journal: RunJournal
  close(): Promise<void>
}

/** Makes a new run's folder and journal: built aside and renamed into place, so that a half-made run is never seen. */
export async function startRun(prepared: Prepared, own: Own, listen: Listener, signal: AbortSignal): Promise<Ready> {
  const { project, task, editor, tier, replays } = prepared
  const { repository, runs } = project
  await mkdir(runs, { recursive: true })
  await sweepHalfMade(runs, wall().getTime())
  await excludeFolder(repository)
  const name = runName(randomBytes(4).readUInt32LE())
  const [aside, folder] = [join(runs, `.${name}.tmp`), join(runs, name)]
  await mkdir(join(aside, 'attempts'), { recursive: true })
  const engine = await openEngine(repository, join(aside, 'git'))
  const files = await engine.list(repository.head)
  const bounds = checkBounds(
    task,
    files.map(({ path }) => path),
  )
  const start: RunStart = {
    format: 1,
    run: name,
    task,
    base: repository.head,
    branch: repository.branch,
    editor,
    evaluator: evaluatorDigest(
      task,
      files.filter(({ path }) => bounds.sealed(path)),
    ),
    tier,
    created: wall().toISOString(),
    ...(replays === undefined ? {} : { replays }),
  }
  if (prepared.research !== undefined) await writeFile(join(aside, RESEARCH), prepared.research)
  const first = await openJournal(aside, clock, wall)
  at('before run.started')
  await first.append({ type: 'run.started', start })
  await first.close()
  at('before the run folder is in its place')
  await rename(aside, folder)
  at('after the run folder is in its place')
  const journal = await openJournal(folder, clock, wall)
  return ready(project, folder, journal, own, listen, signal)
}

/** Opens a run that stopped, with a bigger budget where one is given. */
export async function resumeRun(
  project: Project,
  name: string | undefined,
  budget: Partial<Task['budget']>,
  own: Own,
  listen: Listener,
  signal: AbortSignal,
): Promise<Ready> {
  const found = await findRun(project, name)
  await mustBeWritable(project)
  const journal = await openJournal(found.folder, clock, wall)
  try {
    await sweepEngine(project.repository, join(found.folder, 'git'))
    // Jobs of a cluster may still be at work there.
    if (found.run.task.runner.kind === 'local') await removeFolder(join(found.folder, 'work'))
    const raised = Object.keys(budget).length > 0 ? { budget: { ...found.run.task.budget, ...budget } } : {}
    at('before run.resumed')
    await journal.append({ type: 'run.resumed', ...raised })
    at('after run.resumed')
    return await ready(project, found.folder, journal, own, listen, signal)
  } catch (fault) {
    await journal.close()
    throw fault
  }
}

async function ready(
  project: Project,
  folder: string,
  kept: Journal,
  own: Own,
  listen: Listener,
  signal: AbortSignal,
): Promise<Ready> {
  const run = kept.run()
  if (!run) throw new Error('a run without a start')
  const journal = {
    run: () => kept.run() ?? run,
    append: async (event: Parameters<Journal['append']>[0]) => {
      at(`before ${event.type}`)
      const next = await kept.append(event)
      at(`after ${event.type}`)
      listen(event, next)
      return next
    },
  }
  listen(
    run.attempts.length === 0 && run.open.length === 0 ? { type: 'run.started', start: run } : { type: 'run.resumed' },
    run,
  )
  const runners = await openRunners(run, own, project.home, folder)
  try {
    const steps = await wireSteps(project, folder, journal, runners, listen, signal)
    const close = async () => {
      // What stays loose, for want of space say, is as good.
      if (!signal.aborted) await packRun(project, folder, run).catch(() => undefined)
      await runners.close().finally(() => kept.close())
    }
    return { folder, steps, journal, close }
  } catch (fault) {
    await runners.close()
    throw fault
  }
}
