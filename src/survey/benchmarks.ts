import { z } from 'zod'
import type { Plan, Proposal } from '../records/proposal.ts'
import { goalFor, importsOf } from './evaluators.ts'
import { editGuess, isProgram, languageOf } from './languages.ts'
import { directionOf, metricsIn } from './metrics.ts'
import type { Seen } from './seen.ts'

const Manifest = z.object({
  scripts: z.record(z.string(), z.string()).catch({}).default({}),
  dependencies: z.record(z.string(), z.string()).catch({}).default({}),
  devDependencies: z.record(z.string(), z.string()).catch({}).default({}),
})
const MEASURING = /^(bench|benchmark|benchmarks|perf|evaluate|eval|score)$/
const SCRIPT = /^(bench|benchmark)\.(py|m?js|ts|sh)$/
const PYTEST = 'python3 -m pytest -q'
const ADAPTER = 'node bench-score.mjs'

/** Benchmarks and tests that the repository's own tools know of. */
export function benchmarks(seen: Seen): Proposal[] {
  return [
    ...fromPackage(seen),
    ...fromScripts(seen),
    ...fromPytest(seen),
    ...fromCargo(seen),
    ...fromGo(seen),
    ...fromMake(seen),
    ...fromCmake(seen),
  ]
}

type Times = {
  title: string
  from: string
  command: string
  smoke?: string | undefined
  setup?: string | undefined
  edit?: readonly string[]
}

/** A proposal whose score is the time that the shipped script reads out of a benchmark. */
function timed(seen: Seen, { title, from, command, smoke, setup, edit }: Times): Proposal {
  return {
    title,
    from,
    adapter: 'bench-score.mjs',
    plan: {
      goal: 'Make the program faster, with the same results.',
      edit: edit ?? editGuess(seen.files),
      ...(setup === undefined ? {} : { setup }),
      evaluate: command,
      metric: 'nanoseconds',
      direction: 'minimize',
      repeats: 3,
      ...(smoke === undefined ? {} : { smoke }),
    },
    guessed: edit === undefined ? ['edit'] : [],
  }
}

function manifestOf(seen: Seen): z.infer<typeof Manifest> | null {
  const read = Manifest.safeParse(json(seen.texts.get('package.json') ?? ''))
  return read.success ? read.data : null
}

/** What package.json says has to pass first, and what has to be installed before. */
export function testsOf(seen: Seen): Pick<Plan, 'smoke' | 'setup'> {
  const manifest = manifestOf(seen)
  const test = manifest?.scripts.test
  const needs = Object.keys({ ...manifest?.dependencies, ...manifest?.devDependencies }).length > 0
  return {
    ...(needs && seen.files.includes('package-lock.json') ? { setup: 'npm ci' } : {}),
    ...(test === undefined || /no test specified/.test(test) ? {} : { smoke: 'npm test' }),
  }
}

/** A benchmark script that writes no metric: how long it takes. */
function fromScripts(seen: Seen): Proposal[] {
  return seen.files
    .filter((file) => SCRIPT.test(file) && metricsIn(seen.texts.get(file) ?? '').length === 0)
    .map((file) => {
      const imported = importsOf(file, seen.texts.get(file) ?? '', seen.files).filter(isProgram)
      return timed(seen, {
        title: `how long ${file} takes`,
        from: file,
        command: `${ADAPTER} time ${languageOf(file)?.command(file) ?? `./${file}`}`,
        ...testsOf(seen),
        ...(file.endsWith('.py') && pythonTests(seen).length > 0 ? { smoke: PYTEST } : {}),
        ...(imported.length > 0 ? { edit: imported } : {}),
      })
    })
}

