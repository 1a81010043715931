import type { Parser, SyntaxNode, Tree } from '@lezer/common'
import { parser as cpp } from '@lezer/cpp'
import { parser as javascript } from '@lezer/javascript'
import { parser as python } from '@lezer/python'

export type Language = 'javascript' | 'python' | 'cpp' | 'text'

/** A file's text and its tree; `tree` is null where no parser knows the language and lines must do. */
export type Source = { path: string; text: string; language: Language; tree: Tree | null }

const PARSERS: { language: Language; extension: RegExp; parser: Parser }[] = [
  { language: 'javascript', extension: /\.[mc]?ts$/i, parser: javascript.configure({ dialect: 'ts' }) },
  { language: 'javascript', extension: /\.([mc]?js|jsx)$/i, parser: javascript.configure({ dialect: 'jsx' }) },
  { language: 'javascript', extension: /\.tsx$/i, parser: javascript.configure({ dialect: 'ts jsx' }) },
  { language: 'python', extension: /\.pyi?$/i, parser: python },
  { language: 'cpp', extension: /\.(c|h|cc|hh|cpp|hpp|cxx|hxx|cu|cuh)$/i, parser: cpp },
]

/** Parses a text by its path's extension; the parsers are error-tolerant, so this never throws. */
export function parse(path: string, text: string): Source {
  const known = PARSERS.find(({ extension }) => extension.test(path))
  return { path, text, language: known?.language ?? 'text', tree: known?.parser.parse(text) ?? null }
}

/** How many places of the text its parser could not make sense of. */
export function errors({ tree }: Source): number {
  let count = 0
  tree?.iterate({
    enter(node) {
      if (node.type.isError) count++
    },
  })
  return count
}

/** The direct children of a node. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const all: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) all.push(child)
  return all
}
