import { errors, parse, type Source } from './parse.ts'

const OPAQUE = /String|RegExp|JSXText|CharLiteral/
const COMMENT = /Comment/
const STATEMENT = /(Statement|Declaration|Definition)$/
const SUITE = /^Body$/

/**
 * The token stream of a text without comments and layout, so that two texts with one stream are one program.
 * Where a statement begins is kept (a line break can end one), and in Python so is the nesting.
 */
export function normalise(path: string, text: string): string {
  const source = parse(path, text)
  return source.tree && errors(source) === 0 ? tokens(source).join(' ') : plain(text)
}

/** Texts that a parser cannot read may mean something by any blank, so only line ends are made alike. */
function plain(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter(Boolean)
    .join('\n')
}

function tokens({ tree, text }: Source): string[] {
  const found: string[] = []
  let end = 0
  const take = (to: number) => {
    const token = text.slice(end, to).trim()
    if (token) found.push(token)
    end = Math.max(end, to)
  }
  tree?.iterate({
    enter({ name, node, from, to }) {
      if (from > end) take(from)
      if (COMMENT.test(name)) {
        end = Math.max(end, to)
        return false
      }
      if (STATEMENT.test(name)) found.push('\u00b6')
      if (SUITE.test(name)) found.push('\u2192')
      if (OPAQUE.test(name) || !node.firstChild) {
        take(to)
        return false
      }
      return true
    },
    leave({ name, to }) {
      if (to > end) take(to)
      if (SUITE.test(name)) found.push('\u2190')
    },
  })
  take(text.length)
  return found
}
