import { z } from 'zod'
import type { Models } from '../models/models.ts'
import type { Prompts } from '../models/prompts.ts'
import type { Attempt, Opening } from '../records/attempt.ts'
import { type Brief, material } from '../records/brief.ts'
import { failed, isSetback, type Setback } from '../records/change.ts'
import { type Claim, Claims } from '../records/claim.ts'
import { excerpt } from '../records/excerpt.ts'
import { Idea } from '../records/idea.ts'
import type { Thought } from '../records/outcome.ts'
import { type Random, seeded } from '../records/random.ts'
import type { Run } from '../records/run.ts'
import { isAgent, type ModelChoice } from '../records/task.ts'
import { type Proposal, pickIdea, spareIdea } from './pick-idea.ts'

export type IdeateParts = {
  brief(opening: Opening, run: Run): Promise<Brief>
  models: Models
  prompts: Prompts
  /** The model that the search chose for a role. */
  choice(role: 'ideate', opening: Opening): ModelChoice | null
  /** Seconds that a model may take to answer. */
  deadline(model: ModelChoice): number
  clock(): number
}

/** Ways to look at a program, each with a prompt of its own. */
const LENSES = ['algorithm', 'data', 'numerics', 'systems', 'simplification', 'critic'] as const
const Alone = Idea.omit({ lens: true })
const Several = z.object({
  ideas: z.array(Alone.extend({ lens: z.string().max(40), promise: z.number().min(0).max(1) })).min(1),
})
/** What comes beside the ideas, where attempts remember. */
const Told = z.object({ claims: Claims })

const BASELINE: Idea = { title: 'The program as it is', hypothesis: '', plan: '', expected: '', cites: [] }

/** How often an attempt takes up an idea that was kept, where there is one for its parents: it costs no call. */
const TAKE_UP = 0.5

/**
 * Has one idea for an attempt. A model is asked where the editor works from ideas; the genetic editor and commands find their own,
 * and tell of it afterwards; so do coding agents where no model server is set. Where the task draws several, one is picked and the others are kept.
 * An idea that was tried already is asked anew once, with its neighbour named. A model's reply that gives no idea, after its repairs, is a setback.
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
  const random = seeded(run.task.search.seed, opening.attempt, 0x1dea)
  const kept = opening.operator === 'debug' ? null : spareIdea(run, opening)
  if (kept && random() < TAKE_UP) return { idea: kept, shown: kept.cites, seconds: 0 }

  const { shown, editable: _, ...values } = await parts.brief(opening, run)
  const remembers = run.task.memory === 'on'
  const asked = question(parts, run.task.search.ideas, remembers, random)
  const system = [parts.prompts('ideate-system'), remembers ? parts.prompts('claims') : ''].filter(Boolean).join('\n')
  const claims: Claim[] = []
  const ask = async (more: readonly string[]): Promise<Proposal[] | Setback> => {
    const reply = await parts.models.ask({
      attempt: opening.attempt,
      purpose: 'ideate',
      system,
      prompt: [parts.prompts('ideate', values), asked.prompt, ...more].filter(Boolean).join('\n\n'),
      schema: asked.schema,
      model: choice,
      signal,
      deadline: parts.deadline(choice),
    })
    if (!reply.ok) return failed(`no idea: ${reply.reason}`)
    claims.push(...Told.parse(reply.value).claims)
    return asked.read(reply.value)
  }
  const proposals = await ask([])
  if (isSetback(proposals)) return { ...proposals, seconds: parts.clock() - begun }
  let picked = pickIdea(proposals, run)
  if (picked.neighbour) {
    const again = await ask([objection(parts, proposals, picked.neighbour)])
    if (!isSetback(again)) picked = pickIdea(again, run)
  }
  const cited = (idea: Idea): Idea => ({ ...idea, cites: idea.cites.filter((id) => shown.includes(id)) })
  const { idea, spare } = picked
  return { idea: cited(idea), spare: spare.map(cited), claims, shown, seconds: parts.clock() - begun }
}

type Question = { prompt: string; schema: { name: string; schema: z.ZodType }; read(value: unknown): Proposal[] }

/** Asks for one idea, or for `count` through as many lenses. */
function question({ prompts }: IdeateParts, count: number, remembers: boolean, random: Random): Question {
  const schemaOf = (wanted: typeof Alone | typeof Several) => (remembers ? wanted.extend(Told.shape) : wanted)
  if (count === 1)
    return {
      prompt: '',
      schema: { name: 'idea', schema: schemaOf(Alone) },
      read: (value) => [{ idea: Alone.parse(value), promise: 1 }],
    }
  const first = Math.floor(random() * LENSES.length)
  const lenses = Array.from({ length: count }, (_, index) => LENSES[(first + index) % LENSES.length] ?? LENSES[0])
  return {
    prompt: prompts('ideas', {
      count: String(count),
      lenses: lenses.map((lens) => `- ${lens}: ${prompts(`lens-${lens}`).trim()}`).join('\n'),
    }),
    schema: { name: 'ideas', schema: schemaOf(Several) },
    read: (value) => Several.parse(value).ideas.map(({ promise, ...idea }) => ({ idea, promise })),
  }
}

function objection({ prompts }: IdeateParts, proposals: readonly Proposal[], neighbour: Attempt): string {
  const { attempt, idea, score, status, reason } = neighbour
  return prompts('idea-again', {
    reply: material(excerpt(proposals.map(({ idea: { title, plan } }) => `${title}\n${plan}`).join('\n\n'), 4000)),
    attempt: String(attempt),
    title: idea.title,
    plan: material(excerpt(idea.plan, 4000)),
    verdict: score === null ? `${status}: ${excerpt(reason?.split('\n')[0] ?? '', 300)}` : `score ${score}`,
  })
}

function plain({ operator, editor, parents }: Opening): Idea {
  const title = `${operator} of attempt ${parents.join(' and ')} by ${editor}`
  return { title, hypothesis: '', plan: '', expected: '', cites: [] }
}
