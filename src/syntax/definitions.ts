import type { SyntaxNode } from '@lezer/common'
import type { Source } from './parse.ts'

/** Something with a name: a function, a class, or a variable at the top of a file. */
export type Definition = { kind: 'function' | 'class' | 'variable'; name: string; from: number; to: number }

const KINDS: Record<string, Definition['kind']> = {
  FunctionDeclaration: 'function',
  FunctionDefinition: 'function',
  MethodDeclaration: 'function',
  ClassDeclaration: 'class',
  ClassDefinition: 'class',
  ClassSpecifier: 'class',
  StructSpecifier: 'class',
  InterfaceDeclaration: 'class',
  EnumDeclaration: 'class',
  VariableDeclaration: 'variable',
  AssignStatement: 'variable',
  Declaration: 'variable',
}
const NAMES = new Set([
  'VariableDefinition',
  'VariableName',
  'PropertyDefinition',
  'PrivatePropertyDefinition',
  'TypeDefinition',
  'Identifier',
  'FieldIdentifier',
  'TypeIdentifier',
])
const DECLARATORS = new Set([
  'InitDeclarator',
  'ArrayDeclarator',
  'FunctionDeclarator',
  'PointerDeclarator',
  'ScopedIdentifier',
])

/** The name that a defining node gives, or null. */
export function nameOf(node: SyntaxNode, text: string): string | null {
  const declarator = node.name === 'FunctionDefinition' || node.name === 'Declaration'
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (DECLARATORS.has(child.name)) return nameOf(child, text)
    const typeOfDeclarator = declarator && child.name === 'TypeIdentifier'
    if (NAMES.has(child.name) && !typeOfDeclarator) return text.slice(child.from, child.to)
    if (child.name === 'Equals' || child.name === 'AssignOp') return null
  }
  return null
}

/** The named functions, classes and top-level variables of a file, outermost first. */
export function definitions(source: Source): Definition[] {
  const found: Definition[] = []
  source.tree?.iterate({
    enter(reference) {
      const kind = KINDS[reference.name]
      if (!kind) return
      const node = reference.node
      const above = node.parent?.name ?? ''
      if (kind === 'variable' && !/^(Script|Program|ExportDeclaration)$/.test(above)) return
      const name = nameOf(node, source.text)
      if (name !== null) found.push({ kind, name, from: node.from, to: node.to })
    },
  })
  return found
}

const OWNERS =
  /^(Function|Method|Class|Struct|Variable|Property)\w*(Declaration|Definition|Specifier)$|^(Assign|Update)Statement$|^InitDeclarator$/

/** The names of what a node stands in, outermost first, such as `solve/step`: an identity that outlives edits elsewhere. */
export function ownerOf(node: SyntaxNode, text: string): string {
  const names: string[] = []
  for (let at = node.parent; at; at = at.parent) {
    if (at.name === 'AssignmentExpression' && at.firstChild)
      names.push(text.slice(at.firstChild.from, Math.min(at.firstChild.to, at.firstChild.from + 40)))
    else if (OWNERS.test(at.name)) names.push(nameOf(at, text) ?? '')
  }
  return names.filter(Boolean).reverse().join('/')
}
