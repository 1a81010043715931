import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type GeneticFiles, GeneticRecipe, genetic, tune } from '../../src/edit/genetic.ts'
import { geneticOperators, mixture } from '../../src/edit/genetic-operators.ts'
import type { Attempt } from '../../src/records/attempt.ts'
import { Idea, type Operator } from '../../src/records/idea.ts'
import { seeded } from '../../src/records/random.ts'
import { literals } from '../../src/syntax/literals.ts'
import { normalise } from '../../src/syntax/normalise.ts'
import { errors, parse } from '../../src/syntax/parse.ts'

const PYTHON = `import math
RATE = 0.3
POINTS = [(0.1, 0.2), (0.3, 0.4), (0.5, 0.6)]

def f(xs, n=10):
    """Adds."""
    total = 0
    for i in range(n):
        if i < 3 and total >= 1:
            continue
        total += math.sqrt(xs[i]) + math.sqrt(xs[i])
    return total * RATE
`
const SCRIPT = `const points = [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]
const rate = 0.25 // a factor
export function f(xs: number[]): number {
  let total = 0
  for (let i = 0; i < xs.length; i++) {
    if (xs[i] > 3 && total < 100) continue
    total += rate * 2
  }
  return total
}
`
const CPP = `#include <cmath>
#define N 12
static const double P[2][2] = {{0.1, 0.2}, {0.3, 0.4}};
int f(int x) {
  int total = 0;
  for (int i = 0; i < N; i++) { if (i > x) break; total += 2; }
  return total;
}
`
const TEXT = 'rate: 0.3\nsteps: 20\nname: "x 4"\n'
const FILES: GeneticFiles[] = [
  new Map([['a.py', PYTHON]]),
  new Map([['a.ts', SCRIPT]]),
  new Map([['a.cpp', CPP]]),
  new Map([['a.yaml', TEXT]]),
  new Map([
    ['a.py', PYTHON],
    ['b.ts', SCRIPT],
  ]),
]

const attempt = (number: number, more: Partial<Attempt> = {}): Attempt => ({
  attempt: number,
  parents: number === 0 ? [] : [0],
  operator: number === 0 ? 'baseline' : 'tune',
  editor: 'genetic',
  model: null,
  seed: 1,
  status: 'scored',
  reason: null,
  score: 1,
  metrics: {},
  branch: null,
  commit: null,
  tree: null,
  idea: { title: 'x', hypothesis: '', plan: '', expected: '', cites: [] },
  files: [],
  diff: '',
  evaluation: null,
  seconds: { ideate: 0, edit: 0, execute: 0, evaluate: 0 },
  usd: null,
  tokens: 0,
  signs: [],
  shown: [],
  lessons: [],
  ...more,
})

/** Always edits the best so far, as a greedy search does; returns every attempt and its files. */
function climb(
  first: GeneticFiles,
  score: (files: GeneticFiles) => number | null,
  steps: number,
  operator?: Operator,
  seed = 1,
) {
  const history = [attempt(0, { score: score(first) })]
  const sources = new Map([[0, first]])
  let best = history[0] ?? attempt(0)
  for (let number = 1; number <= steps; number++) {
    const random = seeded(seed, number)
    const files = sources.get(best.attempt) ?? first
    const used = operator ?? geneticOperators(history, 'maximize', random)
    const input = {
      parent: { attempt: best, files },
      mate: null,
      operator: used,
      history,
      direction: 'maximize',
      random,
    } as const
    const edit = genetic(input)
    if (!edit) continue
    const next = new Map([...files, ...edit.files])
    const value = score(next)
    const closed = attempt(number, {
      parents: [best.attempt],
      operator: used,
      status: value === null ? 'failed' : 'scored',
      score: value,
      recipe: JSON.parse(JSON.stringify(edit.recipe)),
    })
    history.push(closed)
    sources.set(number, next)
    if (value !== null && value > (best.score ?? -Infinity)) best = closed
  }
  return { history, sources, best }
}

const anyOperator = fc.constantFrom<Operator>('draft', 'improve', 'debug', 'crossover', 'tune')
const numbersOf = (files: GeneticFiles) => [...files].flatMap(([path, text]) => literals(parse(path, text)))
const programOf = (files: GeneticFiles) => [...files].map(([path, text]) => normalise(path, text)).join('\n')

