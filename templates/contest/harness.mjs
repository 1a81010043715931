// What run_cases.mjs and evaluate.mjs share: the contest's settings, its cases, programs and how they are run.
import { spawn, spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { copyFileSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'

const HERE = new URL('..', import.meta.url)

/** contest.json, with what it leaves out. Times in seconds, sizes in bytes. */
export const contest = {
  name: 'contest',
  time_limit: 2,
  memory_limit: null,
  holdout: 16,
  parallel: 1,
  direction: 'maximize',
  scoring: 'absolute',
  failed_case: 'fails',
  reference: null,
  largest_answer: 1_000_000,
  ...JSON.parse(readFileSync(new URL('contest.json', HERE), 'utf8')),
}

/**
 * The cases of a stage. The search always meets the public ones, so that all attempts are compared on the same; what
 * confirms a champion, and the hold-out, meet fresh ones, whose seeds come from $ANNEAL_SEED.
 */
export function casesOf(stage, base = process.env.ANNEAL_SEED) {
  const { cases, private_cases, holdout, name } = contest
  const isFresh = stage === 'confirm' || stage === 'holdout'
  if (!isFresh) return cases
  if (stage === 'holdout' && private_cases) return private_cases
  if (typeof cases[0] === 'string') return cases // stored inputs: there is no generator
  const from = base || randomUUID()
  return Array.from({ length: stage === 'holdout' ? holdout : cases.length }, (_, index) =>
    createHash('sha256').update(`${name} ${stage} ${from} ${index}`).digest().readUInt32BE(),
  )
}

/** How a source is compiled and started, by its ending. A compiled program stands under the path that `at` names. */
const LANGUAGES = {
  '.cpp': { compile: ['g++', '-std=c++20', '-O2', '-o'], start: (at) => [at] },
  '.rs': { compile: ['rustc', '--edition', '2021', '-O', '-o'], start: (at) => [at] },
  '.py': { check: ['python3', '-c', 'import sys; compile(open(sys.argv[1]).read(), sys.argv[1], "exec")'], start: (at) => ['python3', '-B', at] },
  '.mjs': { check: ['node', '--check'], start: (at) => ['node', at] },
}

/** Makes a program of a source file, in `folder`. Gives the words that start it. Throws with what the compiler said. */
export function compile(source, folder, shown = basename(source)) {
  const ending = extname(source)
  const language = LANGUAGES[ending]
  if (!language) throw new Error(`${shown}: programs end in ${Object.keys(LANGUAGES).join(', ')}`)
  const at = join(folder, `${basename(source, ending)}-${createHash('sha256').update(source).digest('hex').slice(0, 8)}${language.compile ? '' : ending}`)
  if (!language.compile) copyFileSync(source, at)
  const words = language.compile ? [...language.compile, at, source] : [...language.check, source]
  const made = spawnSync(words[0], words.slice(1), { encoding: 'utf8', timeout: 120_000 })
  if (made.error) throw new Error(`${words[0]} did not run: ${made.error.message}`)
  if (made.status !== 0) throw new Error(`CE: ${shown} does not compile:\n${made.stderr.slice(0, 4000)}`)
  return language.start(at)
}

/**
 * Runs a program on one case: its verdict (`ran`, `late`, `crashed` or `long`), seconds by the wall clock, and answer. One that
 * was late while the machine gave it little of a processor is run again, twice at most.
 */
export async function runCase(words, input, folder) {
  let result = await runOnce(words, input, folder)
  for (let again = 0; again < 2 && result.verdict === 'late' && result.starved; again++) result = await runOnce(words, input, folder)
  return result
}

/** Seconds of a processor that a living process has had; infinite where the system does not tell. */
function processorSeconds(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return Infinity
  }
}

/** Of the time limit, the share of a processor below which a program was starved rather than slow. */
const STARVED = 0.5

function runOnce(words, input, folder) {
  const { time_limit, memory_limit, largest_answer } = contest
  const bounded = memory_limit ? ['sh', '-c', `ulimit -v ${Math.ceil(memory_limit / 1024)}; exec "$@"`, 'sh', ...words] : words
  return new Promise((done) => {
    const start = process.hrtime.bigint()
    const child = spawn(bounded[0], bounded.slice(1), { cwd: folder, env: { PATH: process.env.PATH }, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
    const parts = []
    let size = 0
    let said = ''
    let verdict = null
    const kill = (why) => {
      verdict ??= why
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        child.kill('SIGKILL')
      }
    }
    let starved = false
    const clock = setTimeout(() => {
      starved = processorSeconds(child.pid) < STARVED * time_limit
      kill('late')
    }, time_limit * 1000 + 100)
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.stdout.on('data', (data) => {
      size += data.length
      if (size > largest_answer) kill('long')
      else parts.push(data)
    })
    child.stderr.on('data', (data) => {
      said = (said + data).slice(-500)
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
      if (!verdict && seconds > time_limit) verdict = 'late'
      if (!verdict && ended) verdict = 'crashed'
      done({ verdict: verdict ?? 'ran', seconds, starved, answer: Buffer.concat(parts).toString(), log: [said.trim(), ended].filter(Boolean).join('; ') })
    })
  })
}

/** `work` on all `items`, some at a time; results in the order of the items. */
export async function inParallel(items, work) {
  const results = new Array(items.length)
  let next = 0
  const lane = async () => {
    while (next < items.length) {
      const index = next++
      results[index] = await work(items[index])
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(contest.parallel, items.length)) }, lane))
  return results
}
