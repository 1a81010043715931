import type { Attempt, Opening } from '../../src/records/attempt.ts'
import type { Random } from '../../src/records/random.ts'
import { seeded } from '../../src/records/random.ts'

/** A program as a landscape sees it: the levels of its parts, the family of its approach, and what a repair would bring out. */
export type Program = { family: number; levels: readonly number[]; hidden?: Program }

/** A simulated proposer with hidden structure: what becomes of a program by an operator, and what it then scores. */
export type Landscape = {
  name: string
  baseline: Program
  offspring(operator: Opening['operator'], parents: readonly Program[], random: Random): Program | Broken
  score(program: Program): number
}
/** A failure, with the program that a successful repair would give. */
export type Broken = { broken: Program }

const exponential = (mean: number, random: Random) => -mean * Math.log(1 - random())
const between = (low: number, high: number, random: Random) => low + (high - low) * random()

/** What differs from world to world, so that there is something to learn: how often edits break, are mended, and crossing works. */
const world = (seed: number, salt: number) => {
  const random = seeded(seed, salt)
  return {
    breaks: between(0.05, 0.4, random),
    mends: between(0.1, 0.8, random),
    crosses: between(0, 0.6, random),
    helps: between(0.1, 0.4, random),
  }
}

/** One smooth hill: the nearer the top, the rarer and smaller a gain. */
export function hill(seed: number): Landscape {
  const { breaks, mends, crosses, helps } = world(seed, 1)
  const at = (level: number): Program => ({ family: 0, levels: [Math.max(0, Math.min(1, level))] })
  const step = (level: number, size: number, random: Random) =>
    random() < helps * (1 - level) + 0.02
      ? at(level + (1 - level) * exponential(size, random))
      : at(level - exponential(0.05, random))
  return {
    name: 'hill',
    baseline: at(0.1),
    score: ({ levels }) => 100 * (levels[0] ?? 0),
    offspring(operator, [first = at(0), second = first], random) {
      const [level = 0] = first.levels
      if (operator === 'debug')
        return first.hidden && random() < mends ? first.hidden : { broken: first.hidden ?? first }
      const next =
        operator === 'draft'
          ? at(between(0.1, 0.4, random))
          : operator === 'crossover'
            ? random() < crosses
              ? at(Math.max(level, second.levels[0] ?? 0) + exponential(0.02, random))
              : at(Math.min(level, second.levels[0] ?? 0))
            : step(level, operator === 'tune' ? 0.02 : 0.1, random)
      return operator !== 'tune' && random() < breaks ? { broken: next } : next
    },
  }
}

const FAMILIES = [
  { share: 0.45, ceiling: 45, start: 30 },
  { share: 0.3, ceiling: 65, start: 22 },
  { share: 0.17, ceiling: 85, start: 15 },
  { share: 0.08, ceiling: 100, start: 10 },
]

/** Families of approaches: the common ones begin well and end early, the rare ones begin badly and go far. */
export function families(seed: number): Landscape {
  const baseline: Program = { family: 0, levels: [20] }
  const { breaks, mends, crosses, helps } = world(seed, 2)
  const ceiling = (family: number) => FAMILIES[family]?.ceiling ?? 40
  const grow = (program: Program, size: number, random: Random): Program => {
    const [level = 0] = program.levels
    const room = Math.max(0, ceiling(program.family) - level)
    return random() < helps * Math.min(1, room / 15) + 0.01
      ? { family: program.family, levels: [level + room * Math.min(1, exponential(size, random))] }
      : { family: program.family, levels: [Math.max(0, level - exponential(4, random))] }
  }
  return {
    name: 'families',
    baseline,
    score: ({ levels }) => levels[0] ?? 0,
    offspring(operator, [first = baseline, second = first], random) {
      if (operator === 'debug')
        return first.hidden && random() < mends ? first.hidden : { broken: first.hidden ?? first }
      const draft = (): Program => {
        let left = random()
        let family = 0
        for (; family < FAMILIES.length - 1; family++) {
          left -= FAMILIES[family]?.share ?? 0
          if (left < 0) break
        }
        return { family, levels: [(FAMILIES[family]?.start ?? 0) * between(0.7, 1.3, random)] }
      }
      const next =
        operator === 'draft'
          ? draft()
          : operator === 'crossover'
            ? random() < crosses && first.family === second.family
              ? grow(first, 0.2, random)
              : { family: first.family, levels: [(first.levels[0] ?? 0) * 0.8] }
            : grow(first, operator === 'tune' ? 0.04 : 0.15, random)
      return operator !== 'tune' && random() < breaks ? { broken: next } : next
    },
  }
}

