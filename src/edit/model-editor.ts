import type { Models } from '../models/models.ts'
import type { Prompts } from '../models/prompts.ts'
import type { Opening } from '../records/attempt.ts'
import type { Brief, Focus } from '../records/brief.ts'
import { failed, rejected } from '../records/change.ts'
import type { Run } from '../records/run.ts'
import type { ModelChoice } from '../records/task.ts'
import type { Bounds } from '../task/bounds.ts'
import { applyEdits } from './apply-blocks.ts'
import { parseReply } from './blocks.ts'
import type { Editor } from './edit.ts'
import { readEditable, writeFiles } from './files.ts'
import { within } from './markers.ts'

export type ModelEditorParts = {
  models: Models
  prompts: Prompts
  bounds: Bounds
  brief(opening: Opening, run: Run, focus?: Focus): Promise<Brief>
  choice(role: 'edit', opening: Opening): ModelChoice | null
  /** Seconds that a model may take to answer. */
  deadline(model: ModelChoice): number
}

/** Times a reply that does not apply is sent back with the reason. */
const REPAIRS = 2

/** The editor that asks a model for edits, as SEARCH/REPLACE blocks or whole files. A reply that does not apply goes back with the exact reason, up to a bound. */
export function modelEditor(parts: ModelEditorParts): Editor {
  return async ({ opening, thought, folder, run }, signal) => {
    const { models, prompts, bounds } = parts
    const choice = parts.choice('edit', opening)
    if (!choice) return failed('no model is there for the role "edit"')
    const brief = await parts.brief(opening, run, { idea: thought.idea })
    const { goal, measure, context, lessons, claims, editable, files, feedback } = brief
    const { title, hypothesis, plan } = thought.idea
    const prompt = prompts('edit', {
      goal,
      measure,
      context,
      lessons,
      claims,
      editable,
      files,
      feedback,
      title,
      hypothesis,
      plan,
    })
    const standing = await readEditable(folder, bounds.editable)
    let said: { reply: string; problems: string }[] = []
    for (let round = 0; round <= REPAIRS; round++) {
      const asked = said.map(
        ({ reply, problems }) =>
          `# Your earlier reply\n\n${reply}\n\n# What was wrong with it\n\n${prompts('repair', { problems })}`,
      )
      const reply = await models.ask({
        attempt: opening.attempt,
        purpose: round === 0 ? 'edit' : 'repair',
        system: prompts('edit-system'),
        prompt: [prompt, ...asked].join('\n\n'),
        model: choice,
        signal,
        deadline: parts.deadline(choice),
      })
      if (!reply.ok) return failed(`no edit: ${reply.reason}`)
      const parsed = parseReply(reply.text)
      const applied =
        parsed.problems.length > 0
          ? { problems: parsed.problems }
          : parsed.edits.length === 0
            ? { problems: ['The reply holds no edit.'] }
            : within(run.task.markers ? standing : null, applyEdits(standing, parsed.edits, bounds.editable))
      if (!('problems' in applied)) {
        const astray = await writeFiles(folder, applied.files)
        return astray === null ? {} : rejected(`${astray} is a link that leads out of the candidate's folder`)
      }
      said = [{ reply: reply.text.slice(0, 20_000), problems: applied.problems.join('\n') }]
    }
    return failed(`the edits did not apply after ${REPAIRS + 1} replies: ${said[0]?.problems ?? ''}`)
  }
}
