// The problem itself: makes cases from seeds, and plays an answer move by move.
const BOXES = 200
const STACKS = 10
const MOST_MOVES = 5000
const FULL = 10_000

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

/** The boxes 1 to 200, shuffled, in ten stacks of twenty, each from bottom to top. */
function makeCase(seed) {
  const random = randomFrom(seed)
  const boxes = Array.from({ length: BOXES }, (_, index) => index + 1)
  for (let i = BOXES - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[boxes[i], boxes[j]] = [boxes[j], boxes[i]]
  }
  const high = BOXES / STACKS
  return Array.from({ length: STACKS }, (_, stack) => boxes.slice(stack * high, (stack + 1) * high))
}

/** The case of a seed, as the program reads it. */
export function inputOf(seed) {
  return `${BOXES} ${STACKS}\n${makeCase(seed).map((stack) => stack.join(' ')).join('\n')}\n`
}

function whole(token, low, high, what) {
  if (!/^\d{1,6}$/.test(token) || Number(token) < low || Number(token) > high)
    throw new Error(`${what} is not a whole number from ${low} to ${high}: ${token.slice(0, 20)}`)
  return Number(token)
}

/** The score of an answer to the case of a seed. Throws on an answer that is wrong. */
export function scoreOf(seed, answer) {
  const stacks = makeCase(seed)
  const lines = answer.split('\n').map((line) => line.trim()).filter(Boolean)
  if (lines.length > MOST_MOVES) throw new Error(`${lines.length} moves, more than ${MOST_MOVES}`)
  let wanted = 1
  let spent = 0
  for (const [index, line] of lines.entries()) {
    const where = `move ${index + 1}`
    const tokens = line.split(/\s+/)
    if (tokens.length !== 2) throw new Error(`${where} is not two numbers: ${line.slice(0, 40)}`)
    const box = whole(tokens[0], 1, BOXES, `${where}: the box`)
    const to = whole(tokens[1], 0, STACKS, `${where}: the stack`)
    const from = stacks.find((stack) => stack.includes(box))
    if (!from) throw new Error(`${where}: box ${box} has been carried out`)
    const at = from.indexOf(box)
    if (to === 0) {
      if (box !== wanted) throw new Error(`${where}: box ${box} is carried out, but ${wanted} is the smallest`)
      if (at !== from.length - 1) throw new Error(`${where}: box ${box} is not on top`)
      from.pop()
      wanted++
    } else {
      if (stacks[to - 1] === from) throw new Error(`${where}: box ${box} is in stack ${to} already`)
      const moved = from.splice(at)
      spent += moved.length + 1
      stacks[to - 1].push(...moved)
    }
  }
  if (wanted <= BOXES) throw new Error(`box ${wanted} has not been carried out`)
  return Math.max(1, FULL - spent)
}
