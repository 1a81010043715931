import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parser } from '@lezer/javascript'
import { describe, expect, test } from 'vitest'

const SRC = join(import.meta.dirname, '..', 'src')
const LINES = 400
const typescript = parser.configure({ dialect: 'ts' })

const FLOOR_1 = [
  'task',
  'search',
  'models',
  'runners',
  'git',
  'journal',
  'knowledge',
  'memory',
  'reports',
  'syntax',
  'survey',
  'competitions',
]
const FLOOR_2 = ['ideate', 'edit', 'execute', 'evaluate', 'learn']
/** Floor 4: the one place that builds the parts, and the jobs that call them. */
const WIRING = ['wire.ts', 'wiring', 'jobs']
/** Floor 5: what the person meets. */
const FRONT = ['commands', 'mcp', 'terminal', 'page-server', 'interview', 'front', 'anneal.ts']
const PLACES = ['records', ...FLOOR_1, ...FLOOR_2, 'loop.ts', ...WIRING, ...FRONT]

/** Each library has one home. zod is the language of the records, so every room may speak it. */
const HOMES: Record<string, string[]> = {
  openai: ['models'],
  execa: ['runners'],
  'simple-git': ['git'],
  '@lancedb/lancedb': ['knowledge'],
  'apache-arrow': ['knowledge'],
  turndown: ['knowledge'],
  unpdf: ['knowledge'],
  '@modelcontextprotocol/sdk': ['mcp'],
  '@clack/prompts': ['interview'],
  ink: ['terminal'],
  react: ['terminal'],
  'csv-parse': ['task'],
  '@oclif/core': ['commands', 'front'],
  '@lezer/common': ['syntax'],
  '@lezer/cpp': ['syntax'],
  '@lezer/javascript': ['syntax'],
  '@lezer/python': ['syntax'],
  picomatch: ['task'],
  uplot: ['reports'],
  yaml: ['task', 'knowledge', 'models'],
}

type Import = { file: string; target: string; types: boolean }

describe('the import table', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
  const texts = new Map(files.map((file) => [file, readFileSync(join(SRC, file), 'utf8')]))

  test('every import goes where its room may look', () => {
    const wrong = [...texts]
      .flatMap(([file, text]) => importsOf(file, text))
      .flatMap((found) => {
        const rule = broken(found)
        return rule === null ? [] : [`${found.file} imports ${found.types ? 'types of ' : ''}${found.target}: ${rule}`]
      })
    expect(wrong).toEqual([])
  })

  test(`no file is longer than ${LINES} lines`, () => {
    const long = [...texts]
      .map(([file, text]) => ({ file, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > LINES)
    expect(long).toEqual([])
  })

  test('what is copied into tasks stands alone', () => {
    const scoring = [...texts].filter(([file]) => file.startsWith('competitions/scoring/'))
    expect(scoring.length).toBeGreaterThan(5)
    const abroad = scoring
      .flatMap(([file, text]) => importsOf(file, text))
      .filter(({ target }) => !target.startsWith('node:') && !target.startsWith('competitions/scoring/'))
    expect(abroad).toEqual([])
  })

  test('the check itself sees what it must', () => {
    const text =
      "import type { A } from '../git/engine.ts'\nimport { type B } from '../task/load.ts'\nexport * from './own.ts'\nawait import('openai')\nconst s = \"import 'no'\""
    const found = importsOf('edit/edit.ts', text)
    expect(found.map(({ target, types }) => [target, types])).toEqual([
      ['git/engine.ts', true],
      ['task/load.ts', false],
      ['edit/own.ts', false],
      ['openai', false],
    ])
    expect(found.map((one) => broken(one) === null)).toEqual([true, false, true, false])
    expect(broken({ file: 'records/task.ts', target: 'node:fs', types: false })).toContain('no built-ins')
    expect(broken({ file: 'git/git.ts', target: 'models/models.ts', types: true })).toContain('never each other')
    expect(broken({ file: 'wire.ts', target: 'commands/run.ts', types: true })).toContain('below')
    expect(broken({ file: 'new-room/a.ts', target: 'zod', types: false })).toContain('no floor')
  })
})

/** The imports and re-exports of a file, static and dynamic; `types` where the import leaves nothing at run time. */
function importsOf(file: string, text: string): Import[] {
  const found: Import[] = []
  typescript.parse(text).iterate({
    enter({ name, node, from, to }) {
      const declares = name === 'ImportDeclaration' || name === 'ExportDeclaration'
      if (!declares && name !== 'DynamicImport') return
      const string = declares
        ? node.getChild('String')
        : (node.parent?.getChild('ArgList')?.getChild('String') ?? node.getChild('String'))
      const quoted = string
        ? text.slice(string.from + 1, string.to - 1)
        : (/^import\(\s*(['"])(.+?)\1/.exec(text.slice(from))?.[2] ?? null)
      if (quoted === null || (declares && !string)) return
      const target = quoted.startsWith('.') ? relative(SRC, join(SRC, dirname(file), quoted)) : quoted
      found.push({ file, target, types: /^(import|export)\s+type\b/.test(text.slice(from, to)) })
    },
  })
  return found
}

/** The rule that an import breaks, or null. */
function broken({ file, target, types }: Import): string | null {
  const from = placeOf(file)
  if (!PLACES.includes(from)) return `${from} has no floor yet; give it one in test/architecture.test.ts`
  if (target.startsWith('node:')) return from === 'records' ? 'records use no built-ins' : null
  const library = libraryOf(target)
  if (library !== null) {
    if (library === 'zod' || HOMES[library]?.includes(from)) return null
    return `${library} is at home in ${HOMES[library]?.join(', ') ?? 'no room yet'}`
  }
  const to = placeOf(target)
  if (to === from || to === 'records') return null
  if (!PLACES.includes(to)) return `${to} has no floor yet; give it one in test/architecture.test.ts`
  if (from === 'records') return 'records import zod and each other alone'
  if (FLOOR_1.includes(from)) return 'a room of floor 1 imports records and its own files; never each other'
  if (FLOOR_2.includes(from)) {
    if (to === 'syntax') return null
    if (!FLOOR_1.includes(to)) return 'a step imports records, and floor 1 as types; never each other'
    return types ? null : 'a step imports floor 1 with `import type` alone; the parts are passed in'
  }
  if (FRONT.includes(to)) return FRONT.includes(from) ? null : 'only what is below may be imported'
  if (WIRING.includes(to))
    return WIRING.includes(from) || FRONT.includes(from) ? null : 'only what is below may be imported'
  if (from === 'loop.ts') return types ? null : 'the loop imports records, and the rooms as types'
  if (FRONT.includes(from))
    return to === 'loop.ts' || to === 'reports' || types
      ? null
      : 'commands import the wiring, the loop, records and reports; other rooms as types'
  return null
}

function placeOf(path: string): string {
  return path.split('/')[0] ?? path
}

function libraryOf(target: string): string | null {
  if (/\.(ts|js|json)$/.test(target) && !target.startsWith('@')) return null
  const [scope = target, name] = target.split('/')
  return scope.startsWith('@') ? `${scope}/${name}` : scope
}
