import type { Message, ToolCall } from '../models/conversation.ts'
import { material } from '../records/brief.ts'
import { failed, type Setback } from '../records/change.ts'
import type { Claim } from '../records/claim.ts'
import { excerpt } from '../records/excerpt.ts'
import type { Run } from '../records/run.ts'
import type { ModelChoice } from '../records/task.ts'
import type { Sample } from '../records/trial.ts'
import { applyEdits } from './apply-blocks.ts'
import { parseReply } from './blocks.ts'
import type { Assignment, Done, Editor } from './edit.ts'
import { listEditable, readEditable, writeFiles } from './files.ts'
import { within } from './markers.ts'
import type { ModelEditorParts } from './model-editor.ts'
import { openTools } from './tools.ts'

/** How far one edit with tools may go; `seconds` for the whole of it. */
export type ToolBounds = { turns: number; tokens: number; seconds: number }

export type AgenticParts = ModelEditorParts & {
  mode: 'auto' | 'single' | 'agentic'
  /** The bounds of an edit that begins now. */
  limits(): ToolBounds
  /** Tries the changed files of a folder in the task's smoke stage, sandboxed as every trial; null where there is none. */
  smoke: ((assignment: Assignment, changed: readonly string[], signal: AbortSignal) => Promise<Sample>) | null
  clock(): number
  onProgress(attempt: number, text: string): void
  /** Told once what the person should know. */
  note(attempt: number, text: string): void
}

/** Characters of the program that the first prompt shows: the model looks for itself at what else it needs. */
const ROOM = 24_000
/** Files that may be changed above which `auto` gives the model tools, and characters of them. */
const [MANY, LARGE] = [20, 80_000]
/** Calls in one turn at most, characters of what they give together, and the turns before the last of which it is told. */
const [CALLS, GIVEN, WARNED] = [20, 40_000, 3]

/**
 * The editor that gives a model tools, over several turns: list, search, read, edit, try. `single` is asked instead where the task or the size of the program says so,
 * and where the model or its server knows no tools. What it changed is judged as any edit is, also where a bound ended it.
 */
export function agenticEditor(parts: AgenticParts, single: Editor): Editor {
  const without = new Set<string>()
  return async (assignment, signal) => {
    const { opening, folder } = assignment
    const choice = parts.choice('edit', opening)
    if (!choice || choice.name === 'manual' || without.has(choice.name)) return single(assignment, signal)
    if (!(await wantsTools(parts, folder))) return single(assignment, signal)
    const done = await editWithTools(parts, choice, assignment, signal)
    if (done !== 'no tools') return done
    without.add(choice.name)
    parts.note(opening.attempt, `${choice.name} calls no tools: it is asked for its edits in one reply.`)
    return single(assignment, signal)
  }
}

async function wantsTools({ mode, bounds }: AgenticParts, folder: string): Promise<boolean> {
  if (mode !== 'auto') return mode === 'agentic'
  if ((await listEditable(folder, bounds.editable)).length > MANY) return true
  const files = await readEditable(folder, bounds.editable)
  return [...files.values()].reduce((sum, text) => sum + text.length, 0) > LARGE
}

