import { failed, type Setback } from '../records/change.ts'
import { AnnealError, EXIT } from '../records/error.ts'
import { excerpt } from '../records/excerpt.ts'
import { endingText } from '../records/execution.ts'
import type { Idea } from '../records/idea.ts'
import type { Run } from '../records/run.ts'
import type { Ran } from '../runners/job.ts'
import type { Agent } from './agents/agent.ts'
import type { Told } from './agents/told.ts'
import type { Assignment } from './edit.ts'

type Named = { name: string; agent: Agent }

/** How an agent ended: what the runner saw, what it told, and which budget of the run it was stopped for. */
export type Finished = { ran: Ran; told: Told; stopped: string | null }

/** Why its work is not to be judged; null where it is. Throws what every further attempt would meet too: a refused login, a program that does not start. */
export function setbackOf(named: Named, { ran, told, stopped }: Finished, run: Run): Setback | null {
  const { name } = named
  const said = told.errors.at(-1) ?? ''
  if (told.refused && !told.done) throw refused(named, said)
  if (neverBegan(name, told, ran, run)) throw notStarting(named, ran)
  if (stopped !== null && !told.done) return failed(`${name} was stopped: ${stopped}`)
  const ended = ran.ending === 'ok' || ran.ending === 'exit' || ran.ending === 'signal'
  if (said && ended && !told.done) return failed(`${name} failed: ${said}`)
  const printed = excerpt(plainLines(ran.output), 1500)
  const at = told.progress && `it was at: ${told.progress}`
  const output = ended ? printed || at : at || printed
  if (ran.ending !== 'ok') return failed(`${name} ${endingText(ran)}${output ? `: ${output}` : ''}`)
  if (told.done) return null
  if (told.words > 0)
    return failed(`${name} ended without saying that it was done${output ? `; it printed:\n${output}` : ''}`)
  const raw = excerpt(ran.output, 1500)
  return failed(`${name} printed ${raw ? `nothing that Anneal understands:\n${raw}` : 'nothing'}`)
}

/** It failed before its first word, and has done no work in this run yet: so will every attempt. */
const neverBegan = (name: string, told: Told, ran: Ran, run: Run): boolean =>
  ran.ending === 'exit' &&
  told.words === 0 &&
  run.attempts.every(({ editor, tokens }) => editor !== name || tokens === 0)

const notStarting = ({ name, agent }: Named, ran: Ran): AnnealError =>
  new AnnealError({
    what: `The coding agent \`${name}\` does not start: it ${endingText(ran)}.`,
    why: excerpt(ran.output.trim(), 1500),
    fix: `Try \`${agent.program}\` by hand: it may want a login, a newer version (${agent.install}) or a newer Node. Then \`anneal resume\`.`,
    exit: EXIT.unavailable,
  })

const refused = ({ name, agent }: Named, said: string): AnnealError =>
  new AnnealError({
    what: `${name} is refused by its server, or not logged in.`,
    why: said,
    fix: `Log in with \`${agent.program}\` by hand or set its key, then \`anneal resume\`; docs/agents.md says which.`,
    exit: EXIT.refused,
  })

/** What was printed that is no event. */
const plainLines = (output: string): string =>
  output
    .split('\n')
    .filter((line) => !/^\s*[{}[\]]/.test(line))
    .join('\n')
    .trim()

/** The idea that the agent was given; where it found its own, what its last message says. */
export function ideaOf({ opening, thought }: Assignment, { message }: Told, name: string): Idea {
  if (thought.idea.plan !== '' || message.trim() === '') return thought.idea
  const [first = '', ...rest] = message.trim().split('\n')
  const title = first.replace(/^(#+|\*\*|title:)\s*|\*\*$/gi, '').trim()
  const fits = title !== '' && title.length <= 120
  return {
    title: fits ? title : `${opening.operator} by ${name}`,
    hypothesis: '',
    plan: (fits ? rest.join('\n').trim() : message.trim()).slice(0, 4000),
    expected: '',
    cites: [],
  }
}
