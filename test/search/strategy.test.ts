import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Attempt, Opening } from '../../src/records/attempt.ts'
import type { Operator } from '../../src/records/idea.ts'
import { lineageOf } from '../../src/records/lineage.ts'
import { seeded } from '../../src/records/random.ts'
import type { Run } from '../../src/records/run.ts'
import { UNSTEERED } from '../../src/records/steering.ts'
import { STRATEGIES } from '../../src/records/task.ts'
import { select } from '../../src/search/select.ts'
import { strategies } from '../../src/search/strategy.ts'
import { landscapes, outcome, type Program } from '../bench/landscapes.ts'
import { emptyRun } from '../bench/simulate.ts'

const DEEPEST = { 'bandit-tree': 3, 'greedy-tree': 3, 'map-elites': 3, 'kapso-tree': 5 } as const
const WISHES: Operator[] = ['tune', 'improve', 'crossover', 'draft']

type Played = { run: Run; openings: Opening[]; before: Map<number, ReadonlySet<number>> }

/** Plays a run with `slots` attempts open at a time, which end in an order of their own. A tenth of them is rejected. */
function play(
  strategy: (typeof STRATEGIES)[number],
  name: keyof typeof landscapes,
  seed: number,
  slots: number,
  editor: string,
): Played {
  const [landscape, random] = [landscapes[name](seed), seeded(seed, 5)]
  const programs = new Map<number, Program>()
  const openings: Opening[] = []
  const before = new Map<number, ReadonlySet<number>>()
  let run = emptyRun(strategy, seed, 60, editor)
  const close = (opening: Opening) => {
    const { attempt, program } = outcome(landscape, opening, programs, seed)
    const rejected = opening.attempt > 0 && random() < 0.1
    programs.set(opening.attempt, program)
    const closed: Attempt = rejected
      ? { ...attempt, status: 'rejected', score: null, reason: 'it changed nothing' }
      : attempt
    run = { ...run, attempts: [...run.attempts, closed], open: run.open.filter((one) => one !== opening) }
  }
  const parts = { geneticOperator: () => WISHES[Math.floor(random() * 4)] ?? 'tune', model: () => 'm' }
  while (openings.length <= 60) {
    const opening = select(run, parts)
    openings.push(opening)
    before.set(opening.attempt, new Set(run.attempts.map(({ attempt }) => attempt)))
    run = { ...run, open: [...run.open, opening] }
    while (run.open.length >= slots || run.attempts.length === 0) {
      const ended = run.open[Math.floor(random() * run.open.length)]
      if (ended) close(ended)
    }
  }
  for (const opening of run.open) close(opening)
  return { run, openings, before }
}

const worlds = fc.record({
  name: fc.constantFrom(...(Object.keys(landscapes) as (keyof typeof landscapes)[])),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  slots: fc.integer({ min: 1, max: 6 }),
  editor: fc.constantFrom('model', 'genetic', 'command'),
})

