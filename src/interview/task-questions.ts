import * as clack from '@clack/prompts'
import { AnnealError } from '../records/error.ts'
import type { Plan, Proposal } from '../records/proposal.ts'
import { safe } from '../reports/plain.ts'

/** What a person decided: a task, or that a model should draft what measures. */
export type Wish = { plan: Plan; adapter: Proposal['adapter'] } | { draft: Pick<Plan, 'goal' | 'edit'> }

export type Known = {
  proposals: readonly Proposal[]
  /** The model that could draft an evaluator; null where none is at hand. */
  model: string | null
  /** What may change, where nothing else tells. */
  edit: readonly string[]
  /** Runs the commands once and gives the names of the metrics that they print. */
  metricsOf(plan: Plan, adapter: Proposal['adapter']): Promise<string[]>
}

/** Asks a person for a task, a few questions that have an answer already. Throws (exit 130) where the person breaks off. */
export async function askForTask({ proposals, model, edit, metricsOf }: Known): Promise<Wish> {
  clack.intro('A task for Anneal')
  const choice = await answered(
    clack.select<number | 'own' | 'draft'>({
      message: 'What measures the program?',
      options: [
        ...proposals.map(({ title, plan }, value) => ({ value, label: safe(title), hint: safe(plan.evaluate) })),
        { value: 'own', label: 'a command of mine' },
        ...(model === null
          ? []
          : [{ value: 'draft' as const, label: `nothing yet: ${safe(model)} drafts an evaluator, and you read it` }]),
      ],
    }),
  )
  if (choice === 'draft')
    return { draft: { goal: await text('What should become better, in words?', ''), edit: await globs(edit) } }
  const proposal = choice === 'own' ? undefined : proposals[choice]
  const start = proposal?.plan ?? {
    goal: '',
    edit,
    evaluate: await text('The command:', ''),
    metric: '',
    direction: 'maximize' as const,
  }
  const adapter = proposal?.adapter ?? null
  const guessed = proposal?.guessed ?? ['metric', 'direction', 'edit']
  const may = guessed.includes('edit') ? await globs(start.edit) : start.edit
  const draft = { ...start, edit: may }
  const metric = guessed.includes('metric') ? await metricName(draft, adapter, metricsOf) : start.metric
  const direction = guessed.includes('direction')
    ? await answered(
        clack.select<Plan['direction']>({
          message: `Which ${safe(metric)} is better?`,
          options: [
            { value: 'maximize', label: 'more' },
            { value: 'minimize', label: 'less' },
          ],
          initialValue: start.direction,
        }),
      )
    : start.direction
  const goal = await text('The goal, in words: every idea starts from it.', start.goal || `Improve ${metric}.`)
  return { plan: { ...draft, metric, direction, goal }, adapter }
}

async function metricName(plan: Plan, adapter: Proposal['adapter'], metricsOf: Known['metricsOf']): Promise<string> {
  const fallback = plan.metric || 'score'
  if (await yes('May it be run once, to see which metrics it prints?')) {
    const wait = clack.spinner()
    wait.start('running it')
    try {
      const names = await metricsOf({ ...plan, metric: fallback, goal: plan.goal || 'Improve it.' }, adapter)
      wait.stop('it ran')
      return await answered(
        clack.select({
          message: 'Which metric is the score?',
          options: names.map((value) => ({ value, label: safe(value) })),
        }),
      )
    } catch (fault) {
      if (!(fault instanceof AnnealError) || fault.exit === 130) throw fault
      wait.stop(safe(`${fault.what} ${fault.why}`))
    }
  }
  return text('The name of the metric that is the score:', fallback)
}

/** Yes or no; yes if only Enter is pressed. */
export const yes = (message: string, initialValue = true): Promise<boolean> =>
  answered(clack.confirm({ message, initialValue }))

const text = async (message: string, initialValue: string): Promise<string> =>
  (
    await answered(
      clack.text({ message, initialValue, validate: (value) => (value?.trim() ? undefined : 'It takes an answer.') }),
    )
  ).trim()

const globs = async (initial: readonly string[]): Promise<string[]> =>
  (await text('Which files may a candidate change? (globs, separated by commas)', initial.join(', ')))
    .split(',')
    .map((glob) => glob.trim())
    .filter(Boolean)

/** The answer; throws where the person pressed Ctrl-C or Escape. */
async function answered<T>(asked: Promise<T>): Promise<Exclude<T, symbol>> {
  const answer = await asked
  if (isAnswer(answer)) return answer
  throw new AnnealError({
    what: 'Broken off; nothing was written.',
    why: 'You left a question.',
    fix: 'Start `anneal init` again; --yes takes the first proposal.',
    exit: 130,
  })
}

const isAnswer = <T>(answer: T): answer is Exclude<T, symbol> => !clack.isCancel(answer)
