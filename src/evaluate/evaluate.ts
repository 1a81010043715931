import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Engine } from '../git/engine.ts'
import { excerpt } from '../records/excerpt.ts'
import { type Execution, endingText } from '../records/execution.ts'
import type { Task } from '../records/task.ts'
import { commandName, type Sample, type Trial } from '../records/trial.ts'
import type { Runner } from '../runners/job.ts'
import type { Workplace } from '../runners/workplace.ts'
import type { Bounds } from '../task/bounds.ts'
import { brokenConstraint, readMetrics, readSigned } from './metrics.ts'
import { signsInOutput } from './signs.ts'

/** What an evaluation works with; `base` is the commit that sealed files come from. */
export type EvaluateParts = {
  task: Task
  engine: Engine
  runner: Runner
  bounds: Bounds
  workplace: Workplace
  base: string
  /** The word of a trial, which nobody can guess. */
  nonce(trial: Trial): string
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
  const said = execution ? signsInOutput(execution.output, bounds.hiddenFiles) : []
  const nothing: Sample = { trial, metrics: null, reason: null, flags: [], signs: said, execution, evaluation: null }
  const place = workplace.of(trial)
  if (execution && execution.ending !== 'ok')
    return { ...nothing, reason: `the candidate ${endingText(execution)}${lastWords(execution, place.candidate)}` }
  const odd = execution ? await oddFiles(place.artifacts) : []
  if (odd.length > 0)
    return {
      ...nothing,
      reason: `it left what is no plain file in $ANNEAL_OUT: ${odd.join(', ')}`,
      signs: [...said, 'it left links or devices for the evaluator to read'],
    }
  await workplace.empty(place.evaluator)
  const hide = trial.stage === 'holdout' ? undefined : bounds.holdout
  await engine.export(execution ? base : trial.commit, place.evaluator, hide)
  await workplace.furnish(place.evaluator)
  await workplace.empty(place.result)
  await mkdir(place.artifacts, { recursive: true })
  const resultFile = join(place.result, 'metrics.json')
  const { command, timeout } = commandOf(parts, trial)
  const { signed, metric } = task.evaluate
  const nonce = signed ? parts.nonce(trial) : null
  const shared = execution === null
  const { stdoutTail, channel, ...evaluation } = await runner.run(
    {
      command,
      folder: place.evaluator,
      readable: shared ? workplace.readable : [...workplace.readable, place.candidate],
      writable: !shared && trial.stage !== 'holdout' ? [place.result] : [place.result, place.artifacts],
      environment: {
        ANNEAL_SEED: String(trial.seed),
        ANNEAL_OUT: place.artifacts,
        ...(signed ? { ANNEAL_SIGNED: '1' } : { ANNEAL_RESULT: resultFile }),
        ANNEAL_STAGE: trial.stage,
        ANNEAL_CANDIDATE: shared ? place.evaluator : place.candidate,
      },
      timeout: workplace.clamp(timeout, trial.stage),
      memory: task.runner.memory,
      network: task.runner.network,
      // A hold-out may run the candidate itself, in a process of its own.
      sandboxed: shared || trial.stage === 'holdout',
      gpus: task.runner.gpus,
      name: commandName(trial, 'evaluate'),
      log: join(place.logs, `evaluate-${trial.stage}-${trial.seed}.log`),
      ...(nonce === null ? {} : { input: `${nonce}\n`, resultPipe: true }),
    },
    signal,
  )
  const signs = shared ? [...said, ...signsInOutput(evaluation.output, bounds.hiddenFiles)] : said
  const sample: Sample = { ...nothing, signs, evaluation }
  if (evaluation.ending !== 'ok')
    return { ...sample, reason: `the evaluator ${endingText(evaluation)}${lastWords(evaluation, place.evaluator)}` }
  if (trial.stage === 'smoke') return { ...sample, metrics: {} }
  const reading =
    nonce === null
      ? await readMetrics(resultFile, stdoutTail, metric, shared)
      : readSigned(channel ?? '', nonce, metric)
  if ('reason' in reading) return { ...sample, reason: reading.reason, signs: [...signs, ...(reading.signs ?? [])] }
  const { metrics } = reading
  const broken = brokenConstraint(task.evaluate.constraints, metrics)
  if (broken !== null) return { ...sample, metrics, reason: broken }
  return { ...sample, metrics, flags: flagsOf(parts, metrics) }
}

/** Entries of a folder, at any depth, that are neither plain files nor folders: a link or a pipe would lead a reader astray. At most ten. */
async function oddFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => null)
  if (entries === null) return ['a folder that cannot be read']
  return entries
    .filter((entry) => !entry.isFile() && !entry.isDirectory())
    .slice(0, 10)
    .map(({ name }) => name)
}

function commandOf({ task }: EvaluateParts, { stage }: Trial): { command: string; timeout: number } {
  if (stage === 'holdout' && task.holdout) return task.holdout
  if (stage === 'smoke' && task.evaluate.smoke) return task.evaluate.smoke
  if (stage === 'fast' && task.evaluate.fast) return task.evaluate.fast
  return task.evaluate
}

function flagsOf({ task }: EvaluateParts, metrics: Record<string, number>): string[] {
  const range = task.evaluate.metric_range
  const score = metrics[task.evaluate.metric]
  if (!range || score === undefined || (score >= range[0] && score <= range[1])) return []
  return [`the score ${score} lies outside metric_range [${range.join(', ')}]`]
}

/** What a command printed last; its files are named as in the repository, not by the folder where they lay for this one trial. */
function lastWords({ output }: Execution, folder: string): string {
  const text = output.replaceAll(`file://${folder}/`, '').replaceAll(`${folder}/`, '').trim()
  return text === '' ? '' : `:\n${excerpt(text, 1500)}`
}