describe('every edit', () => {
  it('parses as well as its parent, is a new program, and is told truly', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FILES), anyOperator, fc.nat(), (files, operator, seed) => {
        const parent = { attempt: attempt(0), files }
        const random = seeded(seed)
        const edit = genetic({ parent, mate: null, operator, history: [parent.attempt], direction: 'maximize', random })
        if (!edit) throw new Error('no edit')
        const after = new Map([...files, ...edit.files])
        expect(programOf(after)).not.toBe(programOf(files))
        for (const [path, text] of edit.files) {
          expect(files.has(path)).toBe(true)
          expect(errors(parse(path, text))).toBeLessThanOrEqual(errors(parse(path, files.get(path) ?? '')))
        }
        expect(Idea.parse(edit.idea)).toEqual(edit.idea)
        expect(GeneticRecipe.parse(JSON.parse(JSON.stringify(edit.recipe)))).toEqual(edit.recipe)
        const numeric = edit.recipe.moves.every(({ kind }) => kind === 'literal')
        if (!numeric) return
        const now = new Map(numbersOf(after).map(({ key, value }) => [key, value]))
        for (const move of edit.recipe.moves)
          if (move.kind === 'literal') expect(now.get(move.key)).toBeCloseTo(move.to, 6)
      }),
      { numRuns: 300 },
    )
  })

  it('is the same for the same seed and history', () => {
    const run = () => climb(FILES[1] ?? new Map(), (files) => files.get('a.ts')?.length ?? null, 25)
    expect([...run().sources]).toEqual([...run().sources])
  })

  it('is never one that was made before', () => {
    const { sources } = climb(FILES[0] ?? new Map(), () => 1, 60)
    const programs = [...sources.values()].map(programOf)
    expect(new Set(programs).size).toBe(programs.length)
  })
})

describe('tune', () => {
  it('finds the best of a few numbers of very different size', () => {
    const files: GeneticFiles = new Map([['a.py', 'rate = 0.3\ncount = 4\ntiny = 1e-5\n']])
    const wanted = [0.012, 60, 3e-3]
    const score = (now: GeneticFiles) =>
      -numbersOf(now).reduce(
        (sum, { value }, at) => sum + (value > 0 ? Math.log(value / (wanted[at] ?? 1)) ** 2 : 1e3),
        0,
      )
    const ends = [1, 2, 3].map((seed) => climb(files, score, 120, 'tune', seed).best.score ?? -Infinity)
    expect(score(files)).toBeLessThan(-45)
    expect(ends.sort((a, b) => a - b)[1]).toBeGreaterThan(-0.5)
  })

  it('finds the places of many pairs', () => {
    const pairs = Array.from({ length: 12 }, () => '[0.5, 0.5]').join(', ')
    const files: GeneticFiles = new Map([['a.mjs', `export const p = [${pairs}, [0.1, 0.9]]`]])
    const score = (now: GeneticFiles) =>
      -numbersOf(now).reduce((sum, { value }, at) => sum + Math.abs(value - ((at * 0.37) % 1)), 0)
    const { history, best } = climb(files, score, 120, 'tune')
    expect((best.score ?? 0) / (history[0]?.score ?? 1)).toBeLessThan(0.5)
  })

  it('leaves alone numbers that do nothing', () => {
    const text = `x = 0.5\n${Array.from({ length: 10 }, (_, at) => `idle${at} = ${at + 3}.5`).join('\n')}\n`
    const score = (now: GeneticFiles) => -Math.abs((numbersOf(now)[0]?.value ?? 0) - 0.9)
    const { history } = climb(new Map([['a.py', text]]), score, 150, 'tune')
    const last = history.slice(-50).flatMap(({ recipe }) => GeneticRecipe.parse(recipe).moves)
    const onX = last.filter((move) => move.kind === 'literal' && move.key === 'a.py:x#0').length
    expect(onX / last.length).toBeGreaterThan(0.3)
  })

  it('keeps whole numbers whole', () => {
    const { sources } = climb(new Map([['a.py', 'n = 7\nm = 100\n']]), () => 1, 20, 'tune')
    for (const files of sources.values()) for (const { isInteger } of numbersOf(files)) expect(isInteger).toBe(true)
  })

  it('has nothing to do where there is no number', () => {
    const parent = { attempt: attempt(0), files: new Map([['a.py', 'a = b\n']]) }
    expect(tune({ parent, history: [], direction: 'minimize', random: seeded(1) })).toBeNull()
  })
})

