import { agentEditor } from '../edit/agent-editor.ts'
import { type AgenticParts, agenticEditor } from '../edit/agentic-editor.ts'
import { agents } from '../edit/agents/agents.ts'
import { commandEditor } from '../edit/command-editor.ts'
import type { Editor } from '../edit/edit.ts'
import { geneticEditor } from '../edit/genetic-editor.ts'
import { type ModelEditorParts, modelEditor } from '../edit/model-editor.ts'
import type { Engine } from '../git/engine.ts'
import { makeThrowaway, removeRepositories } from '../git/throwaway.ts'
import { hasModel, type ModelsOptions, modelChoices } from '../models/models.ts'
import { type Prices, priceOf } from '../models/prices.ts'
import type { Opening } from '../records/attempt.ts'
import type { Run } from '../records/run.ts'
import { isAgent, type ModelChoice, type ModelEditorWish, ROLES, type Task } from '../records/task.ts'
import type { Runner } from '../runners/job.ts'
import type { Bounds } from '../task/bounds.ts'

/** Where calls are reserved before they are made, and billed. */
export type Ledger = Pick<ModelsOptions, 'reserve' | 'onUsage'>

/** What editors are built from. */
export type EditorParts = {
  asking: ModelEditorParts & { clock(): number }
  engine: Engine
  bounds: Bounds
  task: Task
  runner: Runner
  logsOf(attempt: number): string
  /** Seconds left in the run. */
  left(): number
  environment: Readonly<Record<string, string>>
  /** The name of the run's editor. */
  editor: string
  /** A coding agent's own model; null for its default. */
  agentModel(opening: Opening): ModelChoice | null
  ledger: Ledger
  prices: Prices
  /** The run as it stands now. */
  now(): Run
  onProgress(attempt: number, text: string): void
  /** Told what the person should know. */
  note(attempt: number, text: string): void
  /** Tries changed files in the smoke stage. */
  smoke: NonNullable<AgenticParts['smoke']>
  /** Anneal's own MCP server, for coding agents; null where there is none. */
  mcp: { command: string; args: readonly string[] } | null
}

/** Seconds that a program which edits may take at most. */
const LONGEST_EDIT = 3600

/** How far an edit with tools may go where the task says nothing. */
const TOOL_BOUNDS = { turns: 40, tokens: 600_000, seconds: 1800 }

/** The editors of a run by name. */
export function editorsOf(parts: EditorParts): Record<string, Editor> {
  const { asking, engine, bounds, task, runner, logsOf, left, environment, editor } = parts
  const limit = typeof task.editor === 'object' ? (task.editor.timeout ?? LONGEST_EDIT) : LONGEST_EDIT
  const own: ModelEditorWish =
    typeof task.editor === 'object' && 'model' in task.editor ? task.editor : { model: 'auto' }
  const program = {
    runner,
    prompts: asking.prompts,
    brief: asking.brief,
    logsOf,
    timeout: () => Math.min(limit, left()),
    memory: task.runner.memory,
    environment,
  }
  return {
    genetic: geneticEditor({ engine, bounds }),
    model: agenticEditor(
      {
        ...asking,
        mode: own.model,
        limits: () => ({
          turns: own.turns ?? TOOL_BOUNDS.turns,
          tokens: own.tokens ?? TOOL_BOUNDS.tokens,
          seconds: Math.min(own.timeout ?? TOOL_BOUNDS.seconds, left()),
        }),
        smoke: task.evaluate.smoke ? parts.smoke : null,
        onProgress: parts.onProgress,
        note: parts.note,
      },
      modelEditor(asking),
    ),
    ...(typeof task.editor === 'object' && 'command' in task.editor
      ? { command: commandEditor({ ...program, command: task.editor.command }) }
      : {}),
    ...(isAgent(editor)
      ? {
          [editor]: agentEditor({
            ...program,
            name: editor,
            agent: agents[editor],
            editable: bounds.editable,
            model: parts.agentModel,
            price: (model, used) => priceOf(model, used, parts.prices),
            ledger: parts.ledger,
            now: parts.now,
            onProgress: parts.onProgress,
            mcp: parts.mcp,
            repository: { make: makeThrowaway, remove: removeRepositories },
          }),
        }
      : {}),
  }
}

/** The command of a server that shows a coding agent this run alone. The agent's home is not the person's, so theirs is said. */
export function mcpServer(root: string, run: string, program: string, environment: NodeJS.ProcessEnv) {
  const said = ['HOME', 'XDG_DATA_HOME'].flatMap((name) => {
    const value = environment[name]
    return value === undefined ? [] : [`${name}=${value}`]
  })
  return { command: '/usr/bin/env', args: [...said, process.execPath, program, 'mcp', '--dir', root, '--run', run] }
}

/**
 * The models that the model server is asked for, and a coding agent's own. With an agent as the editor, those that play `edit` are the
 * agent's; the others are the server's, where one is set.
 */
export function choicesOf(
  task: Task,
  editor: string,
  environment: Readonly<Record<string, string | undefined>>,
): { served: ModelChoice[]; own: ModelChoice[] } {
  if (!isAgent(editor)) return { served: modelChoices(task, environment), own: [] }
  const own = task.models.filter(({ roles }) => roles.includes('edit'))
  const others = modelChoices({ models: task.models.filter((model) => !own.includes(model)) }, environment)
  return {
    served: others.filter(({ name }) => name === 'manual' || hasModel(environment)),
    own: own.map((model) => ({ ...model, roles: [...ROLES] })),
  }
}
