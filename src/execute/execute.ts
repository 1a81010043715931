import { join } from 'node:path'
import type { Engine } from '../git/engine.ts'
import type { Execution } from '../records/execution.ts'
import type { Task } from '../records/task.ts'
import { commandName, type Trial } from '../records/trial.ts'
import type { Runner } from '../runners/job.ts'
import type { Workplace } from '../runners/workplace.ts'
import type { Bounds } from '../task/bounds.ts'

export type ExecuteParts = { task: Task; engine: Engine; runner: Runner; bounds: Bounds; workplace: Workplace }

/**
 * Runs the candidate in the sandbox: a fresh, raw export of its commit, without the files that candidates must not see.
 * What it leaves in `$ANNEAL_OUT` is the only thing that goes on to the evaluation. Null where the task executes nothing.
 */
export async function execute(parts: ExecuteParts, trial: Trial, signal: AbortSignal): Promise<Execution | null> {
  const { task, engine, runner, bounds, workplace } = parts
  if (!task.execute) return null
  const place = workplace.of(trial)
  await workplace.empty(place.candidate)
  await engine.export(trial.commit, place.candidate, bounds.hidden)
  await workplace.furnish(place.candidate)
  await workplace.empty(place.artifacts)
  return runner.run(
    {
      command: task.execute.command,
      folder: place.candidate,
      readable: workplace.readable,
      writable: [place.artifacts],
      environment: {
        ANNEAL_SEED: String(trial.seed),
        ANNEAL_OUT: place.artifacts,
        ANNEAL_STAGE: trial.stage,
        ANNEAL_CANDIDATE: place.candidate,
      },
      timeout: workplace.clamp(task.execute.timeout, trial.stage),
      memory: task.runner.memory,
      network: task.runner.network,
      sandboxed: true,
      gpus: task.runner.gpus,
      name: commandName(trial, 'execute'),
      log: join(place.logs, `execute-${trial.stage}-${trial.seed}.log`),
    },
    signal,
  )
}
