import type { Evaluation } from '../records/evaluation.ts'
import type { Run } from '../records/run.ts'
import type { Task } from '../records/task.ts'
import type { Sample } from '../records/trial.ts'
import { differenceOf, type Pair } from './paired.ts'
import { type Scale, summarise } from './summarise.ts'

/**
 * Why a candidate is not worth measuring further, by the samples of a stage so far; null while it is. `fast` judges the score of a whole fast stage.
 */
export function doubtOf(
  scale: Scale,
  samples: readonly Sample[],
  run: Run,
  fast: (run: Run, score: number) => string | null,
): string | null {
  const [first] = samples
  if (!first || first.trial.attempt === 0) return null
  const { stage, attempt } = first.trial
  if (stage === 'fast' && samples.length === run.task.evaluate.repeats) {
    const { score } = summarise(samples, scale)
    return score === null ? null : fast(run, score)
  }
  if (stage !== 'full') return null
  const number = run.open.find((one) => one.attempt === attempt)?.parents[0]
  const evaluation = run.attempts.find((one) => one.attempt === number)?.evaluation
  return raceDoubt(
    samples,
    number !== undefined && evaluation ? { attempt: number, evaluation } : null,
    run.task.evaluate,
  )
}

/** Chance of giving up an attempt that is no worse, over all looks. */
const ERROR = 0.02

/**
 * Why a candidate is not worth further repeats: it is clearly worse than its parent on the same seeds. Null while it may be better.
 * A race (Maron and Moore, "Hoeffding races", 1993) by a paired t test, looked at after 2, 4, 8, … repeats, as in successive halving.
 */
export function raceDoubt(
  samples: readonly Sample[],
  parent: { attempt: number; evaluation: Evaluation } | null,
  { metric, direction, repeats }: Task['evaluate'],
): string | null {
  const count = samples.length
  if (!parent || count < 2 || count >= repeats || !Number.isInteger(Math.log2(count))) return null
  const { seeds, samples: theirs, stage } = parent.evaluation
  const pairs = samples.flatMap(({ trial, metrics }): Pair[] => {
    const holder = trial.stage === stage ? theirs[seeds.indexOf(trial.seed)] : undefined
    const challenger = metrics?.[metric]
    return holder === undefined || challenger === undefined ? [] : [{ seed: trial.seed, challenger, holder }]
  })
  if (pairs.length < count) return null
  const looks = Math.max(1, Math.ceil(Math.log2(repeats)) - 1)
  if (differenceOf(pairs, direction).confidence > ERROR / looks) return null
  return `it is clearly worse than attempt ${parent.attempt} on the same seeds: not repeated after ${count} of ${repeats}`
}
