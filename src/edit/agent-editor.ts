import { lstat, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Opening } from '../records/attempt.ts'
import { failed } from '../records/change.ts'
import { messageOf } from '../records/error.ts'
import type { Run } from '../records/run.ts'
import type { ModelChoice } from '../records/task.ts'
import type { Reservation, Usage } from '../records/usage.ts'
import type { Ran } from '../runners/job.ts'
import { type AgentHome, cloudLogins, furnishHome, leftBehind, makeHome, putAside, readAccounts } from './agent-home.ts'
import { type Finished, ideaOf, setbackOf } from './agent-verdict.ts'
import type { Agent, AgentLaunch, AgentTask, AgentUsage } from './agents/agent.ts'
import { hear, listenTo, NOTHING_TOLD, sumOf, type Told } from './agents/told.ts'
import type { Assignment, Editor } from './edit.ts'
import { listEditable } from './files.ts'
import { briefWords, type ProgramParts, programJob, promptFile, quoted } from './program.ts'

export type AgentParts = ProgramParts & {
  /** The name of the editor. */
  name: string
  agent: Agent
  editable(path: string): boolean
  /** The agent's own model for this attempt; null for its default. */
  model(opening: Opening): ModelChoice | null
  /** Dollars by the task's prices and the known ones; null where the price is not known. */
  price(
    model: ModelChoice,
    used: { calls: number; input: number; cached: number; output: number; seconds: number },
  ): number | null
  /** Where what it uses is billed: reserved before it starts, so that it is seen even where Anneal is killed meanwhile. */
  ledger: {
    reserve(attempt: number, most: Reservation, signal: AbortSignal): Promise<string | null>
    onUsage(attempt: number, call: string, usage: Usage): Promise<void>
  }
  /** The run as it stands now. */
  now(): Run
  onProgress(attempt: number, text: string): void
  /** Anneal's own MCP server, for agents that speak it. */
  mcp: AgentTask['mcp']
  repository: { make(folder: string): Promise<void>; remove(folder: string): Promise<void> }
}

/**
 * A coding agent of the user's as an editor. It runs as the user, in a home of its own that lasts as long as the attempt, bounded to
 * the folder by its own permissions. What it used is billed whatever came of it. Throws where its server refuses the user's login, and
 * where it does not even start.
 */
export function agentEditor(parts: AgentParts): Editor {
  const using: Using = new Map()
  return async (assignment, signal) => {
    const { opening, folder } = assignment
    const place = `${folder}.agent`
    await rm(place, { recursive: true, force: true })
    try {
      const call = await parts.ledger.reserve(opening.attempt, UNKNOWN, signal)
      if (call === null) return failed(`${parts.name} was not started: the run's budget is spent`)
      const made = await makeHome(place)
      const putBack = await putAside(folder, parts.agent, place)
      const { ran, told, stopped, model } = await runAgent(parts, assignment, made, using, signal)
      await parts.ledger.onUsage(opening.attempt, call, billOf(parts, told, ran, model))
      using.delete(opening.attempt)
      const left = await leftBehind(made, parts.agent)
      if (left.length > 0) {
        parts.onProgress(opening.attempt, `left files outside its folder: ${left.join(', ')}`)
        await writeFile(join(parts.logsOf(opening.attempt), 'left-behind.txt'), `${left.join('\n')}\n`)
      }
      signal.throwIfAborted()
      const setback = setbackOf(parts, { ran, told, stopped }, assignment.run)
      if (setback) return setback
      if (!(await isFolder(folder))) return failed(`${parts.name} removed the folder that it worked in`)
      const fault = await putBack()
        .then(() => parts.repository.remove(folder))
        .catch(messageOf)
      if (typeof fault === 'string')
        return failed(`${parts.name} left its folder in a state that cannot be cleared: ${fault}`)
      const idea = ideaOf(assignment, told, parts.name)
      return { idea, ...(left.length > 0 ? { recipe: { editor: parts.name, left } } : {}) }
    } finally {
      using.delete(opening.attempt)
      // What resists goes with the attempt's other folders.
      await rm(place, { recursive: true, force: true }).catch(() => undefined)
    }
  }
}

