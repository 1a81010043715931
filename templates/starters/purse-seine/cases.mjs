// Makes cases from seeds, compiles the program and runs it on a case. Shared by run_cases.mjs and holdout.mjs.
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'

export const TIME_LIMIT = 2
export const LARGEST_ANSWER = 1_000_000
const SIZE = 100_000
const COUNT = 5000

/** A small seeded generator of random numbers in [0, 1): a Weyl sequence and a mixing function. */
function randomFrom(seed) {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  return () => (next() * 2 ** 21 + (next() >>> 11)) / 2 ** 53
}

/** Mackerel and sardines, each in 10 to 25 clusters of their own; all points are distinct. */
export function makeCase(seed) {
  const random = randomFrom(seed)
  const between = (low, high) => low + Math.floor(random() * (high - low + 1))
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const taken = new Set()
  const school = () => {
    const clusters = Array.from({ length: between(10, 25) }, () => ({
      weight: random(),
      x: between(20_000, 80_000),
      y: between(20_000, 80_000),
      spread: between(1000, 5000),
    }))
    const total = clusters.reduce((sum, { weight }) => sum + weight, 0)
    const points = []
    while (points.length < COUNT) {
      let left = random() * total
      const cluster = clusters.find(({ weight }) => (left -= weight) < 0) ?? clusters.at(-1)
      const x = Math.round(cluster.x + cluster.spread * normal())
      const y = Math.round(cluster.y + cluster.spread * normal())
      const key = x * (SIZE + 1) + y
      if (x < 0 || x > SIZE || y < 0 || y > SIZE || taken.has(key)) continue
      taken.add(key)
      points.push([x, y])
    }
    return points
  }
  const mackerel = school()
  return { mackerel, sardines: school() }
}

export function inputOf({ mackerel, sardines }) {
  return `${COUNT}\n${[...mackerel, ...sardines].map((point) => point.join(' ')).join('\n')}\n`
}

export function compile(folder) {
  const binary = join(folder, 'main')
  const made = spawnSync('g++', ['-std=c++17', '-O2', '-o', binary, 'main.cpp'], { encoding: 'utf8', timeout: 60_000 })
  if (made.error) throw new Error(`g++ did not run: ${made.error.message}`)
  if (made.status !== 0) throw new Error(`main.cpp does not compile:\n${made.stderr.slice(0, 4000)}`)
  return binary
}

/** Runs the program on one case: its verdict (`ran`, `late`, `crashed` or `long`), seconds by the wall clock, and answer. */
export function runCase(binary, input, folder) {
  return new Promise((done) => {
    const start = process.hrtime.bigint()
    const child = spawn(binary, [], { cwd: folder, env: { PATH: '/usr/bin:/bin' }, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
    const parts = []
    let size = 0
    let words = ''
    let verdict = null
    const kill = (why) => {
      verdict ??= why
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        child.kill('SIGKILL')
      }
    }
    const clock = setTimeout(kill, TIME_LIMIT * 1000 + 100, 'late')
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.stdout.on('data', (data) => {
      size += data.length
      if (size > LARGEST_ANSWER) kill('long')
      else parts.push(data)
    })
    child.stderr.on('data', (data) => {
      words = (words + data).slice(-2000)
    })
    let seconds = 0
    let ended = ''
    child.on('error', (error) => {
      clearTimeout(clock)
      done({ verdict: 'crashed', seconds: 0, answer: '', log: String(error) })
    })
    child.on('exit', (code, signal) => {
      clearTimeout(clock)
      seconds = Number(process.hrtime.bigint() - start) / 1e9
      if (code !== 0) ended = `ended with ${signal ?? `exit code ${code}`}`
      // Nothing that the program started may outlive it.
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {}
    })
    child.on('close', () => {
      if (!verdict && seconds > TIME_LIMIT) verdict = 'late'
      if (!verdict && ended) verdict = 'crashed'
      done({ verdict: verdict ?? 'ran', seconds, answer: Buffer.concat(parts).toString(), log: `${words}${ended}` })
    })
  })
}
