import type { SyntaxNode } from '@lezer/common'
import type { Source } from './parse.ts'

/** A piece of a file that can be deleted, copied or moved as a unit. `block` tells the statements of one block. */
export type Statement = {
  from: number
  to: number
  kind: string
  depth: number
  block: number
  indent: string
  inLoop: boolean
  inFunction: boolean
}

const BLOCKS = /^(Script|Program|Block|Body|CompoundStatement)$/
const LEFT_ALONE = /^(Import|Export|Preproc|Using|Namespace)|Comment$|^[^\w]|^⚠$/
const LOOPS = /^(For|While|Do)\w*Statement$|^ForRangeLoop$/
const FUNCTIONS = /^(Function|Method|Arrow|Lambda)\w*$/

/** The statements of a file, in order; lines where there is no parser. */
export function statements(source: Source): Statement[] {
  if (!source.tree) return lines(source.text)
  const found: Statement[] = []
  source.tree.iterate({
    enter({ name, node }) {
      const above = node.parent
      if (!above || !BLOCKS.test(above.name) || LEFT_ALONE.test(name)) return
      if (name === 'Block' && FUNCTIONS.test(above.name)) return
      const indent = indentAt(source.text, node.from)
      if (source.language === 'python' && !ownsItsLine(source.text, node.from)) return
      const to = node.from + source.text.slice(node.from, node.to).trimEnd().length
      found.push({ from: node.from, to, kind: name, block: above.from, indent, ...around(above) })
    },
  })
  return found
}

function around(node: SyntaxNode): Pick<Statement, 'depth' | 'inLoop' | 'inFunction'> {
  let depth = 0
  let inLoop = false
  let inFunction = false
  for (let at: SyntaxNode | null = node; at; at = at.parent) {
    if (BLOCKS.test(at.name)) depth++
    if (!inFunction && LOOPS.test(at.name)) inLoop = true
    if (FUNCTIONS.test(at.name)) inFunction = true
  }
  return { depth: depth - 1, inLoop, inFunction }
}

/** The white space that the line of an offset begins with. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? ''
}

function ownsItsLine(text: string, from: number): boolean {
  return text.slice(text.lastIndexOf('\n', from - 1) + 1, from).trim() === ''
}

function lines(text: string): Statement[] {
  const found: Statement[] = []
  let from = 0
  for (const line of text.split('\n')) {
    const indent = /^\s*/.exec(line)?.[0] ?? ''
    const to = from + line.trimEnd().length
    const common = { kind: 'Line', depth: indent.length, block: indent.length, inLoop: false, inFunction: false }
    if (line.trim()) found.push({ from: from + indent.length, to, indent, ...common })
    from += line.length + 1
  }
  return found
}

/** A statement's text as it would stand at another indentation. */
export function reindent(text: string, from: string, to: string): string {
  return text
    .split('\n')
    .map((line, index) => (index > 0 && line.startsWith(from) ? to + line.slice(from.length) : line))
    .join('\n')
}
