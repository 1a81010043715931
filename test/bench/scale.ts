import { performance } from 'node:perf_hooks'
import { geneticOperators } from '../../src/edit/genetic-operators.ts'
import type { Attempt } from '../../src/records/attempt.ts'
import type { Run } from '../../src/records/run.ts'
import { STRATEGIES } from '../../src/records/task.ts'
import { select } from '../../src/search/select.ts'
import { hill, outcome, type Program } from './landscapes.ts'
import { emptyRun } from './simulate.ts'
import type { Row } from './table.ts'

const [FEW, MANY] = [50, 5000]
const ROUNDS = 40

/** A run of `count` attempts in which parents are chosen at random, so that every strategy meets the same one. */
function history(count: number, editor: string): Run {
  const landscape = hill(1)
  const programs = new Map<number, Program>()
  const attempts: Attempt[] = []
  const scored: number[] = []
  for (let attempt = 0; attempt <= count; attempt++) {
    const parent = scored[Math.floor(scored.length * ((attempt * 0.618) % 1))] ?? 0
    const operator = attempt === 0 ? 'baseline' : attempt % 50 === 1 ? 'draft' : 'improve'
    const opening = {
      attempt,
      parents: attempt === 0 ? [] : [operator === 'draft' ? 0 : parent],
      operator,
      editor,
      model: 'm',
      seed: 1,
    } as const
    const made = outcome(landscape, { ...opening, parents: [...opening.parents] }, programs, 1)
    programs.set(attempt, made.program)
    if (made.attempt.status === 'scored') scored.push(attempt)
    const recipe = {
      editor: 'genetic',
      program: `p${attempt}`,
      moves: [{ kind: 'literal', key: `k${attempt % 20}`, from: 1, to: 2, how: 'step' }],
    }
    attempts.push({
      ...made.attempt,
      ...(editor === 'genetic' ? { recipe } : {}),
      diff: '+a line of a diff with some words in it\n'.repeat(50),
    })
  }
  return { ...emptyRun('bandit-tree', 1, 2 * MANY, editor), attempts }
}

/** Milliseconds of one selection, the middle of several. The first is left out: what is kept by attempt is made then. */
function milliseconds(run: Run): number {
  const parts = {
    geneticOperator: (state: Run, random: () => number) => geneticOperators(state.attempts, 'maximize', random),
    model: () => 'm',
  }
  const times = Array.from({ length: ROUNDS }, (_, seed) => {
    const state = { ...run, task: { ...run.task, search: { ...run.task.search, seed } } }
    const begun = performance.now()
    select(state, parts)
    return performance.now() - begun
  })
  return times.slice(1).sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN
}

/** What choosing the next attempt costs, early and late in a run. */
export async function scale(): Promise<Row[]> {
  return ['model', 'genetic'].flatMap((editor) => {
    const [few, many] = [history(FEW, editor), history(MANY, editor)]
    return STRATEGIES.map((strategy): Row => {
      const as = (run: Run): Run => ({ ...run, task: { ...run.task, search: { ...run.task.search, strategy } } })
      const [early, late] = [milliseconds(as(few)), milliseconds(as(many))]
      return {
        what: `selection by ${strategy}, editor ${editor}: after ${FEW} and ${MANY} attempts`,
        figure: `${early.toFixed(2)} and ${late.toFixed(2)} ms`,
        aim: 'at most 5 ms',
      }
    })
  })
}
