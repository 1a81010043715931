import { type Definition, definitions } from './definitions.ts'
import { type Literal, literals } from './literals.ts'
import { type OperatorToken, operators } from './operators.ts'
import { errors, type Language, parse } from './parse.ts'
import { type Statement, statements } from './statements.ts'

export type Syntax = {
  path: string
  text: string
  language: Language
  errors: number
  literals: Literal[]
  statements: Statement[]
  operators: OperatorToken[]
  definitions: Definition[]
}

/** Everything of a file that an editor or a repository map asks for, as plain data. */
export function syntax(path: string, text: string): Syntax {
  const source = parse(path, text)
  return {
    path,
    text,
    language: source.language,
    errors: errors(source),
    literals: literals(source),
    statements: statements(source),
    operators: operators(source),
    definitions: definitions(source),
  }
}
