// The same comparison by other means, on other inputs: the candidate and the original each in a process of its own,
// timed from here, where the candidate cannot reach.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ALPHABETS, cases, median, randomFrom, seedFrom } from './inputs.mjs'

const ROUNDS = 15
const WARM_UP = 4
const random = randomFrom(seedFrom(process.env.ANNEAL_SEED ? `holdout ${process.env.ANNEAL_SEED}` : ''))

function start(module) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ANNEAL_')))
  const worker = fileURLToPath(new URL('worker.mjs', import.meta.url))
  const child = spawn(process.execPath, [worker, module], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    stop: () => child.kill('SIGKILL'),
    /** Milliseconds until the answer to a batch is here, and the answer. */
    async ask(text) {
      const before = process.hrtime.bigint()
      child.stdin.write(`${text}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error(`${module} ended without an answer`)
      return { milliseconds: Number(process.hrtime.bigint() - before) / 1e6, value }
    },
  }
}

function report(metrics) {
  const text = JSON.stringify(metrics)
  if (process.env.ANNEAL_RESULT) writeFileSync(process.env.ANNEAL_RESULT, text)
  else console.log(text)
}

const original = start('./reference.mjs')
const candidate = start('./nearest.mjs')
try {
  const ratios = []
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const batch = [
      ...cases(random, { queries: 3, count: 220, longest: 14, alphabet: ALPHABETS[0], k: 8 }),
      ...cases(random, { queries: 2, count: 90, longest: 24, alphabet: ALPHABETS[2], k: 5 }),
    ]
    const text = JSON.stringify(batch)
    const pair = round % 2 === 0 ? [original, candidate] : [candidate, original]
    const answers = []
    for (const one of pair) answers.push(await one.ask(text))
    const [theirs, own] = round % 2 === 0 ? answers : answers.reverse()
    if (theirs.value !== own.value) throw new Error('a wrong answer')
    if (round >= 0) ratios.push(theirs.milliseconds / own.milliseconds)
  }
  report({ speedup: median(ratios), correct: 1 })
} catch (error) {
  report({ correct: 0 })
  console.error(`hold-out failed: ${error.message}`)
  process.exitCode = 1
} finally {
  original.stop()
  candidate.stop()
}
