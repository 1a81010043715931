import { readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { measure } from '../loop.ts'
import { modelChoices, openModels } from '../models/models.ts'
import { readPrices } from '../models/prices.ts'
import { openPrompts } from '../models/prompts.ts'
import { material } from '../records/brief.ts'
import { Draft, type Trials, type Tried } from '../records/draft.ts'
import { AnnealError, EXIT } from '../records/error.ts'
import { excerpt } from '../records/excerpt.ts'
import type { Plan } from '../records/proposal.ts'
import { better, ModelChoice } from '../records/task.ts'
import { matcher } from '../task/bounds.ts'
import type { Own } from '../wiring/own.ts'
import { type Project, SHIPPED } from '../wiring/project.ts'
import { prepare } from './prepare.ts'
import { inScratch } from './propose.ts'
import { allSandboxed, rehearse } from './rehearse.ts'

/** The folder that the drafted files lie in. */
export const DRAFTS = 'anneal-eval'
const LIMITS = { file: 40_000, files: 100_000, listed: 400, seconds: 600 }

export type Drafted = { draft: Draft; model: string; tokens: number; usd: number | null }

/** The name of the model that would be asked; null where none is at hand. */
export const drafter = (named: string | undefined, environment: NodeJS.ProcessEnv): string | null =>
  environment.OPENAI_API_KEY || environment.OPENAI_BASE_URL
    ? (named ?? modelChoices({ models: [] }, environment)[0]?.name ?? null)
    : null

/** Asks a model for an evaluator. Throws where none is at hand, or its answer is no evaluator that could be tried. */
export async function draftEvaluator(
  { repository }: Project,
  { goal, edit }: Pick<Plan, 'goal' | 'edit'>,
  all: readonly string[],
  named: string | undefined,
  signal: AbortSignal,
): Promise<Drafted> {
  const name = drafter(named, process.env)
  if (name === null)
    throw new AnnealError({
      what: 'No model is at hand to draft an evaluator.',
      why: 'It takes a server (OPENAI_BASE_URL or OPENAI_API_KEY) and a name (--model NAME or ANNEAL_MODEL).',
      fix: 'Set them, or write the evaluator yourself: docs/evaluators.md says how.',
      exit: EXIT.unavailable,
    })
  const files = all.filter(editable(edit))
  if (files.length === 0)
    throw new AnnealError({
      what: `No file is matched by ${edit.join(', ')}.`,
      why: 'An evaluator is drafted for files that Git tracks here.',
      fix: 'Name what a candidate may change: --edit GLOB',
    })
  const texts = await Promise.all(
    files.map(
      async (file) =>
        `## ${file}\n\n${material(excerpt(await readFile(join(repository.root, file), 'utf8'), LIMITS.file))}`,
    ),
  )
  let [tokens, usd]: [number, number | null] = [0, 0]
  const models = openModels({
    environment: process.env,
    queue: '',
    prices: await readPrices(SHIPPED.prices),
    record: () => ({ load: async () => null, save: async () => undefined }),
    reserve: async () => 'draft',
    onUsage: async (_, __, usage) => {
      tokens += usage.input + usage.output
      usd = usd === null || usage.usd === null ? null : usd + usage.usd
    },
  })
  const prompts = openPrompts(SHIPPED.prompts)
  const reply = await models.ask({
    attempt: 0,
    purpose: 'draft',
    system: prompts('draft-evaluator-system'),
    prompt: prompts('draft-evaluator', {
      goal,
      editable: edit.join(', '),
      files: excerpt(texts.join('\n\n'), LIMITS.files),
      list: material(all.slice(0, LIMITS.listed).join('\n')),
    }),
    schema: { name: 'draft', schema: Draft },
    model: ModelChoice.parse({ name }),
    signal,
    deadline: LIMITS.seconds,
  })
  const told = reply.ok ? Draft.safeParse(reply.value) : null
  const draft = told?.success ? told.data : null
  const why = reply.ok ? (draft === null ? 'the reply does not fit' : unfit(draft, edit)) : reply.reason
  if (draft === null || why !== null)
    throw new AnnealError({
      what: `${name} gave no evaluator that could be tried; nothing was written.`,
      why: why ?? '',
      fix: 'Try again, perhaps with another --model, or write it yourself: docs/evaluators.md says how.',
      exit: EXIT.unavailable,
    })
  return { draft, model: name, tokens, usd }
}

/** The task file's plan for a drafted evaluator. */
export const draftPlan = (draft: Draft, plan: Pick<Plan, 'goal' | 'edit'> & Partial<Plan>): Plan => ({
  ...plan,
  execute: draft.execute,
  evaluate: draft.evaluate,
  holdout: draft.holdout,
  metric: draft.metric,
  direction: draft.direction,
})

/** Tries the evaluator on the program as it is and on the candidates that came with it, in a throwaway clone, in the sandbox. */
export async function tryDraft(
  project: Project,
  files: ReadonlyMap<string, string>,
  { candidates }: Pick<Draft, 'candidates'>,
  own: Own,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Trials> {
  return inScratch(project, files, async (scratch, base) => {
    const prepared = await prepare(scratch.root, undefined, { editor: 'genetic' }, own)
    const { direction } = prepared.task.evaluate
    const commits: string[] = [base]
    for (const one of candidates)
      commits.push(await scratch.commit(new Map(one.files.map(({ path, text }) => [path, text])), one.title, base))
    const { steps, close } = await rehearse(prepared, own, signal, allSandboxed)
    const tried: Tried[] = []
    try {
      for (const [number, commit] of commits.entries()) {
        const candidate = candidates[number - 1]
        const { title, kind } = candidate ?? { title: 'the program as it is', kind: 'baseline' as const }
        say(`trying ${title}`)
        const full = await measure(steps, number, commit, 'full', signal)
        const held = full.score === null ? null : await measure(steps, number, commit, 'holdout', signal)
        await steps.clear(number)
        const [score, holdout] = [full.score, held?.score ?? null]
        const [before] = tried
        const wins =
          before !== undefined && better(direction, score, before.score) && better(direction, holdout, before.holdout)
        const reason = full.reason ?? (held?.reason ? `hold-out: ${held.reason}` : null)
        tried.push({ title, kind, score, holdout, reason, wins })
        if (number === 0 && (score === null || holdout === null)) break
      }
    } finally {
      await close()
    }
    return verdict(tried)
  })
}

/** Whether an evaluator can be told good from bad by what it made of candidates whose worth is known. */
export function verdict(tried: Tried[]): Trials {
  const [baseline] = tried
  const fooled = tried.filter(({ kind, wins }) => kind === 'bad' && wins)
  const seen = tried.some(({ kind, wins }) => kind === 'good' && wins)
  const why =
    baseline === undefined || baseline.score === null || baseline.holdout === null
      ? `the program as it is does not score: ${baseline?.reason ?? ''}`
      : fooled.length > 0
        ? `a bad candidate would win: ${fooled.map(({ title }) => title).join('; ')}`
        : !tried.some(({ kind }) => kind === 'bad')
          ? 'no bad candidate was tried'
          : seen
            ? ''
            : 'no good candidate wins: it may not see what is better'
  return { tried, sound: why === '', why }
}

/** Why a draft is not even tried; null where it may be. */
function unfit(draft: Draft, edit: readonly string[]): string | null {
  const may = editable(edit)
  const outside = draft.files.find(({ path }) => !isPlain(path) || !path.startsWith(`${DRAFTS}/`))
  if (outside) return `it writes ${outside.path}, which does not lie in ${DRAFTS}/`
  const astray = draft.candidates.flatMap(({ files }) => files).find(({ path }) => !isPlain(path) || !may(path))
  return astray ? `a candidate changes ${astray.path}, which a candidate may not change` : null
}

const editable = (edit: readonly string[]) => {
  const matches = matcher(edit)
  return (path: string) => matches(path) && !path.startsWith(`${DRAFTS}/`)
}
const isPlain = (path: string) =>
  posix.normalize(path) === path && !path.startsWith('/') && !path.startsWith('..') && !/(^|\/)\.git(\/|$)/.test(path)
