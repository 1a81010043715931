import type { Evaluation } from '../records/evaluation.ts'
import { excerpt } from '../records/excerpt.ts'
import type { GpuUse, Tier } from '../records/execution.ts'
import type { Task } from '../records/task.ts'
import type { Sample } from '../records/trial.ts'

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  return low === high ? low : (low + high) / 2
}

/** What all evaluations of a run have in common. */
export type Scale = { task: Task; tier: Tier }

/** One evaluation out of its samples: the median of the metric, or the first reason why there is none. `samples` must not be empty. */
export function summarise(samples: readonly Sample[], { task, tier }: Scale): Evaluation {
  const { metric } = task.evaluate
  const failure = samples.find(({ reason }) => reason !== null)
  const scores = failure ? [] : samples.flatMap(({ metrics }) => metrics?.[metric] ?? [])
  const names = new Set(samples.flatMap(({ metrics }) => Object.keys(metrics ?? {})))
  const metrics = Object.fromEntries(
    [...names].map((name) => [name, median(samples.flatMap((sample) => sample.metrics?.[name] ?? []))]),
  )
  const seconds = (part: 'execution' | 'evaluation') =>
    samples.reduce((sum, sample) => sum + (sample[part]?.seconds ?? 0), 0)
  const told = failure ?? samples.at(-1)
  return {
    status: failure ? 'failed' : 'scored',
    reason: failure?.reason ?? null,
    score: scores.length > 0 ? median(scores) : null,
    metrics,
    samples: scores,
    seeds: samples.map(({ trial }) => trial.seed),
    stage: told?.trial.stage ?? 'full',
    isolation: task.execute === undefined ? 'shared' : 'separate',
    tier,
    flags: [...new Set(samples.flatMap(({ flags }) => flags))],
    signs: [...new Set(samples.flatMap(({ signs }) => signs))],
    output: excerpt([told?.execution?.output, told?.evaluation?.output].filter(Boolean).join('\n').trim(), 4000),
    seconds: { execute: seconds('execution'), evaluate: seconds('evaluation') },
    ...gpuOf(samples),
  }
}

/** How the GPUs were used over all commands: the mean utilisation by time, and the highest peak. */
function gpuOf(samples: readonly Sample[]): { gpu?: GpuUse } {
  const ran = samples
    .flatMap(({ execution, evaluation }) => [execution, evaluation])
    .flatMap((one) => (one?.gpu ? [{ ...one.gpu, seconds: one.seconds }] : []))
  if (ran.length === 0) return {}
  const seen = ran.filter(({ utilisation }) => utilisation !== null)
  const total = seen.reduce((sum, { seconds }) => sum + seconds, 0)
  const used = seen.reduce((sum, { utilisation, seconds }) => sum + (utilisation ?? 0) * seconds, 0)
  const peaks = ran.flatMap(({ peakMemory }) => peakMemory ?? [])
  return {
    gpu: {
      devices: [...new Set(ran.flatMap(({ devices }) => devices))],
      utilisation: total > 0 ? used / total : null,
      peakMemory: peaks.length > 0 ? Math.max(...peaks) : null,
    },
  }
}
