import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** Bytes of a result file that are read; a larger one is not a result. */
const LIMIT = 1_000_000

/** A value beyond it is no measurement: sums and squares of such values overflow. Programs mark failures by the largest number that they have. */
const LARGEST = 1e150

/** Metrics of one evaluation that are kept, and characters of a name: every attempt has them in the journal, twice. */
const [MOST, LONGEST_NAME] = [1000, 200]

export type Reading = { metrics: Record<string, number> } | { reason: string; signs?: string[] }

/**
 * The metrics of one evaluation, read in the order that the contract gives: the JSON object in the result file; else the last line of standard
 * output that is a JSON object or a bare number (then under `metric`); else a line `metric: value`. Anything doubtful is a reason, never a score.
 * Where candidate code ran in the same process (`shared`), the file and the output together may state the metric with one value alone.
 */
export async function readMetrics(
  resultFile: string,
  stdout: string,
  metric: string,
  shared: boolean,
): Promise<Reading> {
  const file = await readResult(resultFile)
  if (file !== null && typeof file !== 'string') return file
  const reading = file === null ? fromOutput(stdout, metric) : fromJson(file, metric, 'the result file')
  if (!shared || 'reason' in reading) return reading
  const others = statementsIn(stdout, metric).filter((value) => value !== reading.metrics[metric])
  if (others.length === 0) return reading
  return {
    reason: `"${metric}" was stated with different values, in a process in which the candidate could state it too: ${others[0]} and ${reading.metrics[metric]}`,
    signs: [FORGED],
  }
}

const FORGED = 'a result was written by someone other than the evaluator'

/**
 * The metrics that a signed evaluator wrote to its descriptor: one JSON document that bears the nonce. Whatever else was written there was written by candidate code.
 */
export function readSigned(channel: string, nonce: string, metric: string): Reading {
  const lines = channel.split('\n').filter((line) => line.trim() !== '')
  const [line] = lines
  if (line === undefined)
    return {
      reason: 'the process ended well, but the evaluator wrote nothing to descriptor 3',
      signs: ['the process ended before the evaluator had finished'],
    }
  if (lines.length > 1)
    return { reason: `${lines.length} results were written where there may be one`, signs: [FORGED] }
  const value = parsed(line)
  if (typeof value !== 'object' || value === null || !('nonce' in value) || value.nonce !== nonce)
    return { reason: 'the result does not bear the nonce of this evaluation', signs: [FORGED] }
  const { nonce: _, ...metrics } = value
  return fromObject(metrics, metric, 'the result')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Every value that lines of the output give the metric. */
function statementsIn(stdout: string, metric: string): number[] {
  return stdout.split('\n').flatMap((raw) => {
    const line = raw.trim()
    if (line.startsWith('{') && line.endsWith('}')) {
      const value = parsed(line)
      const stated: unknown =
        typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, metric)?.value : undefined
      return typeof stated === 'number' ? [stated] : []
    }
    const stated = named(metric).exec(line)?.[1]
    return stated === undefined ? [] : [Number(stated)]
  })
}

const named = (metric: string) =>
  new RegExp(`^["']?${metric.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}["']?\\s*[:=]\\s*(\\S+?),?$`)

/** The text of the result file; null where nothing was written. Opened so that a FIFO, a link or a device can neither block nor lead elsewhere. */
async function readResult(path: string): Promise<string | null | { reason: string }> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (fault: NodeJS.ErrnoException) => {
      if (fault.code === 'ENOENT') return null
      return { reason: `the result file is not a plain file (${fault.code ?? fault.message})` }
    },
  )
  if (file === null || 'reason' in file) return file
  try {
    const facts = await file.stat()
    if (!facts.isFile()) return { reason: 'the result file is not a plain file' }
    if (facts.size > LIMIT) return { reason: `the result file holds ${facts.size} bytes; at most ${LIMIT} are read` }
    const text = (await file.readFile()).toString('utf8').trim()
    return text === '' ? null : text
  } finally {
    await file.close()
  }
}

function fromJson(text: string, metric: string, where: string): Reading {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (fault) {
    return { reason: `${where} is not one JSON document: ${fault instanceof Error ? fault.message : ''}` }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { reason: `${where} holds no JSON object` }
  return fromObject(value, metric, where)
}

function fromObject(value: object, metric: string, where: string): Reading {
  const metrics: Record<string, number> = {}
  let room = MOST
  for (const [key, given] of Object.entries(value)) {
    const entry: unknown = typeof given === 'boolean' ? Number(given) : given
    if (typeof entry !== 'number' || !(Math.abs(entry) <= LARGEST)) continue
    // The score has its place, wherever it stands.
    if (key === metric || (key.length <= LONGEST_NAME && room-- > 0)) metrics[key] = entry
  }
  const score: unknown = Object.hasOwn(value, metric)
    ? Object.getOwnPropertyDescriptor(value, metric)?.value
    : undefined
  if (score === undefined)
    return {
      reason: `${where} has no metric "${metric}"${Object.keys(metrics).length ? ` (it has ${Object.keys(metrics).slice(0, 20).join(', ')})` : ''}`,
    }
  if (typeof score !== 'number')
    return { reason: `"${metric}" in ${where} is not a number: ${JSON.stringify(score).slice(0, 60)}` }
  const fault = beyond(score)
  return fault === null ? { metrics } : { reason: `"${metric}" in ${where} ${fault}` }
}

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`

function fromOutput(stdout: string, metric: string): Reading {
  const lines = stdout
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  for (const line of lines.toReversed()) {
    if (line.startsWith('{') && line.endsWith('}')) return fromJson(line, metric, 'the last JSON line of the output')
    if (new RegExp(`^${NUMBER}$`).test(line)) return finite(Number(line), metric)
  }
  const values = [...new Set(lines.flatMap((line) => named(metric).exec(line)?.[1] ?? []))]
  const [first] = values
  if (first === undefined) return { reason: `no metric: neither $ANNEAL_RESULT nor the output holds "${metric}"` }
  if (values.length > 1)
    return { reason: `the output gives "${metric}" different values: ${values.slice(0, 3).join(', ')}` }
  return new RegExp(`^${NUMBER}$`).test(first)
    ? finite(Number(first), metric)
    : { reason: `"${metric}" is not a number: ${first.slice(0, 60)}` }
}

const finite = (value: number, metric: string): Reading => {
  const fault = beyond(value)
  return fault === null ? { metrics: { [metric]: value } } : { reason: `"${metric}" ${fault}` }
}

function beyond(value: number): string | null {
  if (!Number.isFinite(value)) return 'is not finite'
  return Math.abs(value) <= LARGEST ? null : `is ${value}: beyond ${LARGEST} nothing is reckoned with`
}

const TESTS: Record<string, (a: number, b: number) => boolean> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
}

/** The first constraint that `metrics` break, in words; null where all hold. A metric that is not there breaks its constraint. */
export function brokenConstraint(constraints: readonly string[], metrics: Record<string, number>): string | null {
  for (const constraint of constraints) {
    const [, name = '', sign = '', bound = ''] = /^\s*([\w.-]+?)\s*(==|!=|<=|>=|<|>)\s*(\S+)\s*$/.exec(constraint) ?? []
    const value = metrics[name]
    if (value === undefined) return `the constraint "${constraint}" names a metric that was not given`
    if (!TESTS[sign]?.(value, Number(bound))) return `the constraint "${constraint}" does not hold: ${name} is ${value}`
  }
  return null
}
