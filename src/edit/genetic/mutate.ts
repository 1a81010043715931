import type { Random } from '../../records/random.ts'
import type { OperatorToken } from '../../syntax/operators.ts'
import { reindent, type Statement } from '../../syntax/statements.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { pick, weighted } from './choose.ts'
import type { Memory, PlaceCredit } from './memory.ts'
import { type CodeMove, digest } from './recipe.ts'
import { type Splice, splice } from './splice.ts'

export type Mutation = { move: CodeMove; text: string }

/**
 * One change of statements or operators, such as genetic improvement makes (Langdon & Harman, "Optimizing existing
 * software with genetic programming", IEEE TEVC 2015; PyGGI: An et al., ESEC/FSE 2019). It may not parse: the caller looks.
 */
export function mutate(file: Syntax, memory: Memory, random: Random): Mutation | null {
  const change = weighted(Object.keys(CHANGES) as CodeMove['change'][], (name) => CHANGES[name]?.share ?? 0, random)
  return change ? (CHANGES[change]?.make({ file, memory, random }) ?? null) : null
}

type Context = { file: Syntax; memory: Memory; random: Random }
type Change = { share: number; make: (context: Context) => Mutation | null }

const textOf = ({ text }: Syntax, { from, to }: { from: number; to: number }): string => text.slice(from, to)
const isSmall = ({ kind }: Statement): boolean => !/^(Function|Class|Decorated|Template)/.test(kind)

const operator: Change = {
  share: 4,
  make: ({ file, memory, random }) => {
    const token = weighted(file.operators, (one) => weightOf(memory, placeOf(file, one)), random)
    const text = token && pick(token.replacements, random)
    if (!token || text === undefined) return null
    const shown = `${lineOf(file, token)}: ${token.text} → ${text}`
    return made(file, 'operator', placeOf(file, token), shown, [{ from: token.from, to: token.to, text }])
  },
}

const remove: Change = {
  share: 3,
  make: (context) => {
    const target = statement(context, isSmall)
    if (!target) return null
    return made(context.file, 'delete', placeOf(context.file, target), shortOf(context.file, target), [
      { from: target.from, to: target.to, text: nothing(context.file) },
    ])
  },
}

const copy: Change = {
  share: 1.5,
  make: (context) => inserted(context, 'copy', []),
}

const move: Change = {
  share: 1.5,
  make: (context) => {
    const source = statement(context, isSmall)
    if (!source) return null
    return inserted(context, 'move', [{ from: source.from, to: source.to, text: nothing(context.file) }], source)
  },
}

const swap: Change = {
  share: 2,
  make: (context) => {
    const { file, random } = context
    const one = statement(context, isSmall)
    const other =
      one &&
      pick(
        file.statements.filter((s) => isSmall(s) && s.block === one.block && s !== one),
        random,
      )
    if (!one || !other || textOf(file, one) === textOf(file, other)) return null
    return made(file, 'swap', placeOf(file, one), `${shortOf(file, one)} ⇄ ${shortOf(file, other)}`, [
      { from: one.from, to: one.to, text: reindent(textOf(file, other), other.indent, one.indent) },
      { from: other.from, to: other.to, text: reindent(textOf(file, one), one.indent, other.indent) },
    ])
  },
}

const replace: Change = {
  share: 2,
  make: (context) => {
    const { file, random } = context
    const target = statement(context, isSmall)
    const source =
      target &&
      pick(
        file.statements.filter((s) => isSmall(s) && !overlap(s, target)),
        random,
      )
    if (!target || !source || textOf(file, source) === textOf(file, target)) return null
    const text = reindent(textOf(file, source), source.indent, target.indent)
    const shown = `${shortOf(file, target)} by ${shortOf(file, source)}`
    return made(file, 'replace', placeOf(file, target), shown, [{ from: target.from, to: target.to, text }])
  },
}

const leave: Change = {
  share: 1,
  make: (context) => {
    const { file, random } = context
    if (file.language === 'text') return null
    const target = statement(context, (s) => s.inLoop)
    const word = target && pick(target.inFunction ? ['break', 'continue', 'return'] : ['break', 'continue'], random)
    if (!target || !word) return null
    const end = file.language === 'python' ? '' : ';'
    const shown = `${word} after ${shortOf(file, target)}`
    return made(file, 'leave', placeOf(file, target), shown, [after(target, `${word}${end}`)])
  },
}