const PARTS = 8
const LEVELS = 6
const STEEP = 3

/** A program of parts that are bettered one at a time. The steep steps break at first and have to be mended; crossing unites what two programs do well. */
export function parts(seed: number): Landscape {
  const { breaks, mends, crosses, helps } = world(seed, 3)
  const of = (levels: readonly number[]): Program => ({ family: 0, levels })
  const baseline = of(Array.from({ length: PARTS }, () => 0))
  return {
    name: 'parts',
    baseline,
    score: ({ levels }) => (100 * levels.reduce((sum, level) => sum + level, 0)) / (PARTS * LEVELS),
    offspring(operator, [first = baseline, second = first], random) {
      if (operator === 'debug')
        return first.hidden && random() < mends ? first.hidden : { broken: first.hidden ?? first }
      const part = Math.floor(random() * PARTS)
      if (operator === 'draft') {
        const drawn = of(Array.from({ length: PARTS }, () => Number(random() < 0.25)))
        return random() < breaks ? { broken: drawn } : drawn
      }
      if (operator === 'crossover') {
        const united = of(first.levels.map((level, index) => Math.max(level, second.levels[index] ?? 0)))
        return random() < crosses
          ? united
          : random() < breaks
            ? { broken: united }
            : of(first.levels.map((level, index) => (random() < 0.5 ? level : (second.levels[index] ?? 0))))
      }
      const moved = (by: number) =>
        of(first.levels.map((level, index) => (index === part ? Math.max(0, Math.min(LEVELS, level + by)) : level)))
      const here = first.levels[part] ?? 0
      if (random() >= helps * (operator === 'tune' ? 0.3 : 1))
        return random() < breaks ? { broken: moved(-1) } : moved(-1)
      return here >= STEEP && random() < 0.6 ? { broken: moved(2) } : moved(1)
    },
  }
}

export const landscapes = { hill, families, parts }

/** What became of an opening: an attempt as the loop would close it, and the program behind it. */
export function outcome(
  landscape: Landscape,
  opening: Opening,
  programs: ReadonlyMap<number, Program>,
  seed: number,
): { attempt: Attempt; program: Program } {
  const random = seeded(seed, opening.attempt, 77)
  const above = opening.parents.flatMap((parent) => programs.get(parent) ?? [])
  const made =
    opening.operator === 'baseline' ? landscape.baseline : landscape.offspring(opening.operator, above, random)
  const broken = 'broken' in made
  const program: Program = broken ? { family: -1, levels: [], hidden: made.broken } : made
  const score = broken ? null : landscape.score(program)
  return { program, attempt: attemptOf(opening, score, program) }
}

export function attemptOf(opening: Opening, score: number | null, { levels, family }: Program): Attempt {
  const changed = levels.reduce((sum, level) => sum + Math.ceil(level), 0)
  return {
    ...opening,
    status: score === null ? 'failed' : 'scored',
    reason: score === null ? 'it broke' : null,
    score,
    metrics: {},
    branch: null,
    commit: `c${opening.attempt}`,
    tree: `t${opening.attempt}`,
    idea: { title: `idea ${opening.attempt}`, hypothesis: '', plan: '', expected: '', cites: [] },
    files: [{ path: 'a.py', added: 1 + (changed % 7), removed: family >= 0 ? family : 0 }],
    diff: levels.map((level, index) => `+part${index} = level${level}`).join('\n'),
    evaluation: null,
    signs: [],
    seconds: { ideate: 1, edit: 1, execute: 1, evaluate: 1 },
    usd: 0,
    tokens: opening.operator === 'tune' ? 0 : 1000,
    shown: [],
    lessons: [],
  }
}