async function runAgent(
  parts: AgentParts,
  { opening, thought, folder, run }: Assignment,
  made: AgentHome,
  using: Using,
  signal: AbortSignal,
): Promise<Finished & { model: ModelChoice | null }> {
  const { agent } = parts
  const brief = await parts.brief(opening, run)
  const { title, hypothesis, plan } = thought.idea
  const prompt = await promptFile(parts, opening.attempt, 'agent', {
    ...briefWords(brief),
    idea: plan === '' ? '' : `The idea to carry out: ${title}\n\n${[hypothesis, plan].filter(Boolean).join('\n\n')}`,
    versions: opening.operator === 'crossover' ? `\n# The versions to combine\n\n${brief.files}` : '',
  })
  const model = parts.model(opening)
  const launch = agent.launch({
    ...{ prompt, folder, home: made.home, model: model?.name ?? null, environment: parts.environment, mcp: parts.mcp },
    files: await listEditable(folder, parts.editable),
  })
  await furnishHome(made, agent, launch, parts.environment)
  await parts.repository.make(folder)

  let told = NOTHING_TOLD
  let stopped: string | null = null
  const enough = new AbortController()
  // Its last words may come together: what is done and paid for is judged.
  const end = () => setImmediate(() => told.done || enough.abort())
  const stop = (why: string) => {
    stopped ??= why
    end()
  }
  const voice = listenTo(agent.read, (word) => {
    told = hear(told, word)
    if (word.kind === 'progress') parts.onProgress(opening.attempt, word.text)
    if (word.kind === 'usage') {
      using.set(opening.attempt, { used: sumOf(told), stop })
      const why = overspent(parts.now(), using)
      if (why !== null) for (const one of using.values()) one.stop(why)
    }
    if (told.refused) end()
  })
  const job = programJob(parts, {
    opening,
    folder,
    prompt,
    command: commandOf(agent, launch, made, prompt),
  })
  const environment = environmentOf(job.environment, launch)
  const ran = await parts.runner.run(
    { ...job, environment, onOutput: voice.add },
    AbortSignal.any([signal, enough.signal]),
  )
  voice.end()
  if (!told.done && !told.total) told = await readAccounts(made, agent, told)
  return { ran, told, stopped, model }
}

/** HOME and TMPDIR are set in the command, for the runner sets its own. */
function commandOf(agent: Agent, launch: AgentLaunch, { home, temporary }: AgentHome, prompt: string): string {
  const words = ['env', `HOME=${home}`, `TMPDIR=${temporary}`, agent.program, ...launch.words]
  return `exec ${words.map(quoted).join(' ')} < ${quoted(prompt)}`
}

/** The user's environment without what would lead the agent to the user's own configuration. */
function environmentOf(given: Readonly<Record<string, string>>, launch: AgentLaunch): Record<string, string> {
  const kept = Object.entries(given).filter(
    ([name]) => !/^XDG_\w+_(HOME|DIRS)$/.test(name) && launch.environment[name] !== null,
  )
  const set = Object.entries(launch.environment).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
  return Object.fromEntries([...Object.entries(cloudLogins(given)), ...kept, ...set])
}

/** What the agents that are at work have used so far, by attempt, and what stops each: it is billed when they end. */
type Using = Map<number, { used: AgentUsage; stop(why: string): void }>

/** Which budget of the run is spent, with what the agents at work have used; null while there is some left. */
function overspent({ task, spent }: Run, using: Using): string | null {
  const { tokens, cost } = task.budget
  const all = [...using.values()].map(({ used }) => used)
  const counted = all.reduce((sum, { input, output }) => sum + input + output, spent.tokens)
  if (tokens !== undefined && counted >= tokens) return `the run's ${tokens} tokens are spent`
  const paid = all.reduce((sum, { usd }) => sum + (usd ?? 0), spent.usd)
  if (cost !== undefined && paid >= cost) return `the run's $${cost} are spent`
  return null
}

/** Nobody knows before what an agent will use. */
const UNKNOWN: Reservation = { tokens: 0, usd: null }

function billOf(parts: AgentParts, told: Told, ran: Ran, model: ModelChoice | null): Usage {
  const { input, cached, output, usd } = sumOf(told)
  const used = { calls: told.calls, input, cached, output, seconds: ran.seconds }
  const priced = model?.prices ? parts.price(model, used) : (usd ?? (model ? parts.price(model, used) : null))
  const started = ran.ending !== 'not-started' && ran.seconds > 0
  // A refused key costs nothing; whoever ends without an account may have cost anything.
  const free = !started || (input + output === 0 && (told.refused || told.total))
  const ok = ran.ending === 'ok' && told.done
  return { ...used, model: model?.name ?? parts.name, purpose: 'edit', usd: free ? 0 : priced, ok }
}

const isFolder = (path: string): Promise<boolean> =>
  lstat(path).then(
    (stat) => stat.isDirectory(),
    () => false,
  )