describe.each(STRATEGIES)('%s', (strategy) => {
  test('chooses the same for the same run and seed', () => {
    fc.assert(
      fc.property(worlds, ({ name, seed, slots, editor }) => {
        const once = play(strategy, name, seed, slots, editor).openings
        expect(play(strategy, name, seed, slots, editor).openings).toEqual(once)
      }),
      { numRuns: 10 },
    )
  })

  test('starts from attempts that are closed and fit for the operator, whatever failed or was rejected before', () => {
    fc.assert(
      fc.property(worlds, ({ name, seed, slots, editor }) => {
        const { run, openings, before } = play(strategy, name, seed, slots, editor)
        const closed = new Map(run.attempts.map((one) => [one.attempt, one]))
        for (const { attempt, parents, operator } of openings.slice(1)) {
          expect(parents.length).toBe(operator === 'crossover' ? 2 : 1)
          expect(new Set(parents).size).toBe(parents.length)
          for (const parent of parents) {
            expect(before.get(attempt)?.has(parent)).toBe(true)
            expect(closed.get(parent)?.status).toBe(operator === 'debug' ? 'failed' : 'scored')
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  test('never digs deeper into failures than its debug depth, and repairs each but once', () => {
    fc.assert(
      fc.property(worlds, ({ name, seed, slots }) => {
        const { run, openings } = play(strategy, name, seed, slots, 'command')
        const closed = new Map(run.attempts.map((one) => [one.attempt, one]))
        const depth = (number: number): number =>
          closed.get(number)?.status === 'failed' ? 1 + depth(closed.get(number)?.parents[0] ?? -1) : 0
        const debugged = openings.filter(({ operator }) => operator === 'debug').map(({ parents }) => parents[0] ?? -1)
        for (const failed of debugged) expect(depth(failed)).toBeLessThanOrEqual(DEEPEST[strategy])
        expect(new Set(debugged).size).toBe(debugged.length)
      }),
      { numRuns: 40 },
    )
  })

  test('begins with drafts from the baseline where a model edits', () => {
    const { openings } = play(strategy, 'hill', 1, 1, 'model')
    expect(openings.slice(0, 4).map(({ operator, parents }) => [operator, ...parents])).toEqual([
      ['baseline'],
      ['draft', 0],
      ['draft', 0],
      ['draft', 0],
    ])
  })

  test('gives an editor that knows its operator parents for it', () => {
    const { run } = play(strategy, 'parts', 3, 1, 'genetic')
    for (const wish of WISHES) expect(strategies[strategy](run, seeded(1), wish).operator).toBe(wish)
  })

  test('has somewhere to start when nothing but the baseline works', () => {
    const { run } = play(strategy, 'hill', 2, 1, 'model')
    const dead = {
      ...run,
      attempts: run.attempts.map(
        (one): Attempt => (one.attempt === 0 ? one : { ...one, status: 'rejected', score: null }),
      ),
    }
    for (let seed = 0; seed < 20; seed++) expect(strategies[strategy](dead, seeded(seed), null).parents).toEqual([0])
    for (let seed = 0; seed < 20; seed++)
      expect(strategies[strategy](dead, seeded(seed), 'crossover')).toEqual({ parents: [0], operator: 'improve' })
  })

  test('goes on from a pinned attempt and its descendants alone, and never from a banned one or what comes from it', () => {
    const steered = fc.record({ world: worlds, pin: fc.nat(), ban: fc.array(fc.nat(), { maxLength: 3 }) })
    fc.assert(
      fc.property(steered, ({ world: { name, seed, slots, editor }, pin, ban }) => {
        const { run } = play(strategy, name, seed, slots, editor)
        const works = run.attempts.filter(({ status }) => status === 'scored')
        const pinned = works[pin % works.length]?.attempt ?? 0
        const banned = ban.map((number) => 1 + (number % 60)).filter((number) => !lineageOf(run, [number]).has(pinned))
        const [branch, barred] = [lineageOf(run, [pinned]), lineageOf(run, banned)]
        const kinds = new Map(run.attempts.map(({ attempt, status }) => [attempt, status]))
        for (let more = 0; more < 12; more++) {
          const steering = { ...UNSTEERED, pinned: pin % 4 === 0 ? null : pinned, banned }
          const wish = WISHES[more % 4] ?? 'tune'
          const next = { ...run, task: { ...run.task, search: { ...run.task.search, seed: seed + more } }, steering }
          const { attempt, parents, operator } = select(next, { geneticOperator: () => wish, model: () => 'm' })
          expect(attempt).toBe(run.attempts.length)
          expect(parents.length).toBe(operator === 'crossover' ? 2 : 1)
          expect(new Set(parents).size).toBe(parents.length)
          for (const parent of parents) {
            expect(barred.has(parent)).toBe(false)
            if (steering.pinned !== null) expect(branch.has(parent)).toBe(true)
            expect(kinds.get(parent)).toBe(operator === 'debug' ? 'failed' : 'scored')
          }
        }
      }),
      { numRuns: 30 },
    )
  })

  test('works its way through a pinned branch, not on its root alone', () => {
    let { run } = play(strategy, 'hill', 5, 1, 'model')
    const pinned = run.attempts.findLast(({ status }) => status === 'scored')?.attempt ?? 0
    run = { ...run, steering: { ...UNSTEERED, pinned }, task: { ...run.task, budget: { attempts: 100 } } }
    const [landscape, programs] = [landscapes.hill(5), new Map<number, Program>()]
    for (const opening of run.attempts) programs.set(opening.attempt, outcome(landscape, opening, programs, 5).program)
    const from = new Set<number>()
    for (let more = 0; more < 30; more++) {
      const opening = select(run, { geneticOperator: () => 'tune', model: () => 'm' })
      expect(opening.operator).not.toBe('draft')
      for (const parent of opening.parents) from.add(parent)
      const { attempt, program } = outcome(landscape, opening, programs, 5)
      programs.set(opening.attempt, program)
      run = { ...run, attempts: [...run.attempts, attempt] }
    }
    expect(from.size).toBeGreaterThan(2)
    expect([...from].every((parent) => lineageOf(run, [pinned]).has(parent))).toBe(true)
  })

  test('minimises as well as it maximises', () => {
    const { run } = play(strategy, 'parts', 4, 1, 'command')
    const mirrored: Run = {
      ...run,
      task: { ...run.task, evaluate: { ...run.task.evaluate, direction: 'minimize' } },
      attempts: run.attempts.map((one) => ({ ...one, score: one.score === null ? null : -one.score })),
    }
    for (let seed = 0; seed < 20; seed++)
      expect(strategies[strategy](mirrored, seeded(seed), null)).toEqual(strategies[strategy](run, seeded(seed), null))
  })
})
