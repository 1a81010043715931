import { measure, sample } from '../loop.ts'
import { AnnealError, EXIT } from '../records/error.ts'
import type { Evaluation } from '../records/evaluation.ts'
import type { ModelReport } from '../records/model-report.ts'
import { isAgent, type Task } from '../records/task.ts'
import type { Slot } from '../runners/gpu-slots.ts'
import type { Overrides } from '../task/load.ts'
import { choicesOf } from '../wiring/editors.ts'
import type { Own } from '../wiring/own.ts'
import { gpusOf } from '../wiring/runner.ts'
import { checkModels } from './model-check.ts'
import { prepare } from './prepare.ts'
import { rehearse } from './rehearse.ts'

export type CheckReport = {
  ok: boolean
  goal: string
  editor: string
  sandbox: string
  base: string
  notes: string[]
  baseline: {
    score: number
    metrics: Record<string, number>
    scores: number[]
    spread: number
    relative: number | null
    seconds: number
    isolation: string
  }
  models: ModelReport[]
  gpus: Slot[]
  estimate: { attempts: number | null; seconds: number | null }
}

/** How the models of a task edit; null where something else does. */
const modeOf = ({ editor }: Task, name: string) =>
  name !== 'model' ? null : typeof editor === 'object' && 'model' in editor ? editor.model : 'auto'

/** Holds the task against the repository, tries the baseline `runs` times with fresh seeds, and reports its noise and what a run may take. Throws on whatever would stop a run. */
export async function checkReport(
  folder: string,
  taskFile: string | undefined,
  overrides: Overrides,
  own: Own,
  runs: number,
  say: (text: string) => void,
): Promise<CheckReport> {
  const prepared = await prepare(folder, taskFile, overrides, own)
  const { task, project, notes, editor, tier } = prepared
  const signal = new AbortController().signal
  const gpus = await gpusOf(task)
  const { steps, run, close } = await rehearse(prepared, own, signal)
  try {
    const evaluations: Evaluation[] = []
    for (let turn = 0; turn < runs; turn++) {
      say(`baseline, ${turn + 1} of ${runs}`)
      const seeds = steps.seeds(turn, turn === 0 ? 'full' : 'confirm').slice(0, task.evaluate.repeats)
      const samples = []
      for (const seed of seeds)
        samples.push(await sample(steps, { attempt: turn, commit: run.base, stage: 'full', seed }, signal))
      const evaluation = steps.summarise(samples)
      if (evaluation.status === 'failed')
        throw new AnnealError({
          what: 'The baseline does not score.',
          why: evaluation.reason ?? '',
          fix: 'Run the commands by hand at HEAD and mend them, commit, then check again.',
          exit: EXIT.baseline,
        })
      const [flag] = evaluation.flags
      if (flag !== undefined)
        throw new AnnealError({
          what: 'The baseline does not score as the task says it can.',
          why: flag,
          fix: 'Widen `evaluate.metric_range`, or mend the evaluator.',
          exit: EXIT.baseline,
        })
      evaluations.push(evaluation)
      await steps.clear(turn)
    }
    const holdout = task.holdout ? await measure(steps, 0, run.base, 'holdout', signal) : null
    if (holdout?.status === 'failed')
      throw new AnnealError({
        what: 'The baseline does not score on the hold-out.',
        why: holdout.reason ?? '',
        fix: 'Mend `holdout.command`: it must give the same metric.',
        exit: EXIT.baseline,
      })
    const scores = evaluations.flatMap(({ score }) => score ?? [])
    const [first] = evaluations
    const seconds =
      evaluations.reduce((sum, one) => sum + one.seconds.execute + one.seconds.evaluate, 0) / evaluations.length
    const spread = Math.max(...scores) - Math.min(...scores)
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
    const attempts = task.budget.attempts ?? null
    const { served } = choicesOf(task, editor, process.env)
    const asked = (editor === 'model' || isAgent(editor)) && served.length > 0
    if (asked) say('the models')
    const models = asked ? await checkModels({ ...task, models: served }, modeOf(task, editor), signal) : []
    return {
      ok: models.every(({ ok }) => ok),
      goal: task.goal,
      gpus,
      editor,
      sandbox: tier,
      base: project.repository.head,
      notes,
      baseline: {
        score: scores[0] ?? Number.NaN,
        metrics: first?.metrics ?? {},
        scores,
        spread,
        relative: mean === 0 ? null : spread / Math.abs(mean),
        seconds,
        isolation: first?.isolation ?? 'shared',
      },
      models,
      estimate: { attempts, seconds: attempts === null ? null : (attempts * seconds) / task.search.parallel },
    }
  } finally {
    await close()
  }
}
