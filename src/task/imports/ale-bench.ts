import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { z } from 'zod'
import { AnnealError, messageOf } from '../../records/error.ts'
import { Direction } from '../../records/task.ts'
import { Bytes } from '../../records/units.ts'
import type { Importer, ImportOptions } from './imported.ts'
import { pythonYaml } from './python.ts'
import { leftOut, sourceFiles } from './source-files.ts'

/** Endings of programs that the harness can compile or start. */
const LANGUAGES: Record<string, string> = { '.cpp': 'C++', '.rs': 'Rust', '.py': 'Python', '.mjs': 'JavaScript' }
const STATEMENTS = ['statement.md', 'statement.txt', 'README.md']
const HARNESS = ['harness.mjs', 'run_cases.mjs', 'evaluate.mjs']
const CASES = 50

/** `config.yaml` of the folder. Times in seconds. */
const Config = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'a name is one word')
    .optional(),
  time_limit: z.number().positive(),
  memory_limit: Bytes.optional(),
  direction: Direction,
  scoring: z.enum(['absolute', 'relative']).default('absolute'),
  /** What a case without an accepted answer does: fail the whole, or count 0. */
  failed_case: z.enum(['fails', 'zero']).default('fails'),
  zero_is_wrong: z.boolean().optional(),
  public: z.union([z.number().int().min(1), z.array(z.number().int().nonnegative()).min(1)]).optional(),
  private: z.number().int().min(0).optional(),
  parallel: z.number().int().min(1).max(256).default(1),
  gen: z.string().min(1).optional(),
  tester: z.string().min(1).optional(),
  /** Scores of reference answers by case, for relative scoring. */
  references: z.record(z.string(), z.number()).optional(),
})
type Config = z.infer<typeof Config>
type Tool = { source: string } | { command: string }

/** A problem in ALE-Bench's way: a statement, a generator of cases, a tester and a time limit; a program answers each case on its own. */
export const aleBench: Importer = async (source, options) => {
  const names = await readdir(source)
  const statement = STATEMENTS.find((name) => names.includes(name))
  if (statement === undefined)
    throw lacking(source, 'statement.md', 'It says the rules, in the words that the model is shown.')
  if (!names.includes('config.yaml'))
    throw lacking(source, 'config.yaml', 'It says time_limit (seconds) and direction (maximize or minimize) at least.')
  const config = await readConfig(join(source, 'config.yaml'))
  const program = programOf(source, names, options)
  const gen = toolOf('gen', names, config)
  const tester = toolOf('tester', names, config)
  if (tester === null)
    throw lacking(
      source,
      'tester.*',
      'It is called with the paths of input and answer, and prints the score; or name a command under `tester`.',
    )
  const stored = names.includes('in')
    ? (await readdir(join(source, 'in'))).filter((name) => name.endsWith('.txt')).toSorted()
    : []
  if (gen === null && stored.length === 0)
    throw lacking(
      source,
      'gen.*',
      'It prints the case of a seed; or name a command under `gen`, or keep cases as in/0000.txt.',
    )
  const cases = casesOf(config, gen, stored)
  const relative = config.scoring === 'relative'
  const reference = relative ? `reference${extname(program)}` : null
  if (config.failed_case === 'zero' && config.direction === 'minimize' && !relative)
    throw new AnnealError({
      what: 'config.yaml: failed_case: zero cannot be kept.',
      why: 'Lower is better, and zero would make a failure the best of scores.',
      fix: 'Leave failed_case out: one failed case fails the attempt.',
    })
  const { files, left } = await sourceFiles(source, ['config.yaml', 'out', 'out/**', 'target', '**/target/**'])
  const harness = HARNESS.map((name) => [`contest/${name}`, { copy: join(options.templates, 'contest', name) }])
  const most = Math.max(cases.public.length, cases.hidden)
  const trial = Math.ceil((most * (config.time_limit + 0.3)) / config.parallel)
  const attempts = options.steps
  return {
    task: {
      goal: [
        `Write a ${LANGUAGES[extname(program)]} program that, within ${config.time_limit} seconds a case, solves the problem of ${statement}; ${relative ? `its scores are held against those of ${reference}, case by case` : `${config.direction} the mean score over the cases`}.`,
        options.instructions?.trim(),
      ]
        .filter(Boolean)
        .join('\n\n'),
      edit: [program],
      context: [statement],
      execute: { command: 'node contest/run_cases.mjs', timeout: trial + 180 },
      evaluate: {
        command: 'node contest/evaluate.mjs',
        metric: 'score',
        direction: relative ? 'maximize' : config.direction,
        timeout: (relative ? trial : 0) + 60 + most,
        constraints: ['valid == 1'],
      },
      ...(cases.hidden > 0
        ? { holdout: { command: 'node contest/evaluate.mjs', timeout: (relative ? trial : 0) + 60 + most } }
        : {}),
      ...(attempts ? { budget: { attempts } } : {}),
    },
    files: {
      ...files,
      ...Object.fromEntries(harness),
      'problem.mjs': { copy: join(options.templates, 'imports', 'ale_problem.mjs') },
      'contest.json': `${JSON.stringify(settings(config, program, reference, { gen, tester }, cases), null, 2)}\n`,
      ...(reference === null ? {} : { [reference]: { copy: join(source, program) } }),
    },
    notes: [
      `${program} may change; ${statement} is shown to the model`,
      `${cases.public.length} public cases ${gen ? 'by their seeds' : 'out of in/'}, ${config.time_limit} s each${config.parallel > 1 ? `, ${config.parallel} at a time` : ''}`,
      relative
        ? `relative scores: the mean over the cases of ${config.direction === 'maximize' ? 'score / reference' : 'reference / score'}; the reference is ${config.references ? 'on record, or ' : ''}the program as it is now, on the same cases`
        : `the mean score over the cases, to ${config.direction}`,
      config.failed_case === 'fails'
        ? 'a case that is wrong, late or crashed fails the attempt'
        : 'a case that is wrong, late or crashed counts 0',
      ...(gen
        ? [`champions are confirmed on fresh cases, and held to ${cases.hidden} more (holdout)`]
        : cases.hidden > 0
          ? [`the last ${cases.hidden} stored cases are the hold-out`]
          : []),
    ],
    missing: [
      ...(gen
        ? []
        : [
            'fresh cases, which only a generator can make: a champion is confirmed on the public ones again, and the inputs of the hold-out lie where a program can read them',
          ]),
      ...(cases.hidden === 0 ? ['a hold-out: `private` is 0, or no stored case is left for it'] : []),
      'ranks and performance ratings, which need the standings of the contest',
      ...leftOut(left),
    ],
  }
}

