import type { Attempt } from '../../src/records/attempt.ts'
import type { Run } from '../../src/records/run.ts'
import { UNSTEERED } from '../../src/records/steering.ts'
import { Task } from '../../src/records/task.ts'
import { select } from '../../src/search/select.ts'
import { type Landscape, outcome, type Program } from './landscapes.ts'

/** A run without attempts, for the strategies that need nothing but values. */
export function emptyRun(strategy: Task['search']['strategy'], seed: number, attempts: number, editor = 'model'): Run {
  const task = Task.parse({
    goal: 'Climb.',
    edit: ['a.py'],
    evaluate: { command: 'x', metric: 'score', direction: 'maximize' },
    budget: { attempts },
    search: { strategy, seed },
  })
  return {
    format: 1,
    run: 'bench',
    task,
    base: 'base',
    branch: 'main',
    editor,
    evaluator: 'e',
    tier: 'none',
    created: '2026-01-01T00:00:00.000Z',
    attempts: [],
    open: [],
    confirmations: [],
    deliveries: [],
    lessons: [],
    spent: { seconds: 0, usd: 0, usdUnknown: false, tokens: 0, cached: 0 },
    bills: {},
    reserved: {},
    exhausted: null,
    steering: UNSTEERED,
    stopped: null,
  }
}

/** Plays a whole run of `attempts` attempts over the pure functions alone, and gives it as it stands at the end. */
export function simulate(
  landscape: Landscape,
  strategy: Task['search']['strategy'],
  seed: number,
  attempts: number,
): Run {
  const programs = new Map<number, Program>()
  const closed: Attempt[] = []
  let run = emptyRun(strategy, seed, attempts)
  while (closed.length <= attempts) {
    const opening = select(run, { geneticOperator: () => 'tune', model: () => 'm' })
    const { attempt, program } = outcome(landscape, opening, programs, seed)
    programs.set(attempt.attempt, program)
    closed.push(attempt)
    run = { ...run, attempts: closed }
  }
  return run
}
