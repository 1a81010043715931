import type { ModelReport } from '../records/model-report.ts'
import { duration, figure, safe } from './plain.ts'

type Report = {
  ok: boolean
  goal: string
  editor: string
  sandbox: string
  base: string
  notes: readonly string[]
  baseline: {
    score: number
    scores: readonly number[]
    spread: number
    relative: number | null
    seconds: number
    isolation: string
  }
  models: readonly ModelReport[]
  gpus: readonly {
    id: string
    state: 'free' | 'held' | 'strangers' | 'gone'
    device: {
      name: string
      used: number | null
      total: number | null
      utilisation: number | null
      temperature: number | null
    } | null
  }[]
  estimate: { attempts: number | null; seconds: number | null }
}

/** What `check` tells a person. */
export function checkText({
  ok,
  models,
  gpus,
  goal,
  editor,
  sandbox,
  base,
  notes,
  baseline,
  estimate,
}: Report): string {
  const noise =
    baseline.spread === 0
      ? 'none seen'
      : `${figure(baseline.spread)}${baseline.relative === null ? '' : ` (${(100 * baseline.relative).toFixed(2)} %)`}`
  const lines = [
    `goal       ${safe(goal).split('\n')[0]}`,
    `base       ${base.slice(0, 12)}`,
    `editor     ${editor}`,
    `sandbox    ${sandbox}${baseline.isolation === 'shared' ? '; candidate and evaluator share a process (there is no `execute`)' : ''}`,
    `baseline   ${figure(baseline.score)}  (${baseline.scores.map(figure).join(', ')})`,
    `noise      ${noise} over ${baseline.scores.length} trials`,
    `trial      ${duration(baseline.seconds)}${estimate.seconds === null ? '' : `; ${estimate.attempts} attempts take about ${duration(estimate.seconds)} of evaluation`}`,
    ...gpus.map(gpuLine),
    ...models.map(modelLine),
    ...notes.map((note) => `note       ${safe(note)}`),
    '',
    ok ? 'Ready: anneal run' : 'Not ready: a model does not answer as it should.',
  ]
  return lines.join('\n')
}

function gpuLine({ id, state, device }: Report['gpus'][number]): string {
  const who = { free: 'free', held: 'in use by Anneal', strangers: 'in use by somebody else', gone: 'gone' }[state]
  if (device === null) return `gpu        ${safe(id)}: ${state === 'gone' ? who : 'not seen by nvidia-smi'}`
  const { name, used, total, utilisation, temperature } = device
  const told = [
    ...(used === null || total === null ? [] : [`${gigabytes(used)} of ${gigabytes(total)} GB`]),
    ...(utilisation === null ? [] : [`${Math.round(100 * utilisation)} % busy`]),
    ...(temperature === null ? [] : [`${temperature} °C`]),
  ]
  return `gpu        ${safe(id)}: ${safe(name)}, ${[who, ...told].join(', ')}`
}

const gigabytes = (bytes: number) => (bytes / 2 ** 30).toFixed(1)

function modelLine({ model, roles, ok, supports, reason, seconds, tokens, usd }: Report['models'][number]): string {
  if (!ok || !supports) return `model      ${safe(model)}: ${safe(reason)}`
  const cost = usd === null ? 'its price is not known' : `$${usd.toFixed(6)}`
  const { structured, streams, counts, tools } = supports
  const told = [
    { schema: 'JSON by schema', object: 'JSON without a schema', plain: 'JSON in words alone' }[structured],
    streams ? 'streams' : 'does not stream',
    counts ? 'counts its tokens' : 'does not count its tokens: calls are charged what is kept back for them',
    ...(tools === null ? [] : [tools ? 'calls tools' : 'calls no tools: edits come in one reply']),
  ]
  return `model      ${safe(model)} (${roles.join(', ')}) answers in ${duration(seconds)}, as asked (${tokens} tokens, ${cost}); ${told.join(', ')}`
}
