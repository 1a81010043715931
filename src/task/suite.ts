import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { AnnealError } from '../records/error.ts'
import { Budget } from '../records/task.ts'

/** Names are folders of the work folder, too. */
const Name = z.string().regex(/^\w[\w.+=:-]{0,79}$/, 'a name is made of letters, digits and _ . + = : -')
/** Keys of a task file, in its shape. */
const Keys = z.record(z.string(), z.unknown())

/**
 * `fresh`: each run has a data folder of its own, so that no run knows what another has learned. `kept`: the runs of the setting on one task
 * share one, and go one after the other in the order of their seeds.
 */
export const DATA = ['fresh', 'kept'] as const

const SuiteTask = z.union([
  z.string().min(1),
  z
    .strictObject({
      name: Name.optional(),
      starter: z.string().optional(),
      folder: z.string().optional(),
      file: z.string().optional(),
      task: Keys.default({}),
    })
    .refine(({ starter, folder }) => (starter === undefined) !== (folder === undefined), 'name a starter or a folder'),
])

const Setting = z
  .looseObject({ data: z.enum(DATA).default('fresh') })
  .refine(
    (setting) => !('budget' in setting),
    'a setting has no budget of its own: what is compared has to spend alike',
  )
  .refine(
    ({ search }) => !(typeof search === 'object' && search !== null && 'seed' in search),
    'a setting has no seed of its own: `seeds` pairs the runs',
  )

/** What `anneal bench` compares: every setting on every task with every seed, under one budget. */
export const Suite = z.strictObject({
  name: Name.default('bench'),
  tasks: z.array(SuiteTask).min(1, 'name at least one task'),
  settings: z.record(Name, Setting).refine((settings) => Object.keys(settings).length > 0, 'name at least one setting'),
  /** A list, or how many: 3 is 1, 2, 3. */
  seeds: z
    .union([z.number().int().min(1).max(1000), z.array(z.number().int().nonnegative()).min(1)])
    .default(3)
    .transform((seeds) => (typeof seeds === 'number' ? Array.from({ length: seeds }, (_, at) => at + 1) : seeds))
    .refine((seeds) => new Set(seeds).size === seeds.length, 'a seed is there twice'),
  budget: Budget.refine(
    (budget) => Object.keys(budget).length > 0,
    'say what each run may spend, such as {attempts: 40}',
  ),
  /** Keys for all runs. */
  task: Keys.default({}),
  /** Runs at a time. */
  parallel: z.number().int().min(1).max(64).default(1),
})
export type Suite = z.infer<typeof Suite>

/** Reads a suite out of a file's keys and flags laid over them. Throws an AnnealError that names the key. */
export function suiteOf(keys: unknown, source: string): Suite {
  const parsed = Suite.safeParse(keys)
  if (parsed.success) return parsed.data
  throw new AnnealError({
    what: `The suite is not right (${source}):`,
    why: parsed.error.issues.map((issue) => `  ${issue.path.join('.') || 'the suite'}: ${messageOf(issue)}`).join('\n'),
    fix: 'docs/bench.md lists every key.',
  })
}

/** What is wrong, of a key itself too. */
const messageOf = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message

/** The keys of a suite file. */
export async function readSuiteFile(path: string): Promise<Record<string, unknown>> {
  if (!existsSync(path))
    throw new AnnealError({
      what: `There is no suite ${path}.`,
      why: 'The tasks and settings to compare stand in a file.',
      fix: 'Name an existing file.',
    })
  const document = parseDocument(await readFile(path, 'utf8'), { prettyErrors: true })
  const fault = document.errors[0]
  if (fault) throw new AnnealError({ what: `${path} is not valid YAML.`, why: fault.message, fix: 'Mend that line.' })
  const keys = Keys.safeParse(document.toJS({ maxAliasCount: 100 }))
  if (keys.success) return keys.data
  throw new AnnealError({
    what: `${path} holds no suite.`,
    why: 'A suite is a mapping of keys.',
    fix: 'See docs/bench.md for one.',
  })
}

/**
 * Settings out of `KEY=A,B` flags: one for each combination of the values. A value is read as YAML, so that 3 is a number; a setting is named for its values, and
 * for the keys too where a value alone would not tell.
 */
export function settingsOf(varied: readonly string[]): Record<string, Record<string, unknown>> {
  let settings: { name: string[]; keys: Record<string, unknown> }[] = [{ name: [], keys: {} }]
  for (const text of varied) {
    const { key, value } = assigned(text, '--vary', 'search.strategy=greedy-tree,map-elites')
    const values = value.split(',').map((one) => one.trim())
    settings = settings.flatMap(({ name, keys }) =>
      values.map((one) => ({
        name: [
          ...name,
          /^[a-z]/i.test(one) && !/^(on|off|true|false)$/.test(one) ? one : `${key.split('.').at(-1)}=${one}`,
        ],
        keys: laid(keys, key, parseDocument(one).toJS()),
      })),
    )
  }
  return Object.fromEntries(settings.map(({ name, keys }) => [name.join('+').replace(/[^\w.+=:-]/g, '-'), keys]))
}

/** Keys out of `KEY=VALUE` flags. */
export function keysOf(set: readonly string[]): Record<string, unknown> {
  return set.reduce<Record<string, unknown>>((keys, text) => {
    const { key, value } = assigned(text, '--set', 'editor=genetic')
    return laid(keys, key, parseDocument(value).toJS())
  }, {})
}

function assigned(text: string, flag: string, example: string): { key: string; value: string } {
  const [, key, value] = /^([\w.]+)=(.+)$/s.exec(text) ?? []
  if (key !== undefined && value !== undefined) return { key, value }
  throw new AnnealError({
    what: `${flag}: ${text} says no key and value.`,
    why: 'A setting is a key of the task file and its value.',
    fix: `Write it like ${flag} ${example}, with a key of the task file.`,
  })
}

function laid(keys: Record<string, unknown>, path: string, value: unknown): Record<string, unknown> {
  const [head = '', ...rest] = path.split('.')
  const under = Keys.safeParse(keys[head])
  return { ...keys, [head]: rest.length === 0 ? value : laid(under.data ?? {}, rest.join('.'), value) }
}
