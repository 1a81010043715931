import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AnnealError } from '../../records/error.ts'
import { adapterFiles, EVALUATE, NO_HOLDOUT } from './adapter.ts'
import type { Importer, ImportOptions } from './imported.ts'
import { packagesOf, pythonYaml } from './python.ts'
import { leftOut, sourceFiles } from './source-files.ts'

/** What is read of ShinkaEvolve's configuration, a YAML file with `evo_config`; everything in it may be left out. */
const Config = z.looseObject({
  max_evaluation_jobs: z.number().int().min(1).nullish(),
  evo_config: z
    .looseObject({
      task_sys_msg: z.string().nullish(),
      num_generations: z.number().int().positive().nullish(),
      max_api_costs: z.number().positive().nullish(),
      llm_models: z.array(z.string()).nullish(),
    })
    .nullish(),
})
type Config = z.infer<typeof Config>

const EVALUATOR = 'evaluate.py'
const STARTER = 'run_evo.py'
/** What earlier runs left, and how a run is started there. */
const RESULTS = ['results', 'results_*', '*.sqlite', '*.db', '*.ipynb', STARTER, 'shinka*.{yaml,yml}']

/** ShinkaEvolve: `initial.*`, and `evaluate.py --program_path P --results_dir D` that leaves `metrics.json` and `correct.json`. */
export const shinka: Importer = async (source, options) => {
  const names = await readdir(source)
  const program = programOf(source, names, options)
  if (!names.includes(EVALUATOR))
    throw new AnnealError({
      what: `${source} holds no ${EVALUATOR}.`,
      why: 'It is what measures a program.',
      fix: 'Name the folder of a ShinkaEvolve task: initial.*, evaluate.py and, where there are, run_evo.py and a YAML configuration.',
    })
  const chosen = await configOf(source, names, options)
  const config = chosen?.config ?? {}
  const starter = names.includes(STARTER) ? facts(await readFile(join(source, STARTER), 'utf8')) : {}
  const message = config.evo_config?.task_sys_msg ?? starter.message
  const attempts = options.steps ?? config.evo_config?.num_generations ?? starter.generations
  const parallel = config.max_evaluation_jobs
  const cost = config.evo_config?.max_api_costs
  const models = config.evo_config?.llm_models ?? []
  const timeout = options.timeout ?? starter.seconds ?? 300
  const marked = (await readFile(join(source, program), 'utf8')).includes('EVOLVE-BLOCK-START')
  const { files, left } = await sourceFiles(source, RESULTS)
  const budget = { ...(attempts ? { attempts } : {}), ...(cost ? { cost } : {}) }
  const standIn = (file: string) => ({ copy: join(options.templates, 'imports', 'stand_ins', 'shinka', file) })
  return {
    task: {
      goal: [`Improve ${program} so that combined_score of ${EVALUATOR} grows.`, message, options.instructions]
        .map((part) => part?.trim())
        .filter(Boolean)
        .join('\n\n'),
      edit: [program],
      ...(marked ? { markers: true } : {}),
      context: [EVALUATOR, ...('README.md' in files ? ['README.md'] : [])],
      evaluate: { command: EVALUATE, metric: 'combined_score', direction: 'maximize', signed: true, timeout },
      ...(Object.keys(budget).length > 0 ? { budget } : {}),
      ...(parallel ? { search: { parallel: Math.min(parallel, 256) } } : {}),
      ...(models.length > 0 ? { models: models.map((name) => ({ name })) } : {}),
    },
    files: {
      ...files,
      ...adapterFiles(options.templates, 'shinka.py', { evaluator: EVALUATOR, program }),
      'stand_ins/shinka/__init__.py': standIn('__init__.py'),
      'stand_ins/shinka/core.py': standIn('core.py'),
    },
    notes: [
      `${program} may change${marked ? ', between its EVOLVE-BLOCK markers' : ''}`,
      `${EVALUATOR}: combined_score in metrics.json, where correct.json says that the program is correct; higher is better`,
      ...(chosen ? [`${chosen.name}: ${said(config) || 'nothing that Anneal uses'}`] : []),
      ...(starter.message && !config.evo_config?.task_sys_msg ? [`${STARTER}: the task's message, as the goal`] : []),
      ...(starter.seconds && options.timeout === undefined
        ? [`${STARTER}: ${starter.seconds} s for an evaluation`]
        : []),
    ],
    missing: [
      ...(models.length > 0 ? ["the models' servers and keys: set OPENAI_BASE_URL and OPENAI_API_KEY"] : []),
      ...(chosen
        ? ["the database's islands and archive, and how patches are drawn: Anneal searches in its own way"]
        : []),
      'metrics under "private": a model is shown all metrics, so they are not reported',
      NO_HOLDOUT,
      ...(await packagesOf(source, names)),
      ...leftOut(left),
    ],
  }
}

