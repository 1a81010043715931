// Runs a benchmark and gives its times as one number, for Anneal: the geometric mean over all benchmarks, in nanoseconds.
//
//   node bench-score.mjs FORMAT COMMAND…
//
// FORMAT   reads
// time     nothing: the time of the command itself is the score
// go       the text of `go test -bench`
// cargo    the text of `cargo bench` (criterion, or the lines "bench: N ns/iter")
// vitest   the file that `vitest bench` writes with --outputJson
// pytest   the file that pytest-benchmark writes with --benchmark-json
//
// Where {file} stands in the command, the path of that file is put. The file was written by `anneal init`; it is yours to change.
// The benchmark runs candidate code in its own process, so a candidate could print what it likes: read docs/evaluators.md of Anneal
// before you trust a surprising score, and give the task a hold-out.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [format, ...command] = process.argv.slice(2)
const UNITS = { ns: 1, µs: 1e3, μs: 1e3, us: 1e3, ms: 1e6, s: 1e9 }

const READERS = {
  time: ({ nanoseconds }) => [nanoseconds],
  go: ({ text }) => numbers(text, /^Benchmark\S*\s+\d+\s+([\d.]+(?:e[+-]?\d+)?) ns\/op/gm),
  cargo: ({ text }) => [
    ...numbers(text, /\bbench:\s+([\d,.]+) ns\/iter/g),
    ...[...text.matchAll(/\btime:\s+\[\S+ \S+ ([\d.]+) (\S+) \S+ \S+\]/g)].map(
      ([, value, unit]) => Number(value) * (UNITS[unit] ?? Number.NaN),
    ),
  ],
  vitest: ({ file }) =>
    JSON.parse(readFileSync(file, 'utf8'))
      .files.flatMap(({ groups }) => groups)
      .flatMap(({ benchmarks }) => benchmarks)
      .map(({ mean }) => mean * 1e6),
  pytest: ({ file }) => JSON.parse(readFileSync(file, 'utf8')).benchmarks.map(({ stats }) => stats.median * 1e9),
}

const read = READERS[format]
if (!read || command.length === 0) fail(`usage: node bench-score.mjs ${Object.keys(READERS).join('|')} COMMAND…`)
const file = join(mkdtempSync(join(tmpdir(), 'bench-')), 'result.json')
const begun = process.hrtime.bigint()
const [program, ...words] = command.map((word) => word.replaceAll('{file}', file))
const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 2 ** 28 })
const nanoseconds = Number(process.hrtime.bigint() - begun)
process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`)
if (status !== 0) fail(`${program} failed: ${error?.message ?? `it exited with ${status}`}`)

const times = read({ text: stdout, file, nanoseconds })
if (times.length === 0 || !times.every((time) => Number.isFinite(time) && time > 0)) fail('no benchmark was found in what it printed')
const mean = Math.exp(times.reduce((sum, time) => sum + Math.log(time), 0) / times.length)
const result = JSON.stringify({ nanoseconds: mean, benchmarks: times.length })
if (process.env.ANNEAL_RESULT) writeFileSync(process.env.ANNEAL_RESULT, result)
else console.log(result)

function numbers(text, pattern) {
  return [...text.matchAll(pattern)].map(([, value]) => Number(value.replaceAll(',', '')))
}

function fail(why) {
  console.error(why)
  process.exit(1)
}
