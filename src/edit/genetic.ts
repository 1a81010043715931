import type { Attempt } from '../records/attempt.ts'
import type { Idea, Operator } from '../records/idea.ts'
import type { Random } from '../records/random.ts'
import type { Direction } from '../records/task.ts'
import { weighted } from './genetic/choose.ts'
import { mixLines, mixNumbers } from './genetic/crossover.ts'
import { literalMoves, type Memory, remember } from './genetic/memory.ts'
import { mutate } from './genetic/mutate.ts'
import { measured } from './genetic/points.ts'
import { digestOf, type GeneticFiles, type Program, programOf, sound, withNumbers } from './genetic/program.ts'
import { type GeneticRecipe, type LiteralMove, type Move, recipeOf } from './genetic/recipe.ts'
import { tuneMoves } from './genetic/tune.ts'
import { ideaOf } from './genetic/words.ts'

export type { GeneticFiles } from './genetic/program.ts'
export { GeneticRecipe } from './genetic/recipe.ts'

export type GeneticParent = { attempt: Attempt; files: GeneticFiles }
export type GeneticInput = {
  parent: GeneticParent
  /** The second parent of a crossover. */
  mate: GeneticParent | null
  operator: Operator
  /** All closed attempts so far, in order. */
  history: readonly Attempt[]
  direction: Direction
  random: Random
  /** The files of an earlier attempt, where they are at hand: a `debug` can then take a move back in part. */
  sources?: (attempt: number) => GeneticFiles | null
}
/** Only the changed files, what was tried in words, and what to remember of it. */
export type GeneticEdit = { files: Map<string, string>; idea: Idea; recipe: GeneticRecipe }

/** Edits that are drawn before giving up on one that parses and is new. */
const TRIES = 40

/**
 * An edit without a model: numbers are tuned, and statements and operators mutated, as genetic improvement of software
 * does (Petke et al., "Genetic Improvement of Software: a Comprehensive Survey", IEEE TEVC 2018). A pure function of its
 * input: all it has learned is folded from the recipes and scores in `history`. Null where there is nothing to change.
 */
export function genetic(input: GeneticInput): GeneticEdit | null {
  const program = programOf(input.parent.files)
  const memory = remember(input.history, input.direction)
  const context = { ...input, program, memory, points: once(() => pointsOf(input, program, memory)) }
  const own = digestOf(input.parent.files, new Map())
  for (let tries = 0; tries < TRIES; tries++) {
    const make = tries < TRIES / 2 ? MAKERS[input.operator] : fallback
    const edit = make(context)
    if (!edit || edit.changed.size === 0 || !sound(program, edit.changed)) continue
    const digest = digestOf(input.parent.files, edit.changed)
    if (digest === own || memory.programs.has(digest)) continue
    const recipe: GeneticRecipe = { editor: 'genetic', program: digest, moves: edit.moves }
    return { files: edit.changed, idea: ideaOf(edit.moves), recipe }
  }
  return null
}

/** The `tune` operator by itself, to be used beside a model: the numbers of the parent, changed without one. */
export function tune(input: Omit<GeneticInput, 'operator' | 'mate'>): GeneticEdit | null {
  return programOf(input.parent.files).groups.length > 0 ? genetic({ ...input, operator: 'tune', mate: null }) : null
}

type Context = GeneticInput & { program: Program; memory: Memory; points: () => ReturnType<typeof measured> }
type Draft = { changed: Map<string, string>; moves: Move[] }
type Maker = (context: Context) => Draft | null

const tuned = (context: Context, boldness = 1): Draft | null => {
  const { program, memory, random } = context
  return numbers(program, tuneMoves(program.groups, context.points(), memory, random, boldness))
}

function numbers(program: Program, moves: LiteralMove[]): Draft | null {
  return moves.length > 0 ? { changed: withNumbers(program, moves), moves } : null
}

