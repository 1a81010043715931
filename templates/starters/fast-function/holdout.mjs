// The same comparison by other means, on other inputs: the candidate and the original each in a process of its own,
// timed from here, where the candidate cannot reach.
import { spawn } from 'node:child_process'
import { readFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ALPHABETS, cases, randomFrom, relabel, seedFrom } from './inputs.mjs'

const SETS = 6
const TURNS = 24
const nonce = process.env.ANNEAL_SIGNED ? readFileSync(0, 'utf8').trim() : null
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
  if (nonce) writeSync(3, `${JSON.stringify({ nonce, ...metrics })}\n`)
  else console.log(JSON.stringify(metrics))
}

const original = start('./reference.mjs')
const candidate = start('./nearest.mjs')
try {
  const sum = { theirs: 0, own: 0 }
  for (let set = -1; set < SETS; set++) {
    const batch = cases(random, { queries: 2, count: 180, longest: 14 + 4 * (set % 3), alphabet: ALPHABETS[0], k: 8 })
    let theirs = Infinity
    let own = Infinity
    for (let turn = 0; turn < TURNS; turn++) {
      const text = JSON.stringify(relabel(random, batch, ALPHABETS[0]))
      const first = await (turn % 2 ? candidate : original).ask(text)
      const second = await (turn % 2 ? original : candidate).ask(text)
      if (first.value !== second.value) throw new Error('a wrong answer')
      theirs = Math.min(theirs, (turn % 2 ? second : first).milliseconds)
      own = Math.min(own, (turn % 2 ? first : second).milliseconds)
    }
    if (set >= 0) {
      sum.theirs += theirs
      sum.own += own
    }
  }
  report({ speedup: sum.theirs / sum.own, correct: 1 })
} catch (error) {
  report({ correct: 0 })
  console.error(`hold-out failed: ${error.message}`)
  process.exitCode = 1
} finally {
  original.stop()
  candidate.stop()
}
