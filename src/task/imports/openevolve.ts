import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AnnealError, messageOf } from '../../records/error.ts'
import { adapterFiles, EVALUATE, NO_HOLDOUT } from './adapter.ts'
import type { Importer, ImportOptions } from './imported.ts'
import { packagesOf, pythonYaml } from './python.ts'
import { leftOut, sourceFiles } from './source-files.ts'

const Model = z.looseObject({
  name: z.string().min(1),
  weight: z.number().nullish(),
  temperature: z.number().nullish(),
  max_tokens: z.number().nullish(),
  reasoning_effort: z.string().nullish(),
})
/** What is read of OpenEvolve's configuration; everything in it may be left out. */
const Config = z.looseObject({
  max_iterations: z.number().int().positive().nullish(),
  random_seed: z.number().int().nonnegative().nullish(),
  early_stopping_patience: z.number().nullish(),
  llm: z
    .looseObject({
      api_base: z.string().nullish(),
      models: z.array(Model).nullish(),
      primary_model: z.string().nullish(),
      primary_model_weight: z.number().nullish(),
      secondary_model: z.string().nullish(),
      secondary_model_weight: z.number().nullish(),
      temperature: z.number().nullish(),
      max_tokens: z.number().nullish(),
      reasoning_effort: z.string().nullish(),
      top_p: z.number().nullish(),
      system_message: z.string().nullish(),
    })
    .nullish(),
  prompt: z.looseObject({ system_message: z.string().nullish(), template_dir: z.string().nullish() }).nullish(),
  database: z.looseObject({ feature_dimensions: z.array(z.string()).nullish() }).nullish(),
  evaluator: z
    .looseObject({
      timeout: z.number().positive().nullish(),
      parallel_evaluations: z.number().int().min(1).nullish(),
      cascade_evaluation: z.boolean().nullish(),
      cascade_thresholds: z.array(z.number()).nullish(),
      memory_limit_mb: z.number().positive().nullish(),
      use_llm_feedback: z.boolean().nullish(),
    })
    .nullish(),
})
type Config = z.infer<typeof Config>

const EVALUATOR = 'evaluator.py'
/** What earlier runs of OpenEvolve left, and its configuration, which may hold a key. */
const RESULTS = ['openevolve_output*', 'best_program*', 'checkpoints', 'config*.{yaml,yml}', 'configs']
const REASONING = ['minimal', 'low', 'medium', 'high']

/** OpenEvolve: `initial_program.*`, `evaluator.py` with `evaluate(path)`, and `config.yaml`. */
export const openEvolve: Importer = async (source, options) => {
  const names = await readdir(source)
  const program = programOf(source, names, options)
  const evaluator = await readFile(join(source, EVALUATOR), 'utf8').catch((cause: Error) => {
    throw new AnnealError({
      what: `${source} holds no ${EVALUATOR}.`,
      why: cause.message,
      fix: 'Name the folder of an OpenEvolve task: initial_program.*, evaluator.py and, where there is one, config.yaml.',
    })
  })
  if (!/\bevaluate\b/.test(evaluator))
    throw new AnnealError({
      what: `${EVALUATOR} gives no function evaluate.`,
      why: 'That function measures a program.',
      fix: 'OpenEvolve calls evaluate(program_path); give it one.',
    })
  const chosen = configOf(source, names, options)
  const config = chosen === null ? {} : await readConfig(join(source, chosen))
  const marked = (await readFile(join(source, program), 'utf8')).includes('EVOLVE-BLOCK-START')
  const { files, left } = await sourceFiles(source, RESULTS)
  const timeout = options.timeout ?? config.evaluator?.timeout ?? 300
  const stages = config.evaluator?.cascade_evaluation === false ? [] : stagesIn(evaluator)
  const attempts = options.steps ?? config.max_iterations
  const parallel = config.evaluator?.parallel_evaluations
  const models = modelsOf(config)
  const memory = config.evaluator?.memory_limit_mb
  const context = [EVALUATOR, ...('README.md' in files ? ['README.md'] : [])]
  const search = {
    ...(parallel ? { parallel: Math.min(parallel, 256) } : {}),
    ...(config.random_seed != null ? { seed: config.random_seed } : {}),
  }
  return {
    task: {
      goal: goalOf(program, config, options),
      edit: [program],
      ...(marked ? { markers: true } : {}),
      context,
      evaluate: {
        command: EVALUATE,
        metric: 'combined_score',
        direction: 'maximize',
        signed: true,
        timeout,
        ...(stages.includes(1) ? { smoke: { command: `${EVALUATE} --stage 1`, timeout } } : {}),
        ...(stages.includes(3) && stages.includes(2) ? { fast: { command: `${EVALUATE} --stage 2`, timeout } } : {}),
      },
      ...(attempts ? { budget: { attempts } } : {}),
      ...(Object.keys(search).length > 0 ? { search } : {}),
      ...(models.length > 0 ? { models } : {}),
      ...(memory ? { runner: { memory: `${memory}MB` } } : {}),
    },
    files: {
      ...files,
      ...adapterFiles(options.templates, 'openevolve.py', {
        evaluator: EVALUATOR,
        program,
        without: config.database?.feature_dimensions ?? [],
      }),
    },
    notes: [
      `${program} may change${marked ? ', between its EVOLVE-BLOCK markers' : ''}`,
      `${EVALUATOR}: evaluate(path) gives combined_score, or else the mean of its numbers; higher is better`,
      ...(stages.includes(1) ? ['evaluate_stage1 must pass first (smoke)'] : []),
      ...(stages.includes(3) && stages.includes(2) ? ['evaluate_stage2 is the cheap variant (fast)'] : []),
      ...(chosen === null ? [] : [`${chosen}: ${understood(config) || 'nothing that Anneal uses'}`]),
    ],
    missing: [...missingOf(config, stages), ...(await packagesOf(source, names)), ...leftOut(left)],
  }
}

