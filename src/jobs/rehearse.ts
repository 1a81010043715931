import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { excludeFolder } from '../git/repository.ts'
import { fold } from '../journal/fold.ts'
import type { Steps } from '../loop.ts'
import type { Run, RunStart } from '../records/run.ts'
import type { Runner } from '../runners/job.ts'
import { wireSteps } from '../wire.ts'
import type { Own } from '../wiring/own.ts'
import { openRunners, type Runners } from '../wiring/runner.ts'
import type { Prepared } from './prepare.ts'

/** A runner that keeps trusted commands in the sandbox too: for an evaluator that nobody has read yet. */
export const allSandboxed = (runner: Runner): Runner => ({
  run: (job, signal) => {
    const artifacts = job.environment.ANNEAL_OUT
    const unseen = artifacts !== undefined && !job.writable.includes(artifacts) ? [artifacts] : []
    return runner.run({ ...job, sandboxed: true, readable: [...job.readable, ...unseen] }, signal)
  },
})

/** The steps of a run that is never kept, for trying the baseline, and its folder. `within` may bound the runner further. `close` removes every trace. */
export async function rehearse(
  prepared: Prepared,
  own: Own,
  signal: AbortSignal,
  within: (runner: Runner) => Runner = (runner) => runner,
): Promise<{ steps: Steps; run: Run; folder: string; close(): Promise<void> }> {
  const { project, task, editor, tier } = prepared
  await excludeFolder(project.repository)
  const folder = join(project.home, `check-${process.pid}`)
  await mkdir(folder, { recursive: true })
  const start: RunStart = {
    format: 1,
    run: 'check',
    task,
    base: project.repository.head,
    branch: project.repository.branch,
    editor,
    evaluator: '',
    tier,
    created: new Date().toISOString(),
  }
  const run = fold(null, { type: 'run.started', start }, 0)
  let runners: Runners | null = null
  const close = async () => {
    await runners?.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const opened = await openRunners(run, own, project.home, folder)
    runners = { ...opened, runner: within(opened.runner) }
    const journal = { run: () => run, append: async () => run }
    const steps = await wireSteps(project, folder, journal, runners, () => undefined, signal)
    return { steps, run, folder, close }
  } catch (fault) {
    await close()
    throw fault
  }
}