function programOf(source: string, names: readonly string[], { source: named }: ImportOptions): string {
  const found = named ?? names.filter((name) => /^initial\.\w+$/.test(name))
  const [program] = found
  if (program !== undefined && found.length === 1 && names.includes(program)) return program
  throw new AnnealError({
    what:
      found.length > 1
        ? `Which program is to be improved is not clear: ${found.join(', ')}.`
        : `${source} holds no ${program ?? 'initial.*'}.`,
    why: 'Attempts start from one program.',
    fix: 'Name it with --source FILE, relative to the folder of the task.',
  })
}

/** The configuration that was named, or the last by name (shinka_small of small, medium and large) that holds `evo_config`; null where none does. */
async function configOf(
  source: string,
  names: readonly string[],
  { config: named }: ImportOptions,
): Promise<{ name: string; config: Config } | null> {
  const found =
    named === undefined
      ? names
          .filter((name) => /\.ya?ml$/.test(name))
          .toSorted()
          .toReversed()
      : [named]
  for (const name of found) {
    const text = await readFile(join(source, name), 'utf8').catch((cause: Error) => {
      throw new AnnealError({
        what: `${name} cannot be read.`,
        why: cause.message,
        fix: 'Name it relative to SOURCE.',
        cause,
      })
    })
    const parsed = Config.safeParse(valueIn(text))
    if (parsed.success && (parsed.data.evo_config || named !== undefined)) return { name, config: parsed.data }
    if (named !== undefined)
      throw new AnnealError({
        what: `${name} is not ShinkaEvolve's configuration.`,
        why: parsed.error?.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`).join('\n') ?? '',
        fix: 'Name a YAML file with evo_config.',
      })
  }
  return null
}

function valueIn(text: string): unknown {
  try {
    return pythonYaml(text)
  } catch {
    return null
  }
}

/** What a script that starts a run says in plain literals; it is read, never run. */
function facts(text: string): { message?: string; generations?: number; seconds?: number } {
  const message = /\b\w*sys_msg\s*=\s*r?("""|''')(.*?)\1/s.exec(text)?.[2]?.trim()
  const generations = /\bnum_generations\s*=\s*(\d+)/.exec(text)?.[1]
  const clock = /\btime\s*=\s*["'](\d+):(\d+):(\d+)["']/.exec(text)
  return {
    ...(message ? { message } : {}),
    ...(generations ? { generations: Number(generations) } : {}),
    ...(clock ? { seconds: Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3]) } : {}),
  }
}

function said({ evo_config, max_evaluation_jobs }: Config): string {
  return [
    evo_config?.num_generations && `${evo_config.num_generations} attempts`,
    evo_config?.max_api_costs && `at most $${evo_config.max_api_costs}`,
    max_evaluation_jobs && `${max_evaluation_jobs} attempts at a time`,
    evo_config?.task_sys_msg && "the task's message, as the goal",
    evo_config?.llm_models?.length && `the models ${evo_config.llm_models.join(', ')}`,
  ]
    .filter(Boolean)
    .join('; ')
}