function programOf(source: string, names: readonly string[], { source: named }: ImportOptions): string {
  const found = named ?? names.filter((name) => /^initial_program\.\w+$/.test(name))
  const [program] = found
  if (program !== undefined && found.length === 1 && existsSync(join(source, program))) return program
  throw new AnnealError({
    what:
      program === undefined
        ? `${source} holds no initial_program.*.`
        : found.length > 1
          ? `Which program is to be improved is not clear: ${found.join(', ')}.`
          : `There is no file ${program} in ${source}.`,
    why: 'Attempts start from one program.',
    fix: 'Name it with --source FILE, relative to the folder of the task.',
  })
}

function configOf(source: string, names: readonly string[], { config }: ImportOptions): string | null {
  if (config !== undefined) {
    if (existsSync(join(source, config))) return config
    throw new AnnealError({
      what: `There is no file ${config} in ${source}.`,
      why: '--config names it.',
      fix: 'Name it relative to that folder.',
    })
  }
  const found = names.filter((name) => /^config.*\.ya?ml$/.test(name)).toSorted()
  return found.find((name) => /^config\.ya?ml$/.test(name)) ?? found[0] ?? null
}

async function readConfig(path: string): Promise<Config> {
  const text = await readFile(path, 'utf8')
  try {
    const parsed = Config.safeParse(pythonYaml(text) ?? {})
    if (parsed.success) return parsed.data
    const why = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`).join('\n')
    throw new AnnealError({ what: `${path} is not OpenEvolve's configuration:`, why, fix: 'Mend these keys.' })
  } catch (cause) {
    if (cause instanceof AnnealError) throw cause
    throw new AnnealError({ what: `${path} is not valid YAML.`, why: messageOf(cause), fix: 'Mend it.', cause })
  }
}

/** The numbers of the cascade's stages that the evaluator defines. */
const stagesIn = (evaluator: string): number[] =>
  [1, 2, 3].filter((stage) => new RegExp(`^(async )?def evaluate_stage${stage}\\b`, 'm').test(evaluator))

function goalOf(program: string, { prompt, llm }: Config, { instructions }: ImportOptions): string {
  const message = prompt?.system_message ?? llm?.system_message
  return [`Improve ${program} so that combined_score of ${EVALUATOR} grows.`, message?.trim(), instructions?.trim()]
    .filter(Boolean)
    .join('\n\n')
}

function modelsOf({ llm }: Config): Record<string, unknown>[] {
  const older = [
    { name: llm?.primary_model, weight: llm?.primary_model_weight ?? 1 },
    { name: llm?.secondary_model, weight: llm?.secondary_model_weight ?? 0.2 },
  ].flatMap(({ name, weight }) => (name ? [{ name, weight }] : []))
  const listed: z.infer<typeof Model>[] = [...(llm?.models ?? []), ...older]
  return listed.flatMap(({ name, weight, ...own }) => {
    const temperature = own.temperature ?? llm?.temperature
    const max_tokens = own.max_tokens ?? llm?.max_tokens
    const reasoning = own.reasoning_effort ?? llm?.reasoning_effort
    if (weight != null && weight <= 0) return []
    return [
      {
        name,
        ...(weight != null ? { weight } : {}),
        ...(temperature != null ? { temperature: Math.min(temperature, 2) } : {}),
        ...(max_tokens != null ? { max_tokens } : {}),
        ...(reasoning != null && REASONING.includes(reasoning) ? { reasoning } : {}),
      },
    ]
  })
}

function understood(config: Config): string {
  const message = config.prompt?.system_message ?? config.llm?.system_message
  return [
    config.max_iterations && `${config.max_iterations} attempts`,
    config.evaluator?.timeout && `${config.evaluator.timeout} s for an evaluation`,
    config.evaluator?.parallel_evaluations && `${config.evaluator.parallel_evaluations} attempts at a time`,
    config.random_seed != null && `seed ${config.random_seed}`,
    message && 'the system message, as the goal',
    modelsOf(config).length > 0 &&
      `the models ${modelsOf(config)
        .map(({ name }) => name)
        .join(', ')}`,
  ]
    .filter(Boolean)
    .join('; ')
}

function missingOf(config: Config, stages: readonly number[]): string[] {
  const { llm, prompt, evaluator, database } = config
  const thresholds = evaluator?.cascade_thresholds
  return [
    llm?.api_base && `the models' server and key: set OPENAI_BASE_URL=${llm.api_base} and OPENAI_API_KEY`,
    llm?.top_p != null && 'llm.top_p',
    stages.length > 0 &&
      `the cascade's thresholds${thresholds ? ` (${thresholds.join(', ')})` : ''}: a stage must run, and its score is not held against a fixed number`,
    prompt?.template_dir && 'prompt templates: Anneal asks in its own words',
    evaluator?.use_llm_feedback &&
      'a model that grades programs (use_llm_feedback): scores come from the evaluator alone',
    database &&
      "the database's islands, archive and feature dimensions: Anneal searches in its own way (search.strategy)",
    config.early_stopping_patience != null && 'early stopping: set a target or a budget',
    NO_HOLDOUT,
  ].filter((line) => typeof line === 'string')
}