function fromPackage(seen: Seen): Proposal[] {
  const scripts = manifestOf(seen)?.scripts ?? {}
  const { smoke: tests, setup } = testsOf(seen)
  const found = Object.entries(scripts)
    .filter(([name]) => MEASURING.test(name))
    .map(([name, script]): Proposal => {
      if (/\bvitest\b.*\bbench\b/.test(script))
        return timed(seen, {
          title: `the benchmarks of \`npm run ${name}\` (Vitest)`,
          from: 'package.json',
          command: `${ADAPTER} vitest npx vitest bench --run "--outputJson={file}"`,
          smoke: tests,
          setup,
        })
      const file = seen.files.find(
        (one) => script.split(/[\s"';&|]+/).includes(one) || script.split(/\s+/).includes(`./${one}`),
      )
      const source = file === undefined ? '' : (seen.texts.get(file) ?? '')
      const metric = metricsIn(source)[0]
      const imported = file === undefined ? [] : importsOf(file, source, seen.files).filter(isProgram)
      const edit = imported.length > 0 ? { edit: imported } : {}
      if (metric === undefined)
        return timed(seen, {
          title: `how long \`npm run ${name}\` takes`,
          from: 'package.json',
          command: `${ADAPTER} time npm run --silent ${name}`,
          smoke: tests,
          setup,
          ...edit,
        })
      const direction = directionOf(metric)
      return {
        title: `what \`npm run ${name}\` prints`,
        from: 'package.json',
        adapter: null,
        plan: {
          goal: goalFor(metric, direction),
          edit: imported.length > 0 ? imported : editGuess(seen.files),
          ...(setup === undefined ? {} : { setup }),
          evaluate: `npm run --silent ${name}`,
          metric,
          direction: direction ?? 'maximize',
          ...(tests === undefined ? {} : { smoke: tests }),
        },
        guessed: [
          ...(direction === null ? (['direction'] as const) : []),
          ...(imported.length > 0 ? [] : (['edit'] as const)),
        ],
      }
    })
  const suite =
    tests === undefined
      ? []
      : [
          timed(seen, {
            title: 'how long the tests take (npm test)',
            from: 'package.json',
            command: `${ADAPTER} time npm test`,
            setup,
          }),
        ]
  return [...found, ...suite]
}

const pythonTests = ({ files }: Seen) => files.filter((file) => /(^|\/)test_\w+\.py$|_test\.py$/.test(file))

function fromPytest(seen: Seen): Proposal[] {
  const tests = pythonTests(seen)
  if (tests.length === 0) return []
  const manifests = [...seen.texts].filter(([file]) => /\.(toml|cfg|txt)$/.test(file)).map(([, text]) => text)
  const benches = tests.filter((file) => /def test_\w*\([^)]*\bbenchmark\b/.test(seen.texts.get(file) ?? ''))
  if (benches.length > 0 || manifests.some((text) => text.includes('pytest-benchmark'))) {
    const imported = [
      ...new Set(benches.flatMap((file) => importsOf(file, seen.texts.get(file) ?? '', seen.files))),
    ].filter(isProgram)
    return [
      timed(seen, {
        title: 'the benchmarks of pytest-benchmark',
        from: benches[0] ?? 'the manifest',
        command: `${ADAPTER} pytest ${PYTEST} --benchmark-only "--benchmark-json={file}"`,
        smoke: `${PYTEST} --benchmark-disable`,
        ...(imported.length > 0 ? { edit: imported } : {}),
      }),
    ]
  }
  return [
    timed(seen, {
      title: 'how long the tests take (pytest)',
      from: tests[0] ?? '',
      command: `${ADAPTER} time ${PYTEST}`,
    }),
  ]
}

function fromCargo(seen: Seen): Proposal[] {
  const text = seen.texts.get('Cargo.toml')
  if (text === undefined) return []
  const benches = /\[\[bench\]\]|criterion/.test(text) || seen.files.some((file) => file.startsWith('benches/'))
  return benches
    ? [
        timed(seen, {
          title: 'the benchmarks of `cargo bench`',
          from: 'Cargo.toml',
          command: `${ADAPTER} cargo cargo bench --offline`,
          smoke: 'cargo test --offline --release',
        }),
      ]
    : [
        timed(seen, {
          title: 'how long the tests take (cargo test)',
          from: 'Cargo.toml',
          command: `${ADAPTER} time cargo test --offline --release`,
        }),
      ]
}

function fromGo(seen: Seen): Proposal[] {
  if (!seen.texts.has('go.mod') || !seen.files.some((file) => file.endsWith('_test.go'))) return []
  return [
    timed(seen, {
      title: 'the benchmarks of `go test -bench`',
      from: 'go.mod',
      command: `${ADAPTER} go go test -run NONE -bench . ./...`,
      smoke: 'go test ./...',
    }),
  ]
}

function fromMake(seen: Seen): Proposal[] {
  const from = ['Makefile', 'makefile', 'GNUmakefile'].find((file) => seen.texts.has(file))
  const text = from === undefined ? '' : (seen.texts.get(from) ?? '')
  const targets = [...text.matchAll(/^([A-Za-z][\w-]*)\s*:(?!=)/gm)].map(([, name = '']) => name)
  const smoke = targets.includes('test') ? 'make test' : targets.includes('check') ? 'make check' : undefined
  return targets
    .filter((target) => MEASURING.test(target))
    .map((target) =>
      timed(seen, {
        title: `how long \`make ${target}\` takes`,
        from: from ?? '',
        command: `${ADAPTER} time make ${target}`,
        smoke,
      }),
    )
}

function fromCmake(seen: Seen): Proposal[] {
  const text = seen.texts.get('CMakeLists.txt') ?? ''
  return [...text.matchAll(/add_executable\(\s*([\w-]*(?:bench|perf|eval|score)[\w-]*)/gi)].map(([, target = '']) =>
    timed(seen, {
      title: `how long the CMake target ${target} takes`,
      from: 'CMakeLists.txt',
      command: `cmake -S . -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build --target ${target} && ${ADAPTER} time ./build/${target}`,
    }),
  )
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
