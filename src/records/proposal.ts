import type { Direction } from './task.ts'

/** A task as it may be written down: the keys of `anneal.yaml` that somebody has settled, or that were guessed. */
export type Plan = {
  goal: string
  edit: readonly string[]
  setup?: string
  execute?: string
  evaluate: string
  metric: string
  direction: Direction
  constraints?: readonly string[]
  timeout?: string
  repeats?: number
  /** Tests that have to pass first. */
  smoke?: string
  holdout?: string
  /** Files that only the hold-out sees. */
  hidden?: readonly string[]
  sealed?: readonly string[]
  budget?: Readonly<Record<string, unknown>>
  /** Further keys of the task file, as they are to stand there. */
  more?: Readonly<Record<string, unknown>>
}

/** Something in the repository that could measure the program. */
export type Proposal = {
  /** What it is, in a few words. */
  title: string
  /** The file that it was seen in. */
  from: string
  plan: Plan
  /** The shipped script that it needs a copy of, at the root of the repository. */
  adapter: 'bench-score.mjs' | null
  /** The keys that stand in no file and were guessed. */
  guessed: readonly ('metric' | 'direction' | 'edit' | 'execute')[]
}