const lacking = (source: string, file: string, why: string) =>
  new AnnealError({ what: `${source} holds no ${file}.`, why, fix: 'docs/importing.md describes the folder.' })

async function readConfig(path: string): Promise<Config> {
  let value: unknown
  try {
    value = pythonYaml(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new AnnealError({ what: `${path} is not valid YAML.`, why: messageOf(cause), fix: 'Mend it.', cause })
  }
  const parsed = Config.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AnnealError({
    what: `${path} is not right:`,
    why: parsed.error.issues.map((issue) => `  ${issue.path.join('.') || 'the file'}: ${issue.message}`).join('\n'),
    fix: 'docs/importing.md lists its keys. Problems in which the tester talks with the program are not supported.',
  })
}

function programOf(source: string, names: readonly string[], { source: named }: ImportOptions): string {
  const found = named ?? names.filter((name) => /^main\.\w+$/.test(name) && extname(name) in LANGUAGES)
  const [program] = found
  if (program !== undefined && found.length === 1 && existsSync(join(source, program)) && extname(program) in LANGUAGES)
    return program
  throw new AnnealError({
    what:
      found.length > 1
        ? `Which program is to be improved is not clear: ${found.join(', ')}.`
        : `${source} holds no ${program ?? 'main.cpp, main.rs or main.py'} that can be started from.`,
    why: `Programs end in ${Object.keys(LANGUAGES).join(', ')}.`,
    fix: 'Give a program that answers every case, however badly, and name it with --source FILE.',
  })
}

function toolOf(kind: 'gen' | 'tester', names: readonly string[], config: Config): Tool | null {
  const command = config[kind]
  if (command !== undefined) return { command }
  const source = names.find((name) => name.startsWith(`${kind}.`) && extname(name) in LANGUAGES)
  return source === undefined ? null : { source }
}

type Cases = { public: (number | string)[]; stored: string[]; hidden: number }

function casesOf(config: Config, gen: Tool | null, stored: readonly string[]): Cases {
  const asked = config.public
  const count = Array.isArray(asked) ? asked.length : (asked ?? CASES)
  if (gen) {
    const seeds = Array.isArray(asked) ? asked : Array.from({ length: count }, (_, seed) => seed)
    return { public: seeds, stored: [], hidden: config.private ?? 2 * count }
  }
  const keys = stored.map((name) => `in/${name.slice(0, -'.txt'.length)}`)
  const open = Math.min(asked === undefined ? Math.ceil(keys.length / 2) : count, keys.length)
  const rest = keys.slice(open, config.private === undefined ? undefined : open + config.private)
  return { public: keys.slice(0, open), stored: rest, hidden: rest.length }
}

/** What the harness is told. */
function settings(
  config: Config,
  program: string,
  reference: string | null,
  { gen, tester }: { gen: Tool | null; tester: Tool },
  cases: Cases,
): Record<string, unknown> {
  const { name, memory_limit, references, zero_is_wrong, time_limit, direction, scoring, failed_case, parallel } =
    config
  return {
    name: name ?? 'contest',
    program,
    time_limit,
    ...(memory_limit ? { memory_limit } : {}),
    direction,
    scoring,
    failed_case,
    parallel,
    zero_is_wrong: zero_is_wrong ?? direction === 'maximize',
    ...(reference ? { reference } : {}),
    ...(references ? { references } : {}),
    ...(gen ? { gen } : {}),
    tester,
    cases: cases.public,
    ...(cases.stored.length > 0 ? { private_cases: cases.stored } : {}),
    holdout: cases.hidden,
  }
}
