import { failed } from '../records/change.ts'
import { excerpt } from '../records/excerpt.ts'
import { endingText } from '../records/execution.ts'
import type { Editor } from './edit.ts'
import { briefWords, type ProgramParts, programJob, promptFile, quoted } from './program.ts'

/**
 * Any program that edits the files of its working folder; the prompt's path is in `ANNEAL_PROMPT` and stands for `{prompt_file}`
 * in the command, the folder's for `{worktree}`. The user named it, so it is trusted and runs plainly.
 */
export function commandEditor(parts: ProgramParts & { command: string }): Editor {
  return async ({ opening, folder, run }, signal) => {
    const prompt = await promptFile(parts, opening.attempt, 'command', briefWords(await parts.brief(opening, run)))
    const command = parts.command.replace(/\{(prompt_file|worktree)\}/g, (_, name) =>
      quoted(name === 'worktree' ? folder : prompt),
    )
    const ran = await parts.runner.run(programJob(parts, { opening, folder, prompt, command }), signal)
    if (ran.ending !== 'ok')
      return failed(`the editor's command ${endingText(ran)}${ran.output ? `:\n${excerpt(ran.output, 1500)}` : ''}`)
    const title =
      ran.stdoutTail.trim().split('\n').at(-1)?.slice(0, 120) || `${opening.operator} by ${parts.command}`.slice(0, 120)
    return { idea: { title, hypothesis: '', plan: '', expected: '', cites: [] } }
  }
}
