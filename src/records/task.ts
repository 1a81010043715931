import { z } from 'zod'
import { Bytes, Count, Duration } from './units.ts'

const Command = z.string().trim().min(1, 'an empty command')
const Globs = z.array(z.string().min(1))

export const Direction = z.enum(['maximize', 'minimize'])
export type Direction = z.infer<typeof Direction>

/** Coding agents that can be the editor. */
export const AGENTS = ['codex', 'claude', 'opencode', 'gemini', 'pi', 'aider'] as const
export type AgentName = (typeof AGENTS)[number]
export const isAgent = (editor: string): editor is AgentName => AGENTS.some((name) => name === editor)

export const EDIT_MODES = ['auto', 'single', 'agentic'] as const
/** How the editor `model` works: in a single reply, or with tools over several turns, which the other keys bound; `auto` goes by the size of the program. */
export const ModelEditorWish = z.strictObject({
  model: z.enum(EDIT_MODES),
  turns: z.number().int().min(1).max(500).optional(),
  tokens: Count.optional(),
  timeout: Duration.optional(),
})
export type ModelEditorWish = z.infer<typeof ModelEditorWish>

export const EDITORS = ['model', 'genetic', ...AGENTS] as const
/** Who changes the code; `timeout` is for one attempt. */
export const Editor = z.union(
  [
    z.enum(EDITORS),
    z.strictObject({ command: Command, timeout: Duration.optional() }),
    ModelEditorWish,
    z.strictObject({ agent: z.enum(AGENTS), timeout: Duration.optional() }),
  ],
  {
    error: `write ${EDITORS.join(', ')}; or {model: ${EDIT_MODES.join(' | ')}, turns: 40, tokens: 600k, timeout: 30m}, {agent: NAME, timeout: 15m} or {command: CMD, timeout: 15m}`,
  },
)
export type Editor = z.infer<typeof Editor>

export const ROLES = ['ideate', 'edit', 'learn'] as const
export const Role = z.enum(ROLES)
export type Role = z.infer<typeof Role>

/** A model that the task may call, with the roles it may play and its share among several. */
export const ModelChoice = z.strictObject({
  name: z.string().min(1),
  roles: z
    .array(Role)
    .min(1)
    .default([...ROLES]),
  weight: z.number().positive().default(1),
  /** How the server is spoken to; `auto` is `responses` at OpenAI's own server and `chat` elsewhere. */
  api: z.enum(['auto', 'chat', 'responses']).default('auto'),
  temperature: z.number().min(0).max(2).optional(),
  /** Reasoning effort, for models that take one. */
  reasoning: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
  seed: z.number().int().optional(),
  max_tokens: z.number().int().positive().optional(),
  /** How long it may take to answer; ten minutes if nothing is said, a day for `manual`. */
  timeout: Duration.optional(),
  prices: z
    .strictObject({
      input: z.number().nonnegative(),
      output: z.number().nonnegative(),
      cached: z.number().nonnegative().optional(),
    })
    .optional(),
})
export type ModelChoice = z.infer<typeof ModelChoice>

/** `metric == 1`, `seconds <= 2.5`: a bound over metrics; an attempt that breaks one has failed. */
export const Constraint = z
  .string()
  .regex(/^\s*[\w.-]+\s*(==|!=|<=|>=|<|>)\s*-?\d+(\.\d+)?([eE][+-]?\d+)?\s*$/, 'write a constraint like "valid == 1"')

export const Evaluate = z.strictObject({
  command: Command,
  sealed: Globs.optional(),
  hidden: Globs.default([]),
  metric: z.string().min(1),
  direction: Direction,
  timeout: Duration.default(300),
  repeats: z.number().int().min(1).max(1000).default(1),
  /** Whether the same tree gives the same metrics under the same seed, whenever and wherever it is measured. */
  deterministic: z.boolean().default(false),
  constraints: z.array(Constraint).default([]),
  /** The evaluator reads a nonce from the first line of its standard input and gives it back with the metrics on descriptor 3. */
  signed: z.boolean().default(false),
  metric_range: z.tuple([z.number(), z.number()]).optional(),
  smoke: z.strictObject({ command: Command, timeout: Duration.default(30) }).optional(),
  /** A cheap variant that gives the same metric, less surely; `cost` is its share of the full one's. */
  fast: z
    .strictObject({ command: Command, timeout: Duration.default(60), cost: z.number().positive().max(1).default(0.2) })
    .optional(),
})

/**
 * What the best attempt makes in the end, such as a submission: run as a candidate is, checked by a trusted command, and put in its place whole.
 * `shows` are hidden files that it may see, unlike an attempt that is measured.
 */
export const Deliver = z.strictObject({
  command: Command,
  timeout: Duration.default(3600),
  shows: Globs.default([]),
  check: Command.optional(),
  /** A path in `$ANNEAL_OUT`. */
  file: z.string().regex(/^(?!.*(^|\/)\.\.?(\/|$))[^/\0][^\0]*$/, 'a path inside $ANNEAL_OUT'),
  /** Where it is put; relative to the repository. */
  to: z.string().min(1),
})

