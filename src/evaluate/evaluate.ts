import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Engine } from '../git/engine.ts'
import { excerpt } from '../records/excerpt.ts'
import { type Execution, endingText } from '../records/execution.ts'
import type { Task } from '../records/task.ts'
import type { Sample, Trial } from '../records/trial.ts'
import type { Runner } from '../runners/runner.ts'
import type { Workplace } from '../runners/workplace.ts'
import type { Bounds } from '../task/bounds.ts'
import { brokenConstraint, readMetrics } from './metrics.ts'

/** What an evaluation works with; `base` is the commit that sealed files come from. */
export type EvaluateParts = {
  task: Task
  engine: Engine
  runner: Runner
  bounds: Bounds
  workplace: Workplace
  base: string
}

/**
 * Measures one trial with the task's trusted command.
 *
 * Where the task has an `execute` step the evaluator runs in a fresh export of the *base* commit: nothing that a candidate wrote lies in its folder,
 * and it meets the candidate only as data, in `$ANNEAL_OUT` and `$ANNEAL_CANDIDATE`. Where it has none, the evaluator must import the candidate:
 * it then runs in an export of the candidate's commit (whose sealed files are the base's), and the whole of it is sandboxed.
 */
export async function evaluate(
  parts: EvaluateParts,
  trial: Trial,
  execution: Execution | null,
  signal: AbortSignal,
): Promise<Sample> {
  const { task, engine, runner, bounds, workplace, base } = parts
  const sample = { trial, metrics: null, reason: null, flags: [], execution, evaluation: null } satisfies Sample
  if (execution && execution.ending !== 'ok')
    return { ...sample, reason: `the candidate ${endingText(execution)}${lastWords(execution)}` }
  const place = workplace.of(trial)
  await rm(place.evaluator, { recursive: true, force: true })
  const hide = trial.stage === 'holdout' ? undefined : bounds.holdout
  await engine.export(execution ? base : trial.commit, place.evaluator, hide ? { hide } : {})
  await workplace.furnish(place.evaluator)
  await workplace.empty(place.result)
  await mkdir(place.artifacts, { recursive: true })
  const resultFile = join(place.result, 'metrics.json')
  const { command, timeout } = commandOf(parts, trial)
  const ran = await runner.run(
    {
      command,
      folder: place.evaluator,
      readable: execution ? [...workplace.readable, place.candidate] : workplace.readable,
      writable: execution && trial.stage !== 'holdout' ? [place.result] : [place.result, place.artifacts],
      environment: {
        ANNEAL_SEED: String(trial.seed),
        ANNEAL_OUT: place.artifacts,
        ANNEAL_RESULT: resultFile,
        ANNEAL_STAGE: trial.stage,
        ANNEAL_CANDIDATE: execution ? place.candidate : place.evaluator,
      },
      timeout: workplace.clamp(timeout),
      memory: task.runner.memory,
      network: task.runner.network,
      // A hold-out may run the candidate itself, in a process of its own.
      sandboxed: execution === null || trial.stage === 'holdout',
      log: join(place.logs, `evaluate-${trial.stage}-${trial.seed}.log`),
    },
    signal,
  )
  const { stdoutTail, channel: _, ...evaluation } = ran
  if (ran.ending !== 'ok') return { ...sample, evaluation, reason: `the evaluator ${endingText(ran)}${lastWords(ran)}` }
  if (trial.stage === 'smoke') return { ...sample, evaluation, metrics: {} }
  const reading = await readMetrics(resultFile, stdoutTail, task.evaluate.metric)
  if ('reason' in reading) return { ...sample, evaluation, reason: reading.reason }
  const broken = brokenConstraint(task.evaluate.constraints, reading.metrics)
  if (broken !== null) return { ...sample, evaluation, metrics: reading.metrics, reason: broken }
  return { ...sample, evaluation, metrics: reading.metrics, flags: flagsOf(parts, reading.metrics) }
}

function commandOf({ task }: EvaluateParts, { stage }: Trial): { command: string; timeout: number } {
  if (stage === 'holdout' && task.holdout) return task.holdout
  if (stage === 'smoke' && task.evaluate.smoke) return task.evaluate.smoke
  return task.evaluate
}

function flagsOf({ task }: EvaluateParts, metrics: Record<string, number>): string[] {
  const range = task.evaluate.metric_range
  const score = metrics[task.evaluate.metric]
  if (!range || score === undefined || (score >= range[0] && score <= range[1])) return []
  return [`the score ${score} lies outside metric_range [${range.join(', ')}]`]
}

function lastWords({ output }: Execution): string {
  const text = output.trim()
  return text === '' ? '' : `:\n${excerpt(text, 1500)}`
}
