// Packs 26 circles in the unit square and writes them, as 26 [x, y, r], to $ANNEAL_OUT/circles.json.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

// One circle in the middle, a ring of 8 around it, a ring of 17 around those.
const centres = [
  [0.500, 0.500],
  [0.610, 0.500],
  [0.578, 0.578],
  [0.500, 0.610],
  [0.422, 0.578],
  [0.390, 0.500],
  [0.422, 0.422],
  [0.500, 0.390],
  [0.578, 0.422],
  [0.687, 0.500],
  [0.674, 0.568],
  [0.638, 0.626],
  [0.583, 0.667],
  [0.517, 0.686],
  [0.449, 0.680],
  [0.387, 0.649],
  [0.341, 0.598],
  [0.316, 0.534],
  [0.316, 0.466],
  [0.341, 0.402],
  [0.387, 0.351],
  [0.449, 0.320],
  [0.517, 0.314],
  [0.583, 0.333],
  [0.638, 0.374],
  [0.674, 0.432],
]

// Each circle grows until it meets a side, or half-way to its nearest neighbour: always valid, seldom best.
function radius([x, y], index) {
  let room = Math.min(x, 1 - x, y, 1 - y)
  centres.forEach(([u, v], other) => {
    if (other !== index) room = Math.min(room, Math.hypot(x - u, y - v) / 2)
  })
  // The evaluator allows no overlap at all, not even by a rounding error: stay below by a few units in the last place.
  return Math.max(0, room - room * 16 * Number.EPSILON)
}

const circles = centres.map((centre, index) => [...centre, radius(centre, index)])
writeFileSync(join(process.env.ANNEAL_OUT, 'circles.json'), JSON.stringify(circles))