/** What a run may spend; whichever ends first ends it. */
export const Budget = z.strictObject({
  attempts: z.number().int().positive().optional(),
  time: Duration.optional(),
  cost: z.number().positive().optional(),
  tokens: Count.optional(),
})
export type Budget = z.infer<typeof Budget>

export const STRATEGIES = ['bandit-tree', 'greedy-tree', 'map-elites', 'kapso-tree'] as const

export const RUNNERS = ['local', 'slurm'] as const
/** Options of `sbatch` that Anneal gives itself: with another value a job would not be found again, or not come back. */
const OWN_OPTIONS =
  /^(-[aDeidJoWH]|--(array|chdir|error|export|export-file|input|job-name|output|parsable|requeue|no-requeue|wait|wrap|hold|open-mode|test-only|help|version)\b)/
const SLURM_KEYS = ['partition', 'time', 'options', 'folder'] as const

/** Where commands run, and with what. `devices` are the local machine's; the keys after it are Slurm's. */
const Runner = z
  .strictObject({
    kind: z.enum(RUNNERS).default('local'),
    gpus: z.number().int().nonnegative().default(0),
    memory: Bytes.default(4 * 2 ** 30),
    network: z.boolean().default(false),
    /** Indices or UUIDs of the GPUs that may be used. */
    devices: z.array(z.union([z.number().int().nonnegative().transform(String), z.string().min(1)])).optional(),
    partition: z
      .string()
      .regex(/^[\w.,-]+$/, 'a partition is a word')
      .optional(),
    /** Seconds that a job may run at most. */
    time: Duration.optional(),
    /** Further options of `sbatch`, each one word such as `--account=lab`. */
    options: z
      .array(
        z
          .string()
          .regex(/^-[\w-]+(=[^\n]*)?$/, 'write an option as one word, such as "--account=lab"')
          .refine((option) => !OWN_OPTIONS.test(option), 'Anneal sets this option itself'),
      )
      .optional(),
    /** An absolute folder that this machine and the nodes share, where the repository's own is not shared. */
    folder: z.string().startsWith('/', 'an absolute path').optional(),
  })
  .superRefine(({ kind, ...keys }, context) => {
    const stray = kind === 'local' ? SLURM_KEYS.find((key) => keys[key] !== undefined) : undefined
    if (stray) context.addIssue({ code: 'custom', path: [stray], message: 'only with `kind: slurm`' })
    if (kind === 'slurm' && keys.devices)
      context.addIssue({ code: 'custom', path: ['devices'], message: 'only with `kind: local`; Slurm chooses them' })
  })

/** What the user asked: the content of `anneal.yaml`, with flags laid over it and defaults filled in. Times in seconds, sizes in bytes, money in US dollars. */
export const Task = z.strictObject({
  goal: z.string().trim().min(1, 'say what to improve'),
  edit: Globs.min(1, 'name at least one glob that a candidate may change'),
  /** In files that bear EVOLVE-BLOCK-START and EVOLVE-BLOCK-END, only what stands between them may change. */
  markers: z.boolean().default(false),
  context: Globs.default([]),
  setup: Command.optional(),
  execute: z.strictObject({ command: Command, timeout: Duration.default(300) }).optional(),
  evaluate: Evaluate,
  holdout: z.strictObject({ command: Command, timeout: Duration.default(300), hidden: Globs.default([]) }).optional(),
  deliver: Deliver.optional(),
  target: z.number().optional(),
  budget: Budget.default({}).transform((budget) => (Object.keys(budget).length === 0 ? { attempts: 30 } : budget)),
  search: z
    .strictObject({
      strategy: z.enum(STRATEGIES).default('bandit-tree'),
      parallel: z.number().int().min(1).max(256).default(1),
      /** Attempts that may ask a model or an agent at a time, and commands that may run candidates at a time; as many as `parallel` says where nothing is said. */
      calls: z.number().int().min(1).optional(),
      evaluations: z.number().int().min(1).optional(),
      seed: z.number().int().nonnegative().default(1),
      /** Ideas that are drawn for one edit, through different lenses. */
      ideas: z.number().int().min(1).max(6).default(1),
    })
    .prefault({}),
  models: z.array(ModelChoice).default([]),
  editor: Editor.optional(),
  sandbox: z.enum(['auto', 'required']).default('auto'),
  runner: Runner.prefault({}),
  knowledge: z.array(z.string().min(1)).default([]),
  /** Whether attempts learn lessons and are told those that were learned before. */
  memory: z.enum(['on', 'off']).default('on'),
})
export type Task = z.infer<typeof Task>

/** Whether score `a` beats score `b`; no score never beats one. */
export function better(direction: Direction, a: number | null, b: number | null): boolean {
  if (a === null) return false
  if (b === null) return true
  return direction === 'maximize' ? a > b : a < b
}
