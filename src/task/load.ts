import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import type { z } from 'zod'
import { AnnealError } from '../records/error.ts'
import { nearest } from '../records/nearest.ts'
import { Task } from '../records/task.ts'

export const TASK_FILE = 'anneal.yaml'

/** Keys of a task given on the command line, in the shape of the file; they win over it. */
export type Overrides = { [key: string]: unknown }

/**
 * Reads the task file at `root` (or `file`) where there is one, lays `overrides` over it and gives a Task with every default filled in.
 * Throws an AnnealError that names the key and what would mend it.
 */
export async function loadTask(root: string, file: string | undefined, overrides: Overrides): Promise<Task> {
  const path = resolve(root, file ?? TASK_FILE)
  if (file !== undefined && !existsSync(path))
    throw new AnnealError({
      what: `There is no task file ${path}.`,
      why: '--task names it, and it is not there.',
      fix: 'Give its path with --task, or run `anneal init`.',
    })
  const fromFile = existsSync(path) ? await readTaskFile(path) : {}
  const merged = merge(fromFile, overrides)
  const goal = merged.goal
  if (isRecord(goal) && typeof goal.file === 'string')
    merged.goal = await goalText(join(dirname(path), goal.file), goal.file)
  const parsed = Task.safeParse(merged)
  if (parsed.success) return parsed.data
  const source = existsSync(path) ? path : 'the command line'
  throw new AnnealError({
    what: `The task is not right (${source}):`,
    why: parsed.error.issues.map((issue) => `  ${explain(issue)}`).join('\n'),
    fix: existsSync(path)
      ? 'Mend these keys; docs/task-file.md lists every key.'
      : `Give them as flags, or write ${TASK_FILE}: see \`anneal run --help\` and docs/task-file.md.`,
  })
}

async function readTaskFile(path: string): Promise<Record<string, unknown>> {
  const document = parseDocument(await readFile(path, 'utf8'), { prettyErrors: true })
  const fault = document.errors[0]
  if (fault) throw new AnnealError({ what: `${path} is not valid YAML.`, why: fault.message, fix: 'Mend that line.' })
  const value: unknown = document.toJS({ maxAliasCount: 100 })
  if (!isRecord(value))
    throw new AnnealError({
      what: `${path} holds no task.`,
      why: 'A task file is a mapping of keys such as goal, edit and evaluate.',
      fix: 'See docs/task-file.md.',
    })
  return value
}

async function goalText(path: string, name: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause) => {
    throw new AnnealError({
      what: `goal: the file ${name} cannot be read.`,
      why: String(cause.message),
      fix: 'Name an existing file, relative to the task file.',
      cause,
    })
  })
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Lays keys over others; mappings are joined, anything else is replaced. */
export function merge(below: Record<string, unknown>, above: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...below }
  for (const [key, value] of Object.entries(above)) {
    const under = merged[key]
    // An editor is another one, not the same with more keys.
    merged[key] = isRecord(under) && isRecord(value) && key !== 'editor' ? merge(under, value) : value
  }
  return merged
}

function explain(issue: z.core.$ZodIssue): string {
  const key = issue.path.join('.') || 'the task'
  if (issue.code === 'unrecognized_keys') {
    const at = issue.path.length > 0 ? ` under ${key}` : ''
    return issue.keys.map((name) => `unknown key "${name}"${at}${hint(name)}`).join('; ')
  }
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return `${key} is missing${HELP[key] ? `: ${HELP[key]}` : ''}`
  return `${key}: ${issue.message}`
}

const HELP: Record<string, string> = {
  goal: 'say in words what to improve (GOAL)',
  edit: 'the files that a candidate may change (--edit GLOB)',
  evaluate: 'the command that measures (--eval CMD --metric NAME --maximize or --minimize)',
  'evaluate.command': 'the command that measures (--eval CMD)',
  'evaluate.metric': 'the name of the metric to improve (--metric NAME)',
  'evaluate.direction': 'maximize or minimize (--maximize, --minimize)',
}

const KEYS = [
  ...Object.keys(Task.shape),
  ...Object.keys(Task.shape.evaluate.shape),
  'attempts',
  'time',
  'cost',
  'tokens',
  'strategy',
  'parallel',
  'seed',
]

function hint(name: string): string {
  const near = nearest(name, KEYS)
  return near === undefined ? '' : `; did you mean "${near}"?`
}