const CALL = /\b(?:Math|math|np)\.[a-z]\w*\([\w.\s+*/[\]-]+\)|\b[a-zA-Z_]\w*\.length\b|\b[a-zA-Z_]\w*(?:\[\w+\])+/g

/** An expression that stands more than once in a statement is computed before it, once. */
const hoist: Change = {
  share: 1,
  make: (context) => {
    const { file, random } = context
    const target = statement(context, (s) => isSmall(s) && s.depth > 0)
    if (!target || file.language === 'text' || file.language === 'cpp') return null
    const text = textOf(file, target)
    const counts = Map.groupBy(text.match(CALL) ?? [], (expression) => expression)
    const repeated = pick(
      [...counts].filter(([, uses]) => uses.length > 1).map(([expression]) => expression),
      random,
    )
    if (!repeated || text.includes(`${repeated} =`)) return null
    const name = `once_${digest(repeated).replace(/\W/g, '').slice(0, 4)}`
    const define = file.language === 'javascript' ? `const ${name} = ${repeated}` : `${name} = ${repeated}`
    const body = text.replaceAll(repeated, name)
    const shown = `${repeated} before ${shortOf(file, target)}`
    return made(file, 'hoist', placeOf(file, target), shown, [
      { from: target.from, to: target.to, text: `${define}\n${target.indent}${body}` },
    ])
  },
}

const CHANGES: Partial<Record<CodeMove['change'], Change>> = {
  operator,
  delete: remove,
  copy,
  move,
  swap,
  replace,
  leave,
  hoist,
}

function inserted(context: Context, change: CodeMove['change'], first: Splice[], from?: Statement): Mutation | null {
  const { file, random } = context
  const source = from ?? pick(file.statements.filter(isSmall), random)
  const target = statement(context, (s) => isSmall(s) && (!from || !overlap(s, from)))
  if (!source || !target) return null
  const text = reindent(textOf(file, source), source.indent, target.indent)
  const shown = `${shortOf(file, source)} after ${shortOf(file, target)}`
  return made(file, change, placeOf(file, target), shown, [...first, after(target, text)])
}

const after = ({ to, indent }: Statement, text: string): Splice => ({ from: to, to, text: `\n${indent}${text}` })
const nothing = ({ language }: Syntax): string => (language === 'python' ? 'pass' : language === 'text' ? '' : ';')
const overlap = (a: Statement, b: Statement): boolean => a.from < b.to && b.from < a.to

function statement(context: Context, allowed: (statement: Statement) => boolean): Statement | undefined {
  const { file, memory, random } = context
  const weight = (one: Statement) => weightOf(memory, placeOf(file, one)) * (one.depth > 0 ? 2 : 1)
  return weighted(file.statements.filter(allowed), weight, random)
}

/** A place's name: its file and what stands there, so that it is known again when lines have moved. */
function placeOf(file: Syntax, span: Statement | OperatorToken): string {
  const around = 'kind' in span ? textOf(file, span) : `${lineOf(file, span)}|${span.text}`
  return digest(`${file.path}:${around.replace(/\s+/g, ' ')}`)
}

/** Places that broke the program are chosen less, those that paid more; those that did nothing are known. */
function weightOf(memory: Memory, place: string): number {
  const { tries, gains, neutral, failures }: PlaceCredit = memory.places.get(place) ?? {
    tries: 0,
    gains: 0,
    neutral: 0,
    failures: 0,
  }
  return (1 + 3 * gains) / (1 + 0.3 * tries + failures + 0.5 * neutral)
}

function lineOf({ text }: Syntax, { from }: { from: number }): string {
  const end = text.indexOf('\n', from)
  return text
    .slice(text.lastIndexOf('\n', from - 1) + 1, end < 0 ? text.length : end)
    .trim()
    .slice(0, 80)
}

const shortOf = (file: Syntax, span: Statement): string => `"${lineOf(file, span).slice(0, 60)}"`

function made(file: Syntax, change: CodeMove['change'], at: string, text: string, splices: Splice[]): Mutation {
  const move: CodeMove = { kind: 'code', change, path: file.path, at, text: text.slice(0, 300) }
  return { move, text: splice(file.text, splices) }
}
