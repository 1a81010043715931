// Writes the parts of docs/ that are made from the code: docs/reference.md, and the drawing in docs/architecture.md. `--check` writes nothing and tells what is stale.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { EXIT, EXIT_MEANING } from '../src/records/error.ts'
import { RunEvent } from '../src/records/event.ts'
import { Task } from '../src/records/task.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = (path) => readFileSync(join(root, path), 'utf8')
const MARKS = ['<!-- drawn from the imports by scripts/document.mjs -->', '<!-- end of the drawing -->']

/** The pages as they should be, by path. */
export function documents() {
  const page = read('docs/architecture.md')
  const [before, rest] = page.split(MARKS[0])
  const after = rest.slice(rest.indexOf(MARKS[1]))
  return new Map([
    ['docs/reference.md', reference(JSON.parse(read('oclif.manifest.json')))],
    ['docs/architecture.md', `${before}${MARKS[0]}\n\n${drawing()}\n\n${after}`],
  ])
}

function reference({ commands }) {
  return `# Reference

Made from the code by \`node scripts/document.mjs\`; do not edit it here.

## Commands

Every command takes \`--json\`, which prints one JSON document, and \`--dir FOLDER\`, a folder of the repository to work on. \`anneal mcp\` and \`anneal completion\` have no \`--json\`.

${Object.entries(commands)
  .filter(([, { hidden }]) => !hidden)
  .map(([id, command]) => commandText(id.replaceAll(':', ' '), command))
  .join('\n\n')}

## Exit codes

${table(
  ['code', 'means'],
  [
    ['0', 'done'],
    ...Object.entries(EXIT).map(([name, code]) => [String(code), EXIT_MEANING[name]]),
    ['130, 143', 'interrupted by Ctrl-C or SIGTERM; `anneal resume` goes on'],
  ],
)}

## Task file

The keys of \`anneal.yaml\`. What they mean is told with an example in [task-file.md](task-file.md). A duration is a number of seconds or a text such as \`60s\`, \`5m\` or \`2h\`; a size is a
number of bytes or a text such as \`4GB\`; a count may be written as \`200k\` or \`2M\`.

${table(['key', 'value', 'if not given'], keysOf(schemaOf(Task), schemaOf(Task, 'output')))}

## Journal

\`.anneal/runs/RUN/journal.jsonl\` holds one event a line: \`{"seq", "at", "wall", "event", "h"}\`, where \`at\` is the run's active time in seconds, \`wall\` the time of day, and \`h\` a digest that chains the line to
the one before. The state of a run is a fold over its events.

${table(
  ['event', 'holds'],
  schemaOf(RunEvent).oneOf.map(({ properties: { type, ...rest }, required }) => [
    `\`${type.const}\``,
    Object.entries(rest)
      .map(([name, schema]) => `\`${name}\`${required.includes(name) ? '' : ' (if any)'}: ${shape(schema)}`)
      .join('; '),
  ]),
)}
`
}

function commandText(id, { summary, description, examples, args, flags }) {
  const rows = [
    ...Object.values(args).map(({ name, required, description: told, options }) => [
      `\`${required ? name.toUpperCase() : `[${name.toUpperCase()}]`}\``,
      options ? `${told} One of ${words(options)}.` : told,
    ]),
    ...Object.values(flags)
      .filter(({ name, hidden }) => !hidden && name !== 'json' && name !== 'dir')
      .map(({ name, char, summary: told, type, options, allowNo, helpValue, multiple, default: standard }) => [
        `\`--${allowNo ? '[no-]' : ''}${name}${type === 'option' ? ` ${helpValue ?? 'VALUE'}` : ''}\`${char ? `, \`-${char}\`` : ''}`,
        [
          told,
          options ? `One of ${words(options)}.` : '',
          multiple ? 'May be given several times.' : '',
          type === 'option' && standard !== undefined ? `\`${standard}\` if not given.` : '',
        ]
          .filter((part, at) => part !== '' && !(at === 2 && /several times/.test(told)))
          .join(' '),
      ]),
  ]
  const shown = examples.map((one) => (typeof one === 'string' ? { command: one } : one))
  return [
    `### anneal ${id}`,
    [summary, description].filter(Boolean).join(' '),
    `\`\`\`sh\n${shown.map(({ command, description: why }) => `${filled(command, id)}${why ? `  # ${why.replace(/:$/, '')}` : ''}`).join('\n')}\n\`\`\``,
    ...(rows.length > 0 ? [table(['', 'what'], rows)] : []),
  ].join('\n\n')
}

const words = (options) => options.map((one) => `\`${one}\``).join(', ')
const filled = (example, id) => example.replaceAll('<%= config.bin %>', 'anneal').replaceAll('<%= command.id %>', id)

