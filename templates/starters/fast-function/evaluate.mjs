// Imports the candidate and the sealed original into one process and measures them in turns on the same fresh inputs,
// so that what slows the machine slows both. Everything that the measurement needs is taken before the candidate loads.
import { readFileSync, writeFileSync } from 'node:fs'
import { ALPHABETS, cases, median, randomFrom, seedFrom } from './inputs.mjs'
import { nearest as reference } from './reference.mjs'

const now = process.hrtime.bigint.bind(process.hrtime)
const toJson = JSON.stringify
const fromJson = JSON.parse
const write = writeFileSync
const print = console.log.bind(console)
const complain = console.error.bind(console)
const collect = globalThis.gc ?? (() => {})
const exit = process.exit.bind(process)
const resultFile = process.env.ANNEAL_RESULT
const random = randomFrom(seedFrom(process.env.ANNEAL_SEED))
for (const name of Object.keys(process.env)) if (name.startsWith('ANNEAL_')) delete process.env[name]

const ROUNDS = 15
const WARM_UP = 4

function finish(metrics, reason) {
  const text = toJson(metrics)
  if (resultFile) write(resultFile, text)
  else print(text)
  if (reason) complain(reason)
  exit(reason ? 1 : 0)
}
const fail = (reason) => finish({ correct: 0 }, reason)

/** The module must stand by itself: it gets strings and a number, and needs nothing of the process. */
function checkSource() {
  const code = readFileSync(new URL('nearest.mjs', import.meta.url), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  const found = /\b(import|require|process|globalThis|global|eval|Function|constructor|prototype|__proto__|Worker)\b/.exec(code)
  if (found) fail(`nearest.mjs may not use ${found[1]}`)
}

/** The candidate shares the built-ins with the original: it must not be able to change them. */
function freeze() {
  const kinds = [Object, Array, String, Number, Boolean, BigInt, Symbol, Map, Set, WeakMap, WeakSet, RegExp, Promise, Error, Date]
  const typed = [Uint8Array, Uint16Array, Uint32Array, Int8Array, Int16Array, Int32Array, Float32Array, Float64Array]
  const shared = [Object.getPrototypeOf(Uint8Array), Object.getPrototypeOf([][Symbol.iterator]()), Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))]
  for (const kind of [...kinds, ...typed, ...shared]) {
    Object.freeze(kind)
    if (kind.prototype) Object.freeze(kind.prototype)
  }
  Object.freeze(Math)
  Object.freeze(JSON)
  Object.freeze(Function.prototype)
}

/** Seconds that a function takes for a batch, with its answers as text: turning them to text is part of its time. */
function timed(call, batch) {
  const answers = []
  const start = now()
  for (const { query, words, k } of batch) answers.push(toJson(call(query, words, k)))
  return { seconds: Number(now() - start) / 1e9, answers }
}

/** Compares the answers of the candidate with the original's. */
function compare(got, batch, expected) {
  got.answers.forEach((answer, index) => {
    if (answer !== expected.answers[index]) {
      const { query, words, k } = batch[index]
      const shown = toJson({ query, words, k }).slice(0, 200)
      fail(`wrong answer for ${shown}: ${String(answer).slice(0, 200)}, not ${expected.answers[index].slice(0, 200)}`)
    }
  })
}

function test(batch, expected) {
  const copy = fromJson(toJson(batch))
  compare(timed(candidate, copy), batch, expected)
  if (toJson(copy) !== toJson(batch)) fail('the list of words was changed')
}

/** What a person worked out, so that the original is tested too. */
const KNOWN = [
  ['kitten', ['sitting', 'mitten', 'kit'], 3, '[{"word":"mitten","index":1,"distance":1},{"word":"sitting","index":0,"distance":3},{"word":"kit","index":2,"distance":3}]'],
  ['', ['a', '', 'abc'], 2, '[{"word":"","index":1,"distance":0},{"word":"a","index":0,"distance":1}]'],
  ['flaw', ['lawn', 'flaw', 'flaw'], 2, '[{"word":"flaw","index":1,"distance":0},{"word":"flaw","index":2,"distance":0}]'],
  ['x', [], 5, '[]'],
  ['x', ['x'], 0, '[]'],
  ['abcdefghij', ['jihgfedcba'], 9, '[{"word":"jihgfedcba","index":0,"distance":10}]'],
]

checkSource()
freeze()
let candidate
try {
  candidate = (await import('./nearest.mjs')).nearest
} catch (error) {
  fail(`nearest.mjs does not load: ${error}`)
}
if (typeof candidate !== 'function') fail('nearest.mjs does not export a function named nearest')

try {
  for (const [query, words, k, answer] of KNOWN) {
    const batch = [{ query, words, k }]
    if (timed(reference, batch).answers[0] !== answer) throw new Error('the original is wrong: the starter is damaged')
    test(batch, { answers: [answer] })
  }
  for (let round = 0; round < 60; round++) {
    const shape = {
      queries: 2,
      count: round % 30,
      longest: [1, 4, 9, 34, 70][Math.floor(random() * 5)],
      alphabet: ALPHABETS[round % ALPHABETS.length],
      k: Math.floor(random() * 12),
    }
    const batch = cases(random, shape)
    test(batch, timed(reference, batch))
  }
  const ratios = []
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    let theirs = 0
    let own = 0
    // In turns, on inputs that neither has seen: original, candidate, candidate, original, and so on.
    for (let turn = 0; turn < 4; turn++) {
      const batch = cases(random, { queries: 1, count: 150, longest: 16, alphabet: ALPHABETS[0], k: 10 })
      const ownFirst = (turn + round) % 2 === 0
      collect()
      const first = timed(ownFirst ? candidate : reference, fromJson(toJson(batch)))
      collect()
      const second = timed(ownFirst ? reference : candidate, fromJson(toJson(batch)))
      const [mine, other] = ownFirst ? [first, second] : [second, first]
      compare(mine, batch, other)
      theirs += other.seconds
      own += mine.seconds
    }
    if (round >= 0) ratios.push(theirs / own)
  }
  const sorted = ratios.toSorted((a, b) => a - b)
  finish({ speedup: median(ratios), correct: 1, low: sorted[ROUNDS >> 2], high: sorted[ROUNDS - 1 - (ROUNDS >> 2)] })
} catch (error) {
  fail(`nearest failed: ${error?.stack ?? error}`)
}
