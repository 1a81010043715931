import type { Opening } from '../records/attempt.ts'
import type { Operator } from '../records/idea.ts'
import { type Random, seeded } from '../records/random.ts'
import type { Run } from '../records/run.ts'
import { greedyMutation, greedyTree } from './greedy-tree.ts'

export type SelectParts = {
  /** The genetic editor's own wish for an operator, by what each has paid so far. */
  geneticOperator(run: Run, random: Random): Operator
  /** The name of the model that has the idea, or of the coding agent's own; null where none is named. */
  model(random: Random): string | null
}

/** How often a model's best attempt is tuned by the genetic editor instead of being asked about again: it costs no tokens. */
const TUNE_SHARE = 0.1

/** The next attempt's number, parents, operator, editor and model: a function of the run and its seed alone. */
export function select(run: Run, { geneticOperator, model }: SelectParts): Opening {
  const attempt = run.attempts.length + run.open.length
  const random = seeded(run.task.search.seed, attempt, 0x5e1ec7)
  const seed = Math.floor(random() * 2 ** 31)
  if (attempt === 0) return { attempt, parents: [], operator: 'baseline', editor: run.editor, model: null, seed }
  if (run.editor === 'genetic')
    return {
      attempt,
      ...greedyMutation(run, geneticOperator(run, random), random),
      editor: 'genetic',
      model: null,
      seed,
    }
  const choice = greedyTree(run, random)
  if (run.editor === 'model' && choice.operator === 'improve' && random() < TUNE_SHARE)
    return { attempt, parents: choice.parents, operator: 'tune', editor: 'genetic', model: null, seed }
  return { attempt, ...choice, editor: run.editor, model: run.editor === 'command' ? null : model(random), seed }
}
