import type { Models } from '../models/models.ts'
import type { Prompts } from '../models/prompts.ts'
import type { Opening } from '../records/attempt.ts'
import type { Brief } from '../records/brief.ts'
import { failed, type Setback } from '../records/change.ts'
import { Idea } from '../records/idea.ts'
import type { Thought } from '../records/outcome.ts'
import type { Run } from '../records/run.ts'
import { isAgent, type ModelChoice } from '../records/task.ts'

export type IdeateParts = {
  brief(opening: Opening, run: Run): Promise<Brief>
  models: Models
  prompts: Prompts
  /** The model that the search chose for a role. */
  choice(role: 'ideate', opening: Opening): ModelChoice | null
  /** Seconds that one call may take. */
  deadline(): number
  clock(): number
}

const BASELINE: Idea = { title: 'The program as it is', hypothesis: '', plan: '', expected: '', cites: [] }

/**
 * Has one idea for an attempt. A model is asked where the editor works from ideas; the genetic editor and commands find their own,
 * and tell of it afterwards; so do coding agents where no model server is set. A model's reply that gives no idea, after its repairs, is a setback.
 */
export async function ideate(
  parts: IdeateParts,
  opening: Opening,
  run: Run,
  signal: AbortSignal,
): Promise<Thought | Setback> {
  if (opening.operator === 'baseline') return { idea: BASELINE, shown: [], seconds: 0 }
  const guided = opening.editor === 'model' || isAgent(opening.editor)
  const choice = guided && opening.operator !== 'tune' ? parts.choice('ideate', opening) : null
  if (!choice) return { idea: plain(opening), shown: [], seconds: 0 }
  const begun = parts.clock()
  const brief = await parts.brief(opening, run)
  const { shown, editable: _, ...values } = brief
  const reply = await parts.models.ask({
    attempt: opening.attempt,
    purpose: 'ideate',
    system: parts.prompts('ideate-system'),
    prompt: parts.prompts('ideate', values),
    schema: { name: 'idea', schema: Idea },
    model: choice,
    signal,
    deadline: parts.deadline(),
  })
  const seconds = parts.clock() - begun
  if (!reply.ok) return { ...failed(`no idea: ${reply.reason}`), seconds }
  const idea = Idea.parse(reply.value)
  return { idea: { ...idea, cites: idea.cites.filter((id) => shown.includes(id)) }, shown, seconds }
}

function plain({ operator, editor, parents }: Opening): Idea {
  const title = `${operator} of attempt ${parents.join(' and ')} by ${editor}`
  return { title, hypothesis: '', plan: '', expected: '', cites: [] }
}
