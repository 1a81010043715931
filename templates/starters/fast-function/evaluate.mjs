// Imports the candidate and the sealed original into one process and measures them in turns on the same fresh inputs,
// so that what slows the machine slows both. Everything that the measurement needs is taken before the candidate loads.
import { readFileSync, writeSync } from 'node:fs'
import { ALPHABETS, cases, randomFrom, relabel, seedFrom } from './inputs.mjs'
import { nearest as reference } from './reference.mjs'

const now = process.hrtime.bigint.bind(process.hrtime)
const toJson = JSON.stringify
const fromJson = JSON.parse
const write = writeSync
const print = console.log.bind(console)
const complain = console.error.bind(console)
const exit = process.exit.bind(process)
// Anneal's nonce for this evaluation, read before the candidate is there to see it; by hand there is none.
const nonce = process.env.ANNEAL_SIGNED ? readFileSync(0, 'utf8').trim() : null
const random = randomFrom(seedFrom(process.env.ANNEAL_SEED))
for (const name of Object.keys(process.env)) if (name.startsWith('ANNEAL_')) delete process.env[name]

const SETS = 8
const TURNS = 24

function finish(metrics, reason) {
  if (nonce) write(3, `${toJson({ nonce, ...metrics })}\n`)
  else print(toJson(metrics))
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

/**
 * The candidate shares the built-ins with the original: what it does to them could slow the original. (Freezing them
 * would switch off the engine's fast paths for both.) So they are noted before it loads and looked at after each set.
 */
const ownKeys = Reflect.ownKeys
const propertyOf = Reflect.getOwnPropertyDescriptor
const same = Object.is
function noted() {
  const iterator = Object.getPrototypeOf([][Symbol.iterator]())
  const kinds = [Object, Array, String, Number, Boolean, BigInt, Symbol, Map, Set, RegExp, Error, Function, Promise]
  const typed = [Object.getPrototypeOf(Uint8Array), Uint8Array, Uint16Array, Uint32Array, Int32Array, Float64Array]
  const found = [Math, JSON, Reflect, iterator, Object.getPrototypeOf(iterator)]
  for (const kind of [...kinds, ...typed]) found.push(kind, kind.prototype)
  const globals = [...kinds.map(({ name }) => name), 'Math', 'JSON', 'Reflect', 'undefined', 'NaN']
  return [
    [globalThis, globals.map((name) => [name, propertyOf(globalThis, name)])],
    ...found.map((object) => [object, ownKeys(object).map((key) => [key, propertyOf(object, key)])]),
  ]
}
function isUntouched(before) {
  for (let i = 0; i < before.length; i++) {
    const object = before[i][0]
    const properties = before[i][1]
    if (i > 0 && ownKeys(object).length !== properties.length) return false
    for (let j = 0; j < properties.length; j++) {
      const now = propertyOf(object, properties[j][0])
      const was = properties[j][1]
      if (!now || !same(now.value, was.value) || !same(now.get, was.get) || !same(now.set, was.set)) return false
    }
  }
  return true
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
const builtIns = noted()
let candidate
try {
  candidate = (await import('./nearest.mjs')).nearest
} catch (error) {
  fail(`nearest.mjs does not load: ${error}`)
}
const meddled = 'nearest.mjs changed the built-ins of the language'
if (!isUntouched(builtIns)) fail(meddled)
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
  const alphabet = ALPHABETS[0]
  const best = { theirs: 0, own: 0 }
  for (let set = -1; set < SETS; set++) {
    const batch = cases(random, { queries: 3, count: 150, longest: 16, alphabet, k: 10 })
    let theirs = Infinity
    let own = Infinity
    // In turns, each time with other letters; the fastest time of each is the one that the machine disturbed least.
    for (let turn = 0; turn < TURNS; turn++) {
      const asked = relabel(random, batch, alphabet)
      const first = timed(turn % 2 ? candidate : reference, fromJson(toJson(asked)))
      const second = timed(turn % 2 ? reference : candidate, fromJson(toJson(asked)))
      const [mine, other] = turn % 2 ? [first, second] : [second, first]
      compare(mine, asked, other)
      theirs = Math.min(theirs, other.seconds)
      own = Math.min(own, mine.seconds)
    }
    if (!isUntouched(builtIns)) fail(meddled)
    // The first set is for warming up.
    if (set >= 0) {
      best.theirs += theirs
      best.own += own
    }
  }
  finish({ speedup: best.theirs / best.own, correct: 1, milliseconds: (best.own * 1000) / SETS })
} catch (error) {
  fail(`nearest failed: ${error?.stack ?? error}`)
}
