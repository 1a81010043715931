import picomatch from 'picomatch'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { Task } from '../../src/records/task.ts'
import { editGuess } from '../../src/survey/languages.ts'
import { directionOf, metricsIn } from '../../src/survey/metrics.ts'
import { proposals, survey } from '../../src/survey/survey.ts'
import { taskText } from '../../src/task/write.ts'
import { repository, TINY } from '../support/cli.ts'

const seen = async (files: Record<string, string>) => proposals(await survey(repository(files), Object.keys(files)))

describe('what could measure a program', () => {
  it('is an evaluator that reads the artifacts of a program beside it', async () => {
    const [first] = await seen({ ...TINY, 'evaluate.mjs': TINY['score.mjs'] ?? '', 'score.mjs': '', 'holdout.mjs': '' })
    expect(first).toMatchObject({
      from: 'evaluate.mjs',
      adapter: null,
      plan: {
        edit: ['solve.mjs'],
        execute: 'node solve.mjs',
        evaluate: 'node evaluate.mjs',
        holdout: 'node holdout.mjs',
        metric: 'value',
        direction: 'maximize',
      },
    })
  })

  it('runs the program that writes the artifacts, not what the evaluator imports, and hides what the hold-out alone reads', async () => {
    const [first] = await seen({
      'evaluate.mjs':
        "import { f } from './length.mjs'\nf(`${process.env.ANNEAL_OUT}/x`, 'cities.json')\nJSON.stringify({ length })",
      'length.mjs': '',
      'route.mjs': 'process.env.ANNEAL_OUT',
      'holdout.mjs': "f('private/cities.json')",
      'cities.json': '[]',
      'private/cities.json': '[]',
    })
    expect(first?.plan).toMatchObject({
      edit: ['route.mjs'],
      execute: 'node route.mjs',
      metric: 'length',
      direction: 'minimize',
      hidden: ['private/cities.json'],
    })
  })

  it('is a benchmark script, and what it imports is what may change', async () => {
    const [first] = await seen({
      'package.json':
        '{"scripts":{"bench":"node bench/run.mjs","test":"node --test"},"devDependencies":{"tinybench":"6"}}',
      'package-lock.json': '{}',
      'bench/run.mjs':
        "import { parse } from '../src/parse.js'\nimport { Bench } from 'tinybench'\nconsole.log(JSON.stringify({ hz: 3 }))\n",
      'src/parse.js': 'export const parse = 1\n',
      'src/other.js': '',
    })
    expect(first).toMatchObject({
      title: 'what `npm run bench` prints',
      plan: { edit: ['src/parse.js'], metric: 'hz', direction: 'maximize', smoke: 'npm test', setup: 'npm ci' },
      guessed: [],
    })
  })

  it.each([
    [
      'Vitest',
      { 'package.json': '{"scripts":{"bench":"vitest bench"}}', 'src/a.ts': '' },
      'bench-score.mjs vitest npx vitest bench',
    ],
    [
      'pytest-benchmark',
      { 'test_a.py': 'from parse import f\ndef test_a(benchmark):\n    benchmark(f)\n', 'parse.py': '' },
      'bench-score.mjs pytest python3',
    ],
    [
      'cargo bench',
      { 'Cargo.toml': '[[bench]]\nname = "b"\n', 'benches/b.rs': '', 'src/lib.rs': '' },
      'cargo cargo bench',
    ],
    ['go test', { 'go.mod': 'module x\n', 'a.go': '', 'a_test.go': '' }, 'go go test -run NONE -bench'],
    ['make', { Makefile: 'CC := g++\nbench: main\n\t./main\ntest:\n\t./t\n', 'main.cpp': '' }, 'time make bench'],
    [
      'CMake',
      { 'CMakeLists.txt': 'add_executable(parse_bench bench.cpp)\n', 'parse.cpp': '' },
      'cmake --build build --target parse_bench',
    ],
    ['tests alone', { 'package.json': '{"scripts":{"test":"node --test"}}', 'lib/a.js': '' }, 'time npm test'],
  ] as [string, Record<string, string>, string][])('is a benchmark of %s', async (_, files, command) => {
    const [first] = await seen(files)
    expect(first?.adapter).toBe('bench-score.mjs')
    expect(first?.plan.evaluate).toContain(command)
    expect(first?.plan.edit.length).toBeGreaterThan(0)
  })

  it('is how long a benchmark script takes that writes no metric, before how long the tests take', async () => {
    const [first] = await seen({
      'fib.py': 'def fib(n):\n    return n\n',
      'bench.py': 'import time, fib\nfib.fib(20)\nprint("seconds:", time.time())\n',
      'tests/test_fib.py': 'from fib import fib\ndef test_fib():\n    assert fib(1) == 1\n',
    })
    expect(first).toMatchObject({
      from: 'bench.py',
      plan: { edit: ['fib.py'], evaluate: 'node bench-score.mjs time python3 bench.py', smoke: 'python3 -m pytest -q' },
    })
  })

  it('is nothing where nothing measures', async () => {
    expect(await seen({ 'README.md': 'x', 'package.json': '{broken', 'main.py': 'print(1)\n' })).toEqual([])
  })
})

