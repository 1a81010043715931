import { createHash } from 'node:crypto'
import type { Literal } from '../../syntax/literals.ts'
import { writeNumber } from '../../syntax/literals.ts'
import { normalise } from '../../syntax/normalise.ts'
import { errors, parse } from '../../syntax/parse.ts'
import { type Syntax, syntax } from '../../syntax/syntax.ts'
import { changeable } from '../markers.ts'
import { type Group, groups } from './coordinates.ts'
import type { LiteralMove } from './recipe.ts'
import { splice } from './splice.ts'

/** The editable text files of one attempt, by path. */
export type GeneticFiles = ReadonlyMap<string, string>

/** Files as the editor sees them. */
export type Program = { files: GeneticFiles; syntax: ReadonlyMap<string, Syntax>; groups: readonly Group[] }

/** Files larger than this are data: they are carried along and never changed. */
const LARGEST = 400_000

const remembered = new WeakMap<GeneticFiles, Program>()

/** Parses the files of an attempt; files are never changed in place, so each set is parsed once. */
export function programOf(files: GeneticFiles): Program {
  const known = remembered.get(files)
  if (known) return known
  const paths = [...files.keys()].sort()
  const entries = paths.flatMap((path): [string, Syntax][] => {
    const text = files.get(path) ?? ''
    return text.length > LARGEST || text.includes('\0') ? [] : [[path, changeable(syntax(path, text))]]
  })
  const numbers = new Map<string, Literal[]>(entries.map(([path, { literals }]) => [path, literals]))
  const program = { files, syntax: new Map(entries), groups: groups(numbers) }
  remembered.set(files, program)
  return program
}

/** The files with some numbers changed. */
export function withNumbers(program: Program, moves: readonly LiteralMove[]): Map<string, string> {
  const byKey = new Map(moves.map((move) => [move.key, move]))
  const changed = new Map<string, string>()
  for (const [path, { text }] of program.syntax) {
    const splices = program.groups
      .flatMap(({ coordinates }) => coordinates)
      .flatMap(({ key, path: own, literal }) => {
        const move = own === path ? byKey.get(key) : undefined
        if (!move) return []
        const { from, to } = literal
        return [{ from, to, text: writeNumber(literal, move.to, text.slice(Math.max(0, from - 1), from)) }]
      })
    const next = splice(text, splices)
    if (next !== text) changed.set(path, next)
  }
  return changed
}

/** Whether each changed file parses with no error that its parent did not have. */
export function sound(program: Program, changed: ReadonlyMap<string, string>): boolean {
  return [...changed].every(([path, text]) => errors(parse(path, text)) <= (program.syntax.get(path)?.errors ?? 0))
}

const streams = new WeakMap<GeneticFiles, Map<string, string>>()

/** A digest of the whole program, the same for texts that differ in comments and layout only. */
export function digestOf(files: GeneticFiles, changed: ReadonlyMap<string, string>): string {
  const known = streams.get(files) ?? new Map<string, string>()
  streams.set(files, known)
  const hash = createHash('sha256')
  for (const path of [...new Set([...files.keys(), ...changed.keys()])].sort()) {
    const next = changed.get(path)
    const stream =
      next === undefined ? (known.get(path) ?? streamOf(path, files.get(path) ?? '')) : streamOf(path, next)
    if (next === undefined) known.set(path, stream)
    hash.update(`${path}\0${stream}\0`)
  }
  return hash.digest('base64url').slice(0, 16)
}

const streamOf = (path: string, text: string): string => (text.length > LARGEST ? text : normalise(path, text))
