import type { Source } from './parse.ts'

/** An operator or truth value, and what may stand in its place. */
export type OperatorToken = { from: number; to: number; text: string; replacements: readonly string[] }

const COMPARE = ['<', '<=', '>', '>=']
const SETS: { only?: Source['language']; tokens: string[] }[] = [
  { tokens: COMPARE },
  { tokens: ['==', '!='] },
  { only: 'javascript', tokens: ['===', '!=='] },
  { only: 'python', tokens: ['and', 'or'] },
  { only: 'python', tokens: ['True', 'False'] },
  { only: 'python', tokens: ['//=', '/=', '*='] },
  { only: 'python', tokens: ['//', '/', '*'] },
  { tokens: ['&&', '||'] },
  { tokens: ['+', '-'] },
  { tokens: ['*', '/'] },
  { tokens: ['+=', '-='] },
  { tokens: ['*=', '/='] },
  { tokens: ['<<', '>>'] },
  { tokens: ['&', '|', '^'] },
  { tokens: ['true', 'false'] },
  { tokens: ['++', '--'] },
]
const NODES = /^(CompareOp|ArithOp|LogicOp|BitOp|UpdateOp|BooleanLiteral|Boolean|True|False|true|false|and|or)$/

/** The operators of a file that a search may exchange; none where there is no parser. */
export function operators(source: Source): OperatorToken[] {
  const found: OperatorToken[] = []
  source.tree?.iterate({
    enter({ name, node, from, to }) {
      if (!NODES.test(name) || node.firstChild) return
      if (node.parent?.name === 'UnaryExpression') return
      const text = source.text.slice(from, to)
      const replacements = replacementsOf(text, source.language)
      if (replacements.length > 0) found.push({ from, to, text, replacements })
    },
  })
  return found
}

function replacementsOf(text: string, language: Source['language']): string[] {
  const set = SETS.find(({ only, tokens }) => (only === undefined || only === language) && tokens.includes(text))
  return (set?.tokens ?? []).filter((token) => token !== text)
}
