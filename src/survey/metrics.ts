import type { Direction } from '../records/task.ts'

const LOWER =
  /(^|_)(time|seconds?|secs?|ms|ns|us|nanoseconds|milliseconds|latency|duration|loss|error|errors|rmse|mse|mae|mape|logloss|size|bytes|memory|cost|distance|length|perplexity|regret|penalty|moves|steps)(_|$)/i
const HIGHER =
  /(^|_)(scores?|accuracy|acc|f1|auc|ops|hz|throughput|rate|speedup|rewards?|r2|ratio|fitness|points|precision|recall|sum|value|profit|coverage|rps|qps)(_|$)/i
const PLAIN = /^[A-Za-z_]\w*$/
/** Names that evaluators report beside the score. */
const BESIDE = new Set(['nonce', 'seed', 'stage', 'ok', 'valid', 'passed', 'version', 'name', 'reason', 'message'])

/** Which way is better, by the metric's name; null where the name does not tell. */
export function directionOf(metric: string): Direction | null {
  const words = metric.replace(/([a-z])([A-Z])/g, '$1_$2')
  return LOWER.test(words) ? 'minimize' : HIGHER.test(words) ? 'maximize' : null
}

/** Names that a script seems to give as metrics: keys of what it writes as JSON, and what it prints before a colon. The likeliest first. */
export function metricsIn(text: string): string[] {
  const objects = [...text.matchAll(/(?:JSON\.stringify|dumps)\(\s*(?:\w+\s*=\s*)?\{([^{}]*)\}/g)].flatMap(
    ([, inner = '']) => inner.split(',').map((part) => (part.split(':')[0] ?? '').trim().replace(/^["'`]|["'`]$/g, '')),
  )
  const printed = [...text.matchAll(/(?:print|console\.log|echo|printf)\s*\(?\s*f?["'`]([A-Za-z_]\w*)\s*[:=]\s/g)].map(
    ([, name = '']) => name,
  )
  const names = [...new Set([...objects, ...printed])].filter((name) => PLAIN.test(name) && !BESIDE.has(name))
  return names.toSorted((a, b) => Number(directionOf(b) !== null) - Number(directionOf(a) !== null))
}
