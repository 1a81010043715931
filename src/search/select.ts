import type { Opening } from '../records/attempt.ts'
import type { Operator } from '../records/idea.ts'
import { type Random, seeded } from '../records/random.ts'
import type { Run } from '../records/run.ts'
import { steeredView } from './steered-view.ts'
import { strategies } from './strategy.ts'

export type SelectParts = {
  /** The genetic editor's own wish for an operator, by what each has paid so far. */
  geneticOperator(run: Run, random: Random): Operator
  /** The name of the model that has the idea, or of the coding agent's own; null where none is named. */
  model(run: Run, random: Random): string | null
}

/** How often a model's attempt is tuned by the genetic editor instead of being asked about: it costs no tokens. */
const TUNE_SHARE = 0.1

/** The next attempt's number, parents, operator, editor and model: a function of the run, how the person has steered it, and its seed alone. */
export function select(run: Run, { geneticOperator, model }: SelectParts): Opening {
  const attempt = run.attempts.length + run.open.length
  const random = seeded(run.task.search.seed, attempt, 0x5e1ec7)
  const seed = Math.floor(random() * 2 ** 31)
  const { editor } = run
  if (attempt === 0) return { attempt, parents: [], operator: 'baseline', editor, model: null, seed }
  const view = steeredView(run)
  const choose = (wish: Operator | null) =>
    view.back(strategies[run.task.search.strategy](view.run, random, wish), wish)
  if (editor === 'genetic') {
    const wish = geneticOperator(run, random)
    return { attempt, ...choose(wish), editor, model: null, seed }
  }
  const choice = choose(null)
  if (editor === 'model' && choice.operator === 'improve' && random() < TUNE_SHARE)
    return { attempt, parents: choice.parents, operator: 'tune', editor: 'genetic', model: null, seed }
  return { attempt, ...choice, editor, model: editor === 'command' ? null : model(run, random), seed }
}
