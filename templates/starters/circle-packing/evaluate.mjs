// Reads $ANNEAL_OUT/circles.json, which `pack.mjs` left, and reports the sum of the radii if the packing is valid.
//
// Zero tolerance, and no rounding: every double is a whole number of 2^-1074, so each is turned into exactly that whole
// number (a BigInt), and all comparisons are made between whole numbers:
//   r >= 0,  r <= x,  x + r <= 1,  r <= y,  y + r <= 1,  (x1-x2)^2 + (y1-y2)^2 >= (r1+r2)^2
import { lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const COUNT = 26
const LARGEST_FILE = 100_000
const ONE = 1n << 1074n

/** The whole number n for which value is n * 2^-1074, exactly. */
function exact(value) {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponent = (bits >> 52n) & 0x7ffn
  const fraction = bits & ((1n << 52n) - 1n)
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n)
  return bits >> 63n ? -size : size
}

function read(path) {
  let stat
  try {
    stat = lstatSync(path)
  } catch {
    throw new Error('there is no circles.json in $ANNEAL_OUT')
  }
  if (!stat.isFile()) throw new Error('circles.json is not a plain file')
  if (stat.size > LARGEST_FILE) throw new Error(`circles.json is larger than ${LARGEST_FILE} bytes`)
  let circles
  try {
    circles = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new Error('circles.json is not JSON')
  }
  if (!Array.isArray(circles) || circles.length !== COUNT) throw new Error(`circles.json must hold a list of ${COUNT} circles`)
  circles.forEach((circle, index) => {
    const fine = Array.isArray(circle) && circle.length === 3 && circle.every((n) => typeof n === 'number' && Number.isFinite(n))
    if (!fine) throw new Error(`circle ${index} must be [x, y, r], three finite numbers`)
  })
  return circles
}

function check(circles) {
  const whole = circles.map((circle) => circle.map(exact))
  whole.forEach(([x, y, r], index) => {
    if (r < 0n) throw new Error(`circle ${index} has a negative radius`)
    if (r > x || x + r > ONE || r > y || y + r > ONE) throw new Error(`circle ${index} leaves the square: ${circles[index]}`)
    for (let other = 0; other < index; other++) {
      const [u, v, s] = whole[other]
      if ((x - u) ** 2n + (y - v) ** 2n < (r + s) ** 2n) throw new Error(`circles ${other} and ${index} overlap`)
    }
  })
  const sum = whole.reduce((total, [, , r]) => total + r, 0n)
  return Number(sum >> 1000n) / 2 ** 74
}

function report(metrics) {
  const text = JSON.stringify(metrics)
  if (process.env.ANNEAL_RESULT) writeFileSync(process.env.ANNEAL_RESULT, text)
  else console.log(text)
}

try {
  if (!process.env.ANNEAL_OUT) throw new Error('set ANNEAL_OUT to the folder that pack.mjs wrote to')
  report({ sum_radii: check(read(join(process.env.ANNEAL_OUT, 'circles.json'))), valid: 1 })
} catch (error) {
  report({ valid: 0 })
  console.error(`invalid packing: ${error.message}`)
  process.exitCode = 1
}