describe('guesses', () => {
  it('never let a candidate change a test', () => {
    const src = ['src/a.ts', 'src/b.ts', 'src/c.ts', 'src/d.ts']
    const marked = editGuess([...src, 'src/a.test.ts', 'test/b.ts'])
    const match = picomatch(marked)
    expect([...src, 'src/new/e.ts'].every((file) => match(file))).toBe(true)
    expect(['src/a.test.ts', 'src/deep/a.bench.ts', 'test/b.ts'].some((file) => match(file))).toBe(false)
    expect(editGuess([...src, 'src/__tests__/a.ts'])).toEqual(src)
  })

  it('read metrics and their direction from what a script writes', () => {
    expect(metricsIn('print(json.dumps({"nonce": nonce, "valid": 1, "items": n, "rmse": e}))')).toEqual([
      'rmse',
      'items',
    ])
    expect(metricsIn('console.log(\'ops: \' + ops)\nprint(f"loss = {x}")')).toEqual(['ops', 'loss'])
    expect(['wall_time', 'accuracy', 'sumRadii', 'thing'].map(directionOf)).toEqual([
      'minimize',
      'maximize',
      'maximize',
      null,
    ])
  })
})

it('a plan becomes a task file that reads back as it was, whatever is in it', () => {
  const plan = {
    goal: 'Lower: the "loss" # of it\nall',
    edit: ['a b.py', "it's.py"],
    setup: 'npm ci',
    execute: 'python3 main.py --x="1: 2"',
    evaluate: 'sh -c \'echo "x: 1" # no\'',
    metric: 'loss',
    direction: 'minimize' as const,
    constraints: ['valid == 1'],
    smoke: 'make test',
    holdout: 'python3 holdout.py',
    budget: { attempts: 12, time: '2h' },
    more: { search: { parallel: 2 } },
  }
  const task = Task.parse(parse(taskText(plan)))
  expect(task).toMatchObject({
    goal: plan.goal,
    edit: plan.edit,
    setup: plan.setup,
    execute: { command: plan.execute },
    evaluate: {
      command: plan.evaluate,
      metric: 'loss',
      direction: 'minimize',
      constraints: ['valid == 1'],
      timeout: 300,
      smoke: { command: 'make test' },
    },
    holdout: { command: plan.holdout },
    budget: { attempts: 12, time: 7200 },
    search: { parallel: 2 },
  })
  expect(
    Task.parse(parse(taskText({ goal: 'x', edit: ['a'], evaluate: 'b', metric: 'm', direction: 'maximize' }))).execute,
  ).toBeUndefined()
})
