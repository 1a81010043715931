import type { Operator } from '../records/idea.ts'
import type { Random } from '../records/random.ts'
import type { Run } from '../records/run.ts'

export type Choice = { parents: number[]; operator: Operator }

/**
 * Chooses the next attempt's parents and operator: a pure function of the run and of `random`, in time proportional to the attempts at most.
 * `wish` is the operator of an editor that knows best which one pays (the genetic editor): then only the parents are chosen, and a `draft` is a jump from them.
 * Parents have a score, but for a `debug`, whose parent has failed. The baseline is closed with a score before a strategy is asked.
 */
export type Strategy = (run: Run, random: Random, wish: Operator | null) => Choice
