// The problem itself: makes cases from seeds, and checks an answer whole and counts its catch.
const SIZE = 100_000
const COUNT = 5000
const MOST_VERTICES = 1000
const LONGEST = 400_000

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
function makeCase(seed) {
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

/** The case of a seed, as the program reads it. */
export function inputOf(seed) {
  const { mackerel, sardines } = makeCase(seed)
  return `${COUNT}\n${[...mackerel, ...sardines].map((point) => point.join(' ')).join('\n')}\n`
}

/** The last polygon of an answer, which holds one or several: m, then m lines "x y". */
function parse(answer) {
  const text = answer.trim()
  const tokens = text === '' ? [] : text.split(/\s+/)
  let last = null
  for (let at = 0; at < tokens.length; ) {
    const count = whole(tokens[at])
    if (count < 4 || count > MOST_VERTICES) throw new Error(`${count} vertices, not 4 to ${MOST_VERTICES}`)
    if (at + 1 + 2 * count > tokens.length) throw new Error('the answer ends before its last vertex')
    const numbers = tokens.slice(at + 1, at + 1 + 2 * count).map(whole)
    last = Array.from({ length: count }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]])
    at += 1 + 2 * count
  }
  if (!last) throw new Error('there is no answer')
  return last
}

function whole(token) {
  if (!/^\d{1,6}$/.test(token)) throw new Error(`not a whole number in range: ${token.slice(0, 20)}`)
  return Number(token)
}

/** Throws unless the polygon is simple and axis-parallel, with distinct vertices, in range and short enough. */
function check(polygon) {
  const vertices = new Set()
  let length = 0
  const sides = polygon.map(([x1, y1], index) => {
    if (x1 > SIZE || y1 > SIZE) throw new Error(`vertex ${x1} ${y1} is out of range`)
    vertices.add(`${x1} ${y1}`)
    const [x2, y2] = polygon[(index + 1) % polygon.length]
    if (x1 !== x2 && y1 !== y2) throw new Error(`the side from ${x1} ${y1} to ${x2} ${y2} is not axis-parallel`)
    length += Math.abs(x1 - x2) + Math.abs(y1 - y2)
    return { low: [Math.min(x1, x2), Math.min(y1, y2)], high: [Math.max(x1, x2), Math.max(y1, y2)] }
  })
  if (vertices.size < polygon.length) throw new Error('two vertices are the same')
  if (length > LONGEST) throw new Error(`the polygon is ${length} long, more than ${LONGEST}`)
  sides.forEach((a, i) => {
    for (let j = i + 1; j < sides.length; j++) {
      const b = sides[j]
      const width = Math.min(a.high[0], b.high[0]) - Math.max(a.low[0], b.low[0])
      const height = Math.min(a.high[1], b.high[1]) - Math.max(a.low[1], b.low[1])
      if (width < 0 || height < 0) continue
      const areNeighbours = j === i + 1 || (i === 0 && j === sides.length - 1)
      // Neighbours share their vertex and no more; other sides share nothing.
      if (!areNeighbours || width > 0 || height > 0) throw new Error(`sides ${i} and ${j} touch`)
    }
  })
}

/** How many points are inside or on the border. */
function inside(polygon, points) {
  const upright = []
  const level = []
  polygon.forEach(([x1, y1], index) => {
    const [x2, y2] = polygon[(index + 1) % polygon.length]
    if (x1 === x2) upright.push([x1, Math.min(y1, y2), Math.max(y1, y2)])
    else level.push([y1, Math.min(x1, x2), Math.max(x1, x2)])
  })
  let count = 0
  for (const [x, y] of points) {
    let isIn = false
    let isOn = level.some(([at, low, high]) => at === y && low <= x && x <= high)
    for (const [at, low, high] of upright) {
      if (at === x && low <= y && y <= high) isOn = true
      // A ray to the right: a side covers its lower end and not its upper one.
      if (at > x && low <= y && y < high) isIn = !isIn
    }
    if (isIn || isOn) count++
  }
  return count
}

/** The score of an answer to the case of a seed. Throws on an answer that is wrong. */
export function scoreOf(seed, answer) {
  const polygon = parse(answer)
  check(polygon)
  const { mackerel, sardines } = makeCase(seed)
  return Math.max(0, inside(polygon, mackerel) - inside(polygon, sardines) + 1)
}