it('crosses two parents: every number is one of theirs or between', () => {
  const files: GeneticFiles = new Map([['a.mjs', 'const p = [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3], [0.4, 0.4]]']])
  const other: GeneticFiles = new Map([['a.mjs', 'const p = [[0.6, 0.6], [0.7, 0.7], [0.8, 0.8], [0.9, 0.9]]']])
  const mate = { attempt: attempt(2), files: other }
  const parent = { attempt: attempt(1), files }
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const history = [attempt(0), parent.attempt, mate.attempt]
      const edit = genetic({
        parent,
        mate,
        operator: 'crossover',
        history,
        direction: 'maximize',
        random: seeded(seed),
      })
      const after = numbersOf(edit?.files ?? new Map())
      const low = numbersOf(files)
      after.forEach(({ value }, at) => {
        expect(value).toBeGreaterThanOrEqual(low[at]?.value ?? 1)
        expect(value).toBeLessThanOrEqual((low[at]?.value ?? 1) + 0.5001)
      })
    }),
  )
})

it('debugs by making the last step smaller', () => {
  const recipe = {
    editor: 'genetic',
    program: 'p',
    moves: [{ kind: 'literal', key: 'a.py:x#0', from: 1.5, to: 9.5, how: 'step' }],
  }
  const parent = {
    attempt: attempt(1, { status: 'failed', score: null, recipe }),
    files: new Map([['a.py', 'x = 9.5\ny = 3\n']]),
  }
  const edit = genetic({
    parent,
    mate: null,
    operator: 'debug',
    history: [attempt(0), parent.attempt],
    direction: 'maximize',
    random: seeded(4),
  })
  const [x, y] = numbersOf(edit?.files ?? new Map())
  expect(x?.value).toBeGreaterThanOrEqual(1.5)
  expect(x?.value).toBeLessThan(9.5)
  expect(y?.value).toBe(3)
})

it('reads recipes of others and damaged ones as none', () => {
  const history = [
    attempt(0),
    attempt(1, { recipe: { moves: 3 } }),
    attempt(2, { recipe: 'x' }),
    attempt(3, { parents: [99] }),
  ]
  const parent = { attempt: history[3] ?? attempt(3), files: FILES[0] ?? new Map() }
  for (const operator of ['tune', 'improve', 'debug', 'crossover'] as const)
    expect(genetic({ parent, mate: null, operator, history, direction: 'minimize', random: seeded(7) })).not.toBeNull()
})

it('suggests what pays more often', () => {
  const move = { kind: 'literal', key: 'k', from: 1, to: 2, how: 'step' }
  const recipe = { editor: 'genetic', program: 'p', moves: [move] }
  const history = [attempt(0), ...Array.from({ length: 20 }, (_, at) => attempt(at + 1, { score: 2, recipe }))]
  const idle = [attempt(0), ...Array.from({ length: 20 }, (_, at) => attempt(at + 1, { score: 1, recipe }))]
  const [pays, even, fails] = [history, [], idle].map((one) => mixture(one, 'maximize'))
  expect(pays?.tune).toBeGreaterThan(even?.tune ?? 1)
  expect(fails?.tune).toBeLessThan(even?.tune ?? 0)
  for (const one of [pays, even, fails])
    expect(Object.values<number>(one ?? {}).reduce((a, b) => a + b, 0)).toBeCloseTo(1)
})

it('stays quick with a long history', () => {
  const { history, sources, best } = climb(
    FILES[1] ?? new Map(),
    (files) => numbersOf(files)[0]?.value ?? null,
    50,
    'tune',
  )
  const long = [...history]
  while (long.length < 5000)
    long.push({ ...(history[1 + (long.length % (history.length - 1))] ?? attempt(0)), attempt: long.length })
  const parent = { attempt: best, files: sources.get(best.attempt) ?? new Map() }
  const edit = () =>
    genetic({ parent, mate: null, operator: 'tune', history: long, direction: 'maximize', random: seeded(3) })
  edit()
  const start = performance.now()
  edit()
  expect(performance.now() - start).toBeLessThan(2000)
})