const improve: Maker = ({ program, memory, random }) => {
  const file = weighted([...program.syntax.values()], ({ statements }) => statements.length, random)
  const mutation = file && mutate(file, memory, random)
  return file && mutation ? { changed: new Map([[file.path, mutation.text]]), moves: [mutation.move] } : null
}

const crossover: Maker = (context) => {
  const { parent, mate, program, random } = context
  if (!mate) return tuned(context)
  const moves = mixNumbers(program, mate.files, context.points(), random)
  if (moves.length > 0 && (sameCode(program, mate.files) || random() < 0.5)) return numbers(program, moves)
  const other = { attempt: mate.attempt.attempt, files: mate.files }
  return mixLines(parent.files, other, 0.1 + 0.8 * random(), random)
}

/** Whether two attempts differ in numbers only. */
function sameCode(program: Program, files: GeneticFiles): boolean {
  const theirs = new Map(
    programOf(files).groups.flatMap(({ coordinates }) => coordinates.map(({ key, literal }) => [key, literal.value])),
  )
  const moves = program.groups.flatMap(({ coordinates }) =>
    coordinates.flatMap(({ key, literal }): LiteralMove[] => {
      const to = theirs.get(key) ?? literal.value
      return to === literal.value ? [] : [{ kind: 'literal', key, from: literal.value, to, how: 'mate' }]
    }),
  )
  return digestOf(program.files, withNumbers(program, moves)) === digestOf(files, new Map())
}

/** The parent's last move is taken back in part, or made smaller. */
const debug: Maker = (context) => {
  const { parent, program, memory, random, sources } = context
  const last = literalMoves(recipeOf(parent.attempt) ?? { editor: 'genetic', program: '', moves: [] })
  if (last.length > 0) {
    const share = random()
    const back = new Map(last.map((move) => [move.key, move]))
    const moves = program.groups.flatMap(({ coordinates }) =>
      coordinates.flatMap(({ key, literal }): LiteralMove[] => {
        const move = back.get(key)
        if (!move || move.to !== literal.value || (last.length > 1 && random() < share)) return []
        const middle = move.from + (move.to - move.from) * random() * 0.7
        const to = literal.isInteger ? Math.round(middle) : Number(middle.toPrecision(4))
        return to === literal.value ? [] : [{ kind: 'literal', key, from: literal.value, to, how: 'shrink' }]
      }),
    )
    if (moves.length > 0) return numbers(program, moves)
  }
  const above = memory.byNumber.get(parent.attempt.parents[0] ?? -1)
  const files = above && sources?.(above.attempt)
  if (above && files && random() < 0.8) return mixLines(parent.files, { attempt: above.attempt, files }, 0.7, random)
  return improve(context)
}

/** A bigger jump: a few mutations on top of one another, or a bold step of many numbers. */
const draft: Maker = (context) => {
  const { program, random } = context
  const hasNumbers = program.groups.length > 0
  if (hasNumbers && random() < 0.6) return tuned(context, 3)
  let changed = new Map<string, string>()
  const moves: Move[] = []
  for (let left = 2 + Math.floor(random() * 2); left > 0; left--) {
    const files = new Map([...context.parent.files, ...changed])
    const next = improve({ ...context, program: programOf(files) })
    if (!next || !sound(program, next.changed)) continue
    changed = new Map([...changed, ...next.changed])
    moves.push(...next.moves)
  }
  return moves.length > 0 ? { changed, moves } : null
}

/** Where an operator finds nothing new to do, whatever else does. */
const fallback: Maker = (context) => (context.random() < 0.5 ? tuned(context, 2) : improve(context))

const MAKERS: Record<Operator, Maker> = {
  baseline: () => null,
  tune: (context) => tuned(context),
  improve,
  crossover,
  debug,
  draft,
}

function pointsOf({ parent, history, direction }: GeneticInput, program: Program, memory: Memory) {
  return measured(parent.attempt, program.groups, history, memory, direction)
}

function once<T extends object>(make: () => T): () => T {
  let made: T | null = null
  return () => {
    made ??= make()
    return made
  }
}