function table(head, rows) {
  const cell = (text) =>
    String(text ?? '')
      .replaceAll('|', '\\|')
      .replace(/\s*\n\s*/g, ' ')
  const line = (row) => `| ${row.map(cell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function schemaOf(schema, io = 'input') {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' })
}

/** The keys of a mapping and of those below it: path, what it may be, and its default. */
function keysOf(schema, read, path = '') {
  return Object.entries(schema.properties ?? {}).flatMap(([name, below]) => {
    const after = read?.properties?.[name]
    const given = below.default ?? after?.default
    const key = path === '' ? name : `${path}.${name}`
    const required = (schema.required ?? []).includes(name)
    const standard =
      given === undefined || isEmpty(given) ? (required ? 'must be given' : '') : `\`${JSON.stringify(given)}\``
    const item = below.items?.properties ? keysOf(below.items, after?.items, `${key}[]`) : []
    return [
      [`\`${key}\``, shape(below), below.properties ? (required ? 'must be given' : '') : standard],
      ...keysOf(below, after, key),
      ...item,
    ]
  })
}

const isEmpty = (value) => typeof value === 'object' && value !== null && Object.keys(value).length === 0

/** What a value may be, in a few words. */
function shape(schema) {
  if (schema.const !== undefined) return `\`${schema.const}\``
  if (schema.enum) return schema.enum.map((one) => `\`${one}\``).join(' or ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return [...new Set(choices.map(shape))].join(' or ')
  if (Array.isArray(schema.type)) return schema.type.map((type) => shape({ type })).join(' or ')
  if (schema.type === 'array')
    return schema.prefixItems ? `a list of ${schema.prefixItems.length}` : `a list: ${shape(schema.items ?? {})}`
  if (schema.type === 'object')
    return schema.properties
      ? `a mapping of ${Object.keys(schema.properties)
          .slice(0, 40)
          .map((one) => `\`${one}\``)
          .join(', ')}`
      : 'a mapping'
  return (
    { string: 'a text', number: 'a number', integer: 'a whole number', boolean: '`true` or `false`', null: 'null' }[
      schema.type
    ] ?? 'anything'
  )
}

/** The rooms as a mermaid graph: an arrow for what is imported, dotted where it is types alone. What all import, `records`, has none. */
function drawing() {
  const src = join(root, 'src')
  const edges = new Map()
  const places = new Set()
  const front = ['commands', 'mcp', 'terminal', 'page-server', 'interview', 'front']
  const wiring = ['jobs', 'wiring']
  const steps = ['ideate', 'edit', 'execute', 'evaluate', 'learn']
  const room = (path) => {
    const [first] = path.split('/')
    if (first === 'loop.ts') return 'loop'
    if (first === 'wire.ts') return 'wiring'
    return first === 'anneal.ts' ? 'front' : first
  }
  for (const file of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(file)) continue
    const from = room(file)
    places.add(from)
    const text = readFileSync(join(src, file), 'utf8')
    for (const [, kind, target] of text.matchAll(
      /^(?:import|export)\s(type\s)?[^'"]*?from '(\.[^']+)'|import\('(\.[^']+)'\)/gm,
    )) {
      if (target === undefined) continue
      const to = room(relative(src, join(src, dirname(file), target)))
      if (to === from || to === 'records') continue
      const key = `${from} ${to}`
      edges.set(key, (edges.get(key) ?? true) && kind !== undefined)
    }
  }
  const floors = [
    ['what the person meets', [...places].filter((one) => front.includes(one))],
    ['the wiring', wiring],
    ['the algorithm', ['loop']],
    ['the steps', steps],
    ['the rooms', [...places].filter((one) => ![...front, ...wiring, ...steps, 'loop', 'records'].includes(one))],
    ['the values that flow', ['records']],
  ]
  const name = (one) => ({ loop: 'loop.ts', wiring: 'wire.ts and wiring' })[one] ?? one
  return [
    '```mermaid',
    'flowchart TB',
    ...floors.flatMap(([title, rooms], at) => [
      `  subgraph floor${floors.length - 1 - at}["${floors.length - 1 - at}: ${title}"]`,
      ...rooms.toSorted().map((one) => `    ${one}["${name(one)}"]`),
      '  end',
    ]),
    ...[...edges]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, types]) => `  ${key.replace(' ', types ? ' -.-> ' : ' --> ')}`),
    '```',
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale = [...documents()].filter(([path, text]) => read(path) !== text)
  if (process.argv.includes('--check')) {
    for (const [path] of stale) console.error(`${path} is stale: node scripts/document.mjs`)
    process.exitCode = stale.length > 0 ? 1 : 0
  } else for (const [path, text] of stale) writeFileSync(join(root, path), text)
}
