import type { SyntaxNode } from '@lezer/common'
import { ownerOf } from './definitions.ts'
import { children, type Source } from './parse.ts'

/**
 * A number in the program. `key` names it by what it stands in and its ordinal there. Numbers of one record in a list
 * of records, such as [x, y], share a `group` and have a `column`; all numbers of one outermost list share a `list`.
 */
export type Literal = {
  from: number
  to: number
  text: string
  value: number
  isInteger: boolean
  key: string
  group: number | null
  list: number | null
  column: number
  /** A place where a change is more likely to break than to help: an index, a label, a shape. */
  delicate: boolean
  /** Where a bare minus sign is safe: an element of a list or an argument. */
  bare: boolean
}

const NUMBER =
  /^(-?)\s*(0[xX][\da-fA-F_']+|0[bB][01_']+|0o[0-7_]+|(?:\d[\d_']*)?\.?[\d_']*(?:[eE][+-]?\d[\d_]*)?)([a-zA-Z]*)$/
const CONTAINERS = /^(Array|Tuple|Set|Dictionary|Object)Expression$|^InitializerList$/
const INDEX = /^(MemberExpression|SubscriptExpression|SliceExpression|ArrayDeclarator|CaseLabel|CaseStatement)$/
const SKIPPED = /^(TypeAnnotation|LiteralType|ArrayType|TupleType|TemplateArgumentList|EnumeratorList)$/

type Read = { value: number; isInteger: boolean; suffix: string }

/** What a number's text says, or null where it is better left alone (imaginary, legacy octal, not finite). */
export function readNumber(text: string): Read | null {
  const match = NUMBER.exec(text)
  const digits = (match?.[2] ?? '').replace(/[_']/g, '')
  if (!match || !/\d/.test(digits) || /^0\d/.test(digits)) return null
  const suffix = match[3] ?? ''
  if (!/^([fFlLuUzZn]*|[iu](8|16|32|64))$/.test(suffix)) return null
  const magnitude = Number(digits)
  if (!Number.isFinite(magnitude)) return null
  const isInteger = /^0[xXbBo]/.test(digits) || (/^\d+$/.test(digits) && !/f/i.test(suffix))
  return { value: match[1] ? -magnitude : magnitude, isInteger, suffix }
}

/** The text for a number in a literal's place, in the literal's own style; the same text where the value is the same. */
export function writeNumber(literal: Literal, value: number, before = ''): string {
  const read = readNumber(literal.text)
  if (value === literal.value || !read || !Number.isFinite(value)) return literal.text
  const magnitude = Math.abs(value)
  const digits = literal.isInteger
    ? integerText(literal.text, Math.round(magnitude))
    : fractionText(Number(magnitude.toPrecision(8)))
  const text = digits + read.suffix
  const negative = value < 0 && Number(digits) !== 0
  if (!negative) return literal.text.startsWith('-') && /[\w$]/.test(before) ? ` ${text}` : text
  return literal.text.startsWith('-') || literal.bare ? `-${text}` : `(-${text})`
}

function integerText(text: string, magnitude: number): string {
  if (/0[xX]/.test(text)) return `0x${magnitude.toString(16)}`
  return BigInt(magnitude).toString()
}

function fractionText(magnitude: number): string {
  const text = String(magnitude)
  return /[.e]/.test(text) ? text : `${text}.0`
}

/** The numeric literals of a file that a search may change, in order. */
export function literals(source: Source): Literal[] {
  const bare = source.tree ? inTree(source) : inLines(source)
  const counts = new Map<string, number>()
  return bare.map(({ owner, ...literal }) => {
    const ordinal = counts.get(owner) ?? 0
    counts.set(owner, ordinal + 1)
    return { ...literal, key: `${source.path}:${owner}#${ordinal}` }
  })
}

type Found = Omit<Literal, 'key'> & { owner: string }

function inTree(source: Source): Found[] {
  const found: Found[] = []
  const owners = new Map<string, string>()
  const shapes = new Map<number, Shape>()
  source.tree?.iterate({
    enter(reference) {
      if (SKIPPED.test(reference.name)) return false
      if (reference.name === 'PreprocArg') {
        const text = source.text.slice(reference.from, reference.to)
        const at = reference.from + text.length - text.trimStart().length
        push(found, source, { from: at, to: at + text.trim().length }, defined(reference.node, source.text))
        return
      }
      if (!/^Number(Literal)?$/.test(reference.name)) return
      const number = reference.node
      const node = signed(number, source.text)
      const above = node.parent
      if (!above || isKey(node)) return
      const place = `${above.from}:${above.to}`
      const owner = owners.get(place) ?? ownerOf(node, source.text)
      owners.set(place, owner)
      const container = containerOf(node)
      const shape = container ? shapeOf(container, shapes) : null
      push(found, source, node, {
        owner,
        group: shape?.record ? (container?.from ?? null) : null,
        list: shape?.list ?? null,
        column: shape?.record && container ? columnOf(container, node) : 0,
        delicate: INDEX.test(above.name),
        bare: container !== null || above.name === 'ArgList' || above.name === 'ArgumentList',
      })
    },
  })
  return found
}

type Place = Pick<Found, 'owner' | 'group' | 'list' | 'column' | 'delicate' | 'bare'>

function push(found: Found[], { text: whole }: Source, { from, to }: { from: number; to: number }, place: Place): void {
  const text = whole.slice(from, to)
  const read = readNumber(text)
  if (read) found.push({ from, to, text, value: read.value, isInteger: read.isInteger, ...place })
}

function defined(node: SyntaxNode, text: string): Place {
  const name = node.parent?.getChild('Identifier')
  const owner = name ? text.slice(name.from, name.to) : ''
  return { owner, group: null, list: null, column: 0, delicate: false, bare: false }
}

function signed(number: SyntaxNode, text: string): SyntaxNode {
  const above = number.parent
  const minus = above?.name === 'UnaryExpression' && /^-\s*[\d.]/.test(text.slice(above.from, above.to))
  return minus && above ? above : number
}

function isKey(node: SyntaxNode): boolean {
  return node.parent?.name === 'Property' && node.parent.firstChild?.from === node.from
}

function containerOf(node: SyntaxNode): SyntaxNode | null {
  const above = node.parent?.name === 'Property' ? node.parent.parent : node.parent
  return above && CONTAINERS.test(above.name) ? above : null
}

type Shape = { list: number; record: boolean }

/** The outermost list around a container, and whether the container is one record of several in a list. */
function shapeOf(container: SyntaxNode, shapes: Map<number, Shape>): Shape {
  const known = shapes.get(container.from)
  if (known) return known
  let outer = container
  for (let up = containerOf(outer); up; up = containerOf(outer)) outer = up
  const above = containerOf(container)
  const siblings = above ? children(above).filter((child) => child.name === container.name).length : 0
  const size = children(container).filter(isItem).length
  const shape = { list: outer.from, record: siblings >= 2 && size >= 2 && size <= 8 }
  shapes.set(container.from, shape)
  return shape
}

const isItem = (node: SyntaxNode): boolean => !/^[^\w]+$|Comment/.test(node.name)

function columnOf(container: SyntaxNode, node: SyntaxNode): number {
  return children(container)
    .filter(isItem)
    .findIndex(({ from, to }) => from <= node.from && node.to <= to)
}

const TOKENS =
  /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\/[^\n]*|\/\*[\s\S]*?\*\/|(?<![^\s])#[^\n]*|(?<![\w.$])\d[\w.]*(?:(?<=[eE])[+-]\d+)?/g

/** Without a parser: numbers outside quotes and comments, owned by the first word of their line. */
function inLines(source: Source): Found[] {
  const found: Found[] = []
  for (const match of source.text.matchAll(TOKENS)) {
    if (!/^\d/.test(match[0])) continue
    const line = source.text.slice(source.text.lastIndexOf('\n', match.index - 1) + 1, match.index)
    const minus = /(^|[([{,=:<>?]|\breturn)\s*-$/.test(line) ? 1 : 0
    const owner = /[A-Za-z_]\w*/.exec(line)?.[0] ?? ''
    const delicate = /\w\[-?$/.test(line)
    const span = { from: match.index - minus, to: match.index + match[0].length }
    push(found, source, span, { owner, group: null, list: null, column: 0, delicate, bare: true })
  }
  return found
}