async function editWithTools(
  parts: AgenticParts,
  model: ModelChoice,
  assignment: Assignment,
  signal: AbortSignal,
): Promise<Done | Setback | 'no tools'> {
  const { opening, folder, run } = assignment
  const { models, prompts, bounds, smoke, clock } = parts
  const { turns, tokens: most, seconds } = parts.limits()
  const ends = clock() + seconds
  const box = openTools({
    ...{ folder, bounds, markers: run.task.markers },
    smoke: smoke ? async (changed) => sampleText(await smoke(assignment, changed, signal)) : null,
  })
  const system = [prompts('tools-system'), run.task.memory === 'on' ? prompts('claims') : ''].filter(Boolean).join('\n')
  const messages: Message[] = [{ role: 'user', text: await firstPrompt(parts, assignment) }]
  let [spent, turn] = [0, 0]
  const end = (ended: string, claims: Claim[] = []): Done => ({
    claims,
    recipe: { editor: 'model', turns: turn, tokens: spent, ended },
  })
  for (; ; turn++) {
    const left = ends - clock()
    if (turn >= turns) return end('turns')
    if (spent >= most) return end('tokens')
    if (left <= 0) return end('time')
    const reply = await models.turn({
      ...{
        attempt: opening.attempt,
        purpose: 'tools',
        system,
        messages: [...messages],
        tools: box.tools,
        model,
        signal,
      },
      deadline: Math.min(parts.deadline(model), left),
    })
    if (!reply.ok) return turn === 0 && reply.noTools ? 'no tools' : failed(`no edit: ${reply.reason}`)
    spent += reply.tokens
    messages.push({ role: 'model', text: reply.text, calls: reply.calls })
    if (reply.calls.length === 0) {
      const applied = await applyReply(parts, assignment, reply.text)
      if (applied === 'applied' || (applied === null && box.changed().length > 0)) return end('said')
      // A server that knows no tools may pass them over in silence.
      if (turn > 0 && messages.every((one) => one.role !== 'tool')) return 'no tools'
      messages.push({ role: 'user', text: applied ?? prompts('tools-again') })
      continue
    }
    let room = GIVEN
    for (const call of reply.calls.slice(0, CALLS)) {
      parts.onProgress(opening.attempt, callText(call))
      const given = excerpt(await box.use(call.name, call.arguments), Math.max(300, room))
      room -= given.length
      messages.push({ role: 'tool', call: call.id, text: given })
    }
    for (const { id } of reply.calls.slice(CALLS))
      messages.push({ role: 'tool', call: id, text: `Not done: at most ${CALLS} calls in one turn.` })
    const finished = box.finished()
    if (finished) return end('finished', finished.claims)
    warn(messages, turns - turn - 1, spent / most)
  }
}

async function firstPrompt(parts: AgenticParts, { opening, thought, run }: Assignment): Promise<string> {
  const brief = await parts.brief(opening, run, { idea: thought.idea, room: ROOM })
  const { goal, measure, context, lessons, claims, editable, files, feedback } = brief
  const { title, hypothesis, plan } = thought.idea
  return parts.prompts('edit', {
    ...{ goal, measure, context, lessons, claims, editable, files, feedback, title, hypothesis, plan },
  })
}

/** Edits that a model gives as text, though it has tools, are taken too. Gives what is wrong with them; null where there are none. */
async function applyReply(
  { bounds }: AgenticParts,
  { folder, run }: { folder: string; run: Run },
  text: string,
): Promise<'applied' | string | null> {
  const { edits, problems } = parseReply(text)
  if (edits.length === 0) return null
  const standing = await readEditable(folder, bounds.editable)
  const applied =
    problems.length > 0
      ? { problems }
      : within(run.task.markers ? standing : null, applyEdits(standing, edits, bounds.editable))
  if ('problems' in applied) return applied.problems.join('\n')
  const astray = await writeFiles(folder, applied.files)
  return astray === null ? 'applied' : `${astray} is not a path inside the program.`
}

/** What the smoke stage said. */
function sampleText({ reason, execution, evaluation }: Sample): string {
  const printed = [execution?.output, evaluation?.output].filter(Boolean).join('\n').trim()
  return [
    reason === null ? 'The smoke stage passed.' : `The smoke stage failed: ${excerpt(reason, 2000)}`,
    printed === '' ? '' : material(excerpt(printed, 6000)),
  ]
    .filter(Boolean)
    .join('\n')
}

/** Tells the model, with the last thing it is told, that it must come to an end. */
function warn(messages: Message[], left: number, share: number): void {
  const last = messages.at(-1)
  if (last?.role !== 'tool' || (left > WARNED && share < 0.8)) return
  messages[messages.length - 1] = {
    ...last,
    text: `${last.text}\n\n(${left} turns are left at most: bring the edit to its end and call finish.)`,
  }
}

function callText({ name, arguments: given }: ToolCall): string {
  const path = /"(?:path|under|text)"\s*:\s*"([^"]{0,100})/.exec(given)?.[1] ?? ''
  return `${name.replaceAll('_', ' ')} ${path}`.trim()
}
