import type { Idea } from '../../records/idea.ts'
import type { CodeMove, HunkMove, LiteralMove, Move } from './recipe.ts'

/** The idea that some moves amount to, told as they are. */
export function ideaOf(moves: readonly Move[]): Idea {
  const numbers = moves.filter((move) => move.kind === 'literal')
  const code = moves.filter((move) => move.kind === 'code')
  const lines = moves.filter((move) => move.kind === 'hunk')
  const parts = [...code.map(codeWords), ...lineWords(lines), ...numberWords(numbers)]
  const plan = [
    ...code.map(codeWords),
    ...lines.map(({ path, line, other }) => `${path}, line ${line + 1}: take the lines of attempt ${other}`),
    ...numbers.map(({ key, from, to, how }) => `${key}: ${short(from)} → ${short(to)} (${how})`),
  ]
  return {
    title: clipped(capital(parts.join('; ')) || 'Change nothing', 200),
    hypothesis: clipped(hypothesisOf(numbers, code, lines), 4000),
    plan: clipped(plan.join('\n'), 20_000),
    expected: 'A better score than the parent; nothing is known of how much.',
    cites: [],
  }
}

function hypothesisOf(numbers: LiteralMove[], code: CodeMove[], lines: HunkMove[]): string {
  if (lines.length > 0) return 'What is good in two attempts may be better together.'
  if (code.length > 0)
    return 'The program may do as well or better with this change; genetic improvement tries and measures.'
  if (numbers.some(({ how }) => how === 'extend')) return 'A step that paid may pay again in the same direction.'
  if (numbers.some(({ how }) => how === 'combine' || how === 'mate')) return 'Steps that paid apart may pay together.'
  if (numbers.some(({ how }) => how === 'shrink')) return 'The last step may have been right in direction and too long.'
  return 'The score depends on these numbers, and earlier measurements do not speak against these values.'
}

const VERBS: Record<CodeMove['change'], string> = {
  delete: 'delete',
  copy: 'copy',
  swap: 'swap',
  move: 'move',
  replace: 'replace',
  operator: 'change operator in',
  leave: 'insert',
  hoist: 'compute once',
}

const codeWords = ({ change, path, text }: CodeMove): string => `${VERBS[change]} ${text} (${path})`

function lineWords(lines: readonly HunkMove[]): string[] {
  const first = lines[0]
  return first ? [`take ${count(lines.length, 'hunk')} of attempt ${first.other} in ${first.path}`] : []
}

function numberWords(numbers: readonly LiteralMove[]): string[] {
  const first = numbers[0]
  if (!first) return []
  const path = first.key.slice(0, first.key.lastIndexOf(':'))
  const some = numbers.slice(0, 4).map(({ from, to }) => `${short(from)} → ${short(to)}`)
  return [`tune ${count(numbers.length, 'number')} in ${path}: ${some.join(', ')}${numbers.length > 4 ? ', …' : ''}`]
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`
const short = (value: number): string => String(Number(value.toPrecision(4)))
const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
const clipped = (text: string, limit: number): string => (text.length > limit ? `${text.slice(0, limit - 1)}…` : text)
