import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { agents } from '../edit/agents/agents.ts'
import { hasModel } from '../models/models.ts'
import { AnnealError, EXIT } from '../records/error.ts'
import type { RunStart } from '../records/run.ts'
import { type AgentName, isAgent, type Task } from '../records/task.ts'
import { probeTiers } from '../runners/sandbox.ts'
import { refusal } from '../runners/tiers.ts'
import { loadTask, type Overrides } from '../task/load.ts'
import type { Own } from '../wiring/own.ts'
import { findRun, mustBeWritable, openProject, type Project } from '../wiring/project.ts'
import { tryRunner } from '../wiring/runner.ts'
import { checkPrices } from './model-check.ts'

/** A task that was read and held against the repository, before anything is spent. */
export type Prepared = {
  project: Project
  task: Task
  editor: string
  tier: RunStart['tier']
  notes: string[]
  /** What research found for this run, as Markdown. */
  research?: string
  /** The run that is to be repeated. */
  replays?: string
}

/** Reads the task, holds it against HEAD and the person's flags, and finds the sandbox. Throws on whatever would stop the run later. */
export async function prepare(
  folder: string,
  taskFile: string | undefined,
  overrides: Overrides,
  own: Own,
): Promise<Prepared> {
  const project = await openProject(folder)
  await mustBeWritable(project)
  const { repository } = project
  const loaded = await loadTask(repository.root, taskFile, overrides)
  const task = { ...loaded, runner: { ...loaded.runner, network: loaded.runner.network && own.allowNetwork } }
  const notes: string[] = []
  if (repository.dirty)
    notes.push(
      `The work tree has uncommitted changes; the run starts from HEAD (${repository.head.slice(0, 10)}) and leaves them alone.`,
    )
  if (repository.submodules.length > 0)
    notes.push(
      `Submodules are not exported to attempts, their folders are empty there: ${repository.submodules.join(', ')}.`,
    )
  if (loaded.runner.network && !own.allowNetwork)
    notes.push('The task asks for network; candidates get none without --allow-network.')
  if (!task.execute && !task.evaluate.signed && !task.holdout)
    notes.push(
      'Candidates run inside the evaluator, whose result is not signed: one can claim any score. docs/evaluators.md tells of `execute`, `signed` and `holdout`.',
    )
  if (task.evaluate.sealed === undefined) notes.push('Sealed: everything that `edit` does not match.')
  const editor = editorName(task, notes)
  if (editor === 'model') await checkPrices(task)
  if (isAgent(editor) && task.budget.cost !== undefined)
    notes.push(`The budget in dollars holds as far as ${editor} tells, or the task's prices do, what its calls cost.`)
  notes.push(...(await tryRunner(task)))
  return { project, task, editor, tier: await tierFor(task, own, notes), notes }
}

/** Reads what is needed to repeat a run from its records: its own task and base, one attempt at a time, no further budget. */
export async function prepareReplay(folder: string, name: string, own: Own): Promise<Prepared> {
  const found = await openProject(folder)
  const { run } = await findRun(found, name)
  if (isAgent(run.editor))
    throw new AnnealError({
      what: `The run ${name} cannot be repeated from its records.`,
      why: `Its editor is the coding agent ${run.editor}, whose calls are not Anneal's to record.`,
      fix: 'Its attempts stand as branches; start a new run to try again.',
    })
  const project = { ...found, repository: { ...found.repository, head: run.base, branch: run.branch } }
  const task: Task = {
    ...run.task,
    budget: { attempts: Math.max(1, run.attempts.length - 1) },
    search: { ...run.task.search, parallel: 1 },
  }
  const notes = [`Repeats ${name} from its records: no model is asked.`]
  return { project, task, editor: run.editor, tier: await tierFor(task, own, notes), notes, replays: name }
}

/** The best sandbox that holds here. Throws where none does, or less than the task requires, unless the person has turned it off. */
async function tierFor(task: Task, own: Own, notes: string[]): Promise<RunStart['tier']> {
  const probe = own.sandboxOff ? null : await probeTiers()
  if (probe?.tier === 'none') throw refusal('none', probe.failures.map(({ tier, why }) => `${tier}: ${why}`).join('\n'))
  if (probe && task.sandbox === 'required' && !probe.guarantees.network)
    throw refusal(probe.tier, 'the task requires a full sandbox')
  if (own.sandboxOff) notes.push('The sandbox is off: candidates can reach whatever you can.')
  return probe?.tier ?? 'none'
}

function editorName(task: Task, notes: string[]): string {
  const named = namedEditor(task)
  if (typeof named === 'object') return 'command'
  if (named !== undefined && isAgent(named)) return findAgent(named)
  const model = hasModel(process.env) || task.models.some(({ name }) => name === 'manual')
  if (task.editor === 'genetic') return 'genetic'
  if (model) {
    if (task.models.length === 0 && !process.env.ANNEAL_MODEL)
      throw new AnnealError({
        what: 'No model is named.',
        why: 'OPENAI_API_KEY or OPENAI_BASE_URL is set, so a model is to be asked.',
        fix: 'Name it with --model NAME, under `models:` in the task file or in ANNEAL_MODEL; or choose --editor genetic, which needs none.',
      })
    return 'model'
  }
  if (named === 'model')
    throw new AnnealError({
      what: 'The editor `model` needs a model server.',
      why: 'Neither OPENAI_API_KEY nor OPENAI_BASE_URL is set.',
      fix: 'Set one of them (any OpenAI-compatible server works), or choose --editor genetic.',
      exit: EXIT.unavailable,
    })
  notes.push('No model server is set (OPENAI_API_KEY, OPENAI_BASE_URL): the editor is `genetic`, which works offline.')
  return 'genetic'
}

function namedEditor({ editor }: Task) {
  if (typeof editor !== 'object' || 'command' in editor) return editor
  return 'agent' in editor ? editor.agent : 'model'
}

/** Throws where the agent's program is not on the PATH. */
function findAgent(name: AgentName): string {
  const { program, install } = agents[name]
  const folders = (process.env.PATH ?? '').split(delimiter).filter(isAbsolute)
  if (folders.some((folder) => isProgram(join(folder, program)))) return name
  throw new AnnealError({
    what: `The editor \`${name}\` needs the program \`${program}\`, which is not there.`,
    why: `No folder on the PATH holds it: ${folders.join(', ')}.`,
    fix: `Install it (${install}) and log in, or choose another editor.`,
    exit: EXIT.unavailable,
  })
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
