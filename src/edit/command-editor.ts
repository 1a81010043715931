import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Prompts } from '../models/prompts.ts'
import type { Opening } from '../records/attempt.ts'
import type { Brief } from '../records/brief.ts'
import { failed } from '../records/change.ts'
import { excerpt } from '../records/excerpt.ts'
import { endingText } from '../records/execution.ts'
import type { Run } from '../records/run.ts'
import type { Runner } from '../runners/runner.ts'
import type { Editor } from './edit.ts'

export type CommandParts = {
  command: string
  runner: Runner
  prompts: Prompts
  brief(opening: Opening, run: Run): Promise<Brief>
  /** Where the logs of an attempt are kept. */
  logsOf(attempt: number): string
  /** Seconds that the command may take. */
  timeout(): number
  memory: number
  /** The user's own environment: the command is the user's program, and may need its keys. */
  environment: Readonly<Record<string, string>>
}

/** Any program that edits the files of its working folder; the prompt's path is in `ANNEAL_PROMPT`. The user named it, so it is trusted and runs plainly. */
export function commandEditor(parts: CommandParts): Editor {
  return async ({ opening, folder, run }, signal) => {
    const { goal, measure, operator, instruction, editable, knowledge, lessons, history, feedback } = await parts.brief(
      opening,
      run,
    )
    const logs = parts.logsOf(opening.attempt)
    const prompt = join(logs, 'prompt.md')
    await mkdir(dirname(prompt), { recursive: true })
    await writeFile(
      prompt,
      parts.prompts('command', {
        goal,
        measure,
        operator,
        instruction,
        editable,
        knowledge,
        lessons,
        history,
        feedback,
      }),
    )
    const ran = await parts.runner.run(
      {
        command: parts.command,
        folder,
        readable: [],
        writable: [folder],
        environment: {
          ...parts.environment,
          ANNEAL_PROMPT: prompt,
          ANNEAL_SEED: String(opening.seed),
          ANNEAL_ATTEMPT: String(opening.attempt),
          ANNEAL_OPERATOR: opening.operator,
        },
        timeout: parts.timeout(),
        memory: parts.memory,
        network: true,
        sandboxed: false,
        log: join(logs, 'editor.log'),
      },
      signal,
    )
    if (ran.ending !== 'ok')
      return failed(`the editor's command ${endingText(ran)}${ran.output ? `:\n${excerpt(ran.output, 1500)}` : ''}`)
    const title =
      ran.stdoutTail.trim().split('\n').at(-1)?.slice(0, 120) || `${opening.operator} by ${parts.command}`.slice(0, 120)
    return { idea: { title, hypothesis: '', plan: '', expected: '', cites: [] } }
  }
}
