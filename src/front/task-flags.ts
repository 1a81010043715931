import { Flags } from '@oclif/core'
import { EDIT_MODES, EDITORS, RUNNERS, STRATEGIES } from '../records/task.ts'
import type { Overrides } from '../task/load.ts'
import type { Own } from '../wiring/own.ts'

/** Flags that are keys of the task file; a flag wins over the file. */
export const taskFlags = {
  task: Flags.string({
    summary: 'The task file; anneal.yaml at the root of the repository if not given.',
    helpGroup: 'TASK',
  }),
  eval: Flags.string({ summary: 'The command that measures.', helpGroup: 'TASK' }),
  metric: Flags.string({ summary: 'The metric to improve.', helpGroup: 'TASK' }),
  maximize: Flags.boolean({ summary: 'Higher is better.', exclusive: ['minimize'], helpGroup: 'TASK' }),
  minimize: Flags.boolean({ summary: 'Lower is better.', helpGroup: 'TASK' }),
  edit: Flags.string({
    summary: 'A glob of files that a candidate may change; may be given several times.',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'TASK',
  }),
  sealed: Flags.string({
    summary: 'A glob of files that decide the score.',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'TASK',
  }),
  context: Flags.string({
    summary: 'A further file to show the model.',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'TASK',
  }),
  execute: Flags.string({ summary: 'The command that runs the candidate, untrusted.', helpGroup: 'TASK' }),
  timeout: Flags.string({ summary: 'How long one evaluation may take, such as 60s.', helpGroup: 'TASK' }),
  repeats: Flags.integer({ summary: 'How often each candidate is measured.', helpGroup: 'TASK' }),
  target: Flags.string({ summary: 'Stop when a champion reaches this score.', helpGroup: 'TASK' }),
  search: Flags.option({ options: STRATEGIES })({ summary: 'The search strategy.', helpGroup: 'SEARCH' }),
  parallel: Flags.integer({ summary: 'Attempts at a time.', helpGroup: 'SEARCH' }),
  seed: Flags.integer({ summary: 'Seed of everything that Anneal draws.', helpGroup: 'SEARCH' }),
  runner: Flags.option({ options: RUNNERS })({
    summary: 'Where commands run: this machine, or a cluster through Slurm.',
    helpGroup: 'SEARCH',
  }),
  gpus: Flags.integer({ summary: 'GPUs that each attempt holds while it runs.', min: 0, helpGroup: 'SEARCH' }),
  editor: Flags.option({ options: EDITORS })({
    summary: 'Who changes the code.',
    helpGroup: 'SEARCH',
    exclusive: ['editor-command'],
  }),
  'edit-mode': Flags.option({ options: EDIT_MODES })({
    summary: 'How a model edits: in a single reply, with tools over several turns, or by the size of the program.',
    helpGroup: 'SEARCH',
    exclusive: ['editor', 'editor-command'],
  }),
  'editor-command': Flags.string({
    summary: 'A program that edits the attempt’s folder; the prompt is in $ANNEAL_PROMPT.',
    helpGroup: 'SEARCH',
  }),
  model: Flags.string({
    summary: 'A model to ask; may be given several times.',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'SEARCH',
  }),
}

/** Flags of what a run is told. */
export const wisdomFlags = {
  memory: Flags.boolean({
    summary: 'Learn lessons from attempts, and tell them to later ones; --no-memory does neither.',
    allowNo: true,
    helpGroup: 'SEARCH',
  }),
}

/** Flags that bound what a run may spend. */
export const budgetFlags = {
  attempts: Flags.integer({ summary: 'Attempts at most, the baseline not counted.', min: 1, helpGroup: 'BUDGET' }),
  time: Flags.string({ summary: 'Time at most, such as 30m or 2h.', helpGroup: 'BUDGET' }),
  cost: Flags.string({ summary: 'US dollars at most.', helpGroup: 'BUDGET' }),
  tokens: Flags.string({ summary: 'Tokens at most, such as 2M.', helpGroup: 'BUDGET' }),
}

/** Flags of what is shown while a run works. */
export const watchFlags = {
  plain: Flags.boolean({ summary: 'Print a line for each event, in a terminal too.', exclusive: ['quiet'] }),
  quiet: Flags.boolean({ summary: 'Print the result alone.', char: 'q' }),
}

/** Flags that only the person at the keyboard may give. */
export const ownFlags = {
  sandbox: Flags.option({ options: ['auto', 'required', 'off'] as const })({
    summary: 'How candidates are kept from the machine; off lets them reach whatever you can.',
    default: 'auto',
    helpGroup: 'SAFETY',
  }),
  'allow-network': Flags.boolean({
    summary: 'Let candidates use the network where the task asks for it.',
    helpGroup: 'SAFETY',
  }),
}

const { context: _context, target: _target, search: _search, parallel: _parallel, ...some } = taskFlags
const { editor: _editor, model: _model, 'editor-command': _command, 'edit-mode': _mode, ...measuring } = some
/** Those that say what is measured, and how. */
export const measuringFlags = measuring

/** Flags of reports for CI. */
export const reportFlags = {
  junit: Flags.string({ summary: 'Write a JUnit report here.', helpValue: 'FILE', helpGroup: 'CI' }),
  summary: Flags.string({ summary: 'Add a Markdown report to this file.', helpValue: 'FILE', helpGroup: 'CI' }),
  annotations: Flags.string({
    summary: 'Write GitHub annotations here, to be printed once the work is over.',
    helpValue: 'FILE',
    helpGroup: 'CI',
  }),
}

/** What the person alone said, out of `ownFlags`. */
export function ownOf(flags: { sandbox: string; 'allow-network'?: boolean }): Own {
  return { sandboxOff: flags.sandbox === 'off', allowNetwork: flags['allow-network'] === true }
}

type Given = { [key: string]: unknown }

/** The keys of `values` that were given. */
function present(values: Given): Given {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([, value]) =>
        value !== undefined &&
        !(typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0),
    ),
  )
}

const numeric = (value: unknown) =>
  typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value

/** A budget out of flags; only what was given. */
export function budgetOf(flags: Given): Overrides {
  return present({ attempts: flags.attempts, time: flags.time, cost: numeric(flags.cost), tokens: flags.tokens })
}

function editorOf(flags: Given): unknown {
  if (flags['edit-mode'] !== undefined) return { model: flags['edit-mode'] }
  return flags['editor-command'] === undefined ? flags.editor : { command: flags['editor-command'] }
}

/** Flags in the shape of a task file. */
export function overridesOf(goal: string | undefined, flags: Given): Overrides {
  const model = Array.isArray(flags.model) ? flags.model.map((name: unknown) => ({ name })) : undefined
  return present({
    goal,
    edit: flags.edit,
    context: flags.context,
    execute: present({ command: flags.execute }),
    evaluate: present({
      command: flags.eval,
      metric: flags.metric,
      direction: flags.maximize ? 'maximize' : flags.minimize ? 'minimize' : undefined,
      sealed: flags.sealed,
      timeout: flags.timeout,
      repeats: flags.repeats,
    }),
    target: numeric(flags.target),
    budget: budgetOf(flags),
    search: present({ strategy: flags.search, parallel: flags.parallel, seed: flags.seed }),
    editor: editorOf(flags),
    models: model,
    runner: present({ kind: flags.runner, gpus: flags.gpus }),
    sandbox: flags.sandbox === 'required' ? 'required' : undefined,
    memory: flags.memory === undefined ? undefined : flags.memory === true ? 'on' : 'off',
  })
}
