import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** Bytes of a result file that are read; a larger one is not a result. */
const LIMIT = 1_000_000

export type Reading = { metrics: Record<string, number> } | { reason: string }

/**
 * The metrics of one evaluation, read in the order that the contract gives: the JSON object in the result file; else the last line of standard
 * output that is a JSON object or a bare number (then under `metric`); else a line `metric: value`. Anything doubtful is a reason, never a score.
 */
export async function readMetrics(resultFile: string, stdout: string, metric: string): Promise<Reading> {
  const file = await readResult(resultFile)
  if (file !== null) return typeof file === 'string' ? fromJson(file, metric, 'the result file') : file
  return fromOutput(stdout, metric)
}

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
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry === 'boolean') metrics[key] = Number(entry)
    if (typeof entry === 'number' && Number.isFinite(entry)) metrics[key] = entry
  }
  const score: unknown = Object.hasOwn(value, metric)
    ? Object.getOwnPropertyDescriptor(value, metric)?.value
    : undefined
  if (score === undefined)
    return {
      reason: `${where} has no metric "${metric}"${Object.keys(metrics).length ? ` (it has ${Object.keys(metrics).join(', ')})` : ''}`,
    }
  if (typeof score !== 'number')
    return { reason: `"${metric}" in ${where} is not a number: ${JSON.stringify(score).slice(0, 60)}` }
  if (!Number.isFinite(score)) return { reason: `"${metric}" in ${where} is not finite` }
  return { metrics }
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
  const named = new RegExp(`^["']?${metric.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}["']?\\s*[:=]\\s*(\\S+?),?$`)
  const values = [...new Set(lines.flatMap((line) => named.exec(line)?.[1] ?? []))]
  const [first] = values
  if (first === undefined) return { reason: `no metric: neither $ANNEAL_RESULT nor the output holds "${metric}"` }
  if (values.length > 1)
    return { reason: `the output gives "${metric}" different values: ${values.slice(0, 3).join(', ')}` }
  return new RegExp(`^${NUMBER}$`).test(first)
    ? finite(Number(first), metric)
    : { reason: `"${metric}" is not a number: ${first.slice(0, 60)}` }
}

const finite = (value: number, metric: string): Reading =>
  Number.isFinite(value) ? { metrics: { [metric]: value } } : { reason: `"${metric}" is not finite` }

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
