import { commandEditor } from './edit/command-editor.ts'
import type { Editor } from './edit/edit.ts'
import { geneticEditor } from './edit/genetic-editor.ts'
import { modelEditor } from './edit/model-editor.ts'
import type { Engine } from './git/engine.ts'
import type { Task } from './records/task.ts'
import type { Runner } from './runners/runner.ts'
import type { Bounds } from './task/bounds.ts'

/** What editors are built from. */
export type EditorParts = {
  asking: Parameters<typeof modelEditor>[0]
  engine: Engine
  bounds: Bounds
  task: Task
  runner: Runner
  logsOf(attempt: number): string
  /** Seconds left in the run. */
  left(): number
  environment: Readonly<Record<string, string>>
}

/** Seconds that a program which edits may take at most. */
const LONGEST_EDIT = 3600

/** The editors of a run by name. */
export function editorsOf(parts: EditorParts): Record<string, Editor> {
  const { asking, engine, bounds, task, runner, logsOf, left, environment } = parts
  const program = {
    runner,
    prompts: asking.prompts,
    brief: asking.brief,
    logsOf,
    timeout: () => Math.min(LONGEST_EDIT, left()),
    memory: task.runner.memory,
    environment,
  }
  return {
    genetic: geneticEditor({ engine, bounds }),
    model: modelEditor(asking),
    ...(typeof task.editor === 'object'
      ? { command: commandEditor({ ...program, command: task.editor.command }) }
      : {}),
  }
}
