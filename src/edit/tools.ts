import { lstat, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { dirname, join, posix, relative, sep } from 'node:path'
import { z } from 'zod'
import type { Tool } from '../models/conversation.ts'
import { type Claim, Claims } from '../records/claim.ts'
import { excerpt } from '../records/excerpt.ts'
import type { Bounds } from '../task/bounds.ts'
import { applyEdits } from './apply-blocks.ts'
import type { FileEdit } from './blocks.ts'
import { writeFiles } from './files.ts'
import { changedOutside } from './markers.ts'

/** Characters of what a tool gives at most, bytes of a file that is read, and lines and hits that are shown at once. */
const LIMITS = { result: 12_000, file: 1_000_000, lines: 300, hits: 80, entries: 400 }

export type ToolParts = {
  /** The candidate's folder. */
  folder: string
  bounds: Pick<Bounds, 'editable' | 'hidden'>
  /** Whether only what stands between markers may change. */
  markers: boolean
  /** Tries the files as they stand, with those that were changed; null where the task has no smoke stage. */
  smoke: ((changed: readonly string[]) => Promise<string>) | null
}

/** The tools of one edit. */
export type Toolbox = {
  tools: Tool[]
  /** Carries a call out and gives what the model is told. What goes wrong is told too; throws only where a smoke stage cannot be run at all. */
  use(name: string, given: string): Promise<string>
  /** Paths that were changed so far. */
  changed(): string[]
  /** What the model said when it was done; null while it is not. */
  finished(): { claims: Claim[] } | null
}

const Shapes = {
  list_files: z.object({ under: z.string().optional().describe('a folder; the whole program if not given') }),
  search: z.object({
    text: z.string().min(1).describe('plain text, no pattern; upper and lower case are alike'),
    under: z.string().optional().describe('a folder or file'),
  }),
  read_file: z.object({
    path: z.string(),
    from: z.number().int().min(1).optional().describe('the first line; 1 if not given'),
    lines: z.number().int().min(1).optional().describe(`how many; at most ${LIMITS.lines}`),
  }),
  edit_file: z.object({
    path: z.string(),
    search: z.string().min(1).describe('lines exactly as they stand in the file, enough of them to be found only once'),
    replace: z.string().describe('the lines that take their place'),
  }),
  write_file: z.object({ path: z.string(), content: z.string().describe('the whole file') }),
  delete_file: z.object({ path: z.string() }),
  run_smoke: z.object({}),
  finish: z.object({ claims: Claims.describe('what you found out about the program; see above') }),
}
type Name = keyof typeof Shapes
type Given<N extends Name> = z.infer<(typeof Shapes)[N]>

const ABOUT: Record<Name, string> = {
  list_files: 'Lists the files of the program; those that may be changed are marked with *.',
  search: 'Finds a text in the files of the program.',
  read_file: 'Shows lines of a file.',
  edit_file: 'Replaces one place of a file.',
  write_file: 'Makes a file, or replaces it whole.',
  delete_file: 'Deletes a file.',
  run_smoke: 'Runs the quick check of the program as it now stands.',
  finish: 'Ends the edit. Call it once, when the program is complete.',
}

/** Opens the tools over a folder of plain files. No call reaches out of it, through a link, or to a file that is hidden. */
export function openTools(parts: ToolParts): Toolbox {
  const { folder, bounds, markers, smoke } = parts
  const changed = new Set<string>()
  let finished: { claims: Claim[] } | null = null

  const change = async (path: string, edit: FileEdit | null): Promise<string> => {
    const before = await textOf(folder, path, bounds.hidden)
    const fault = await standsPlainly(folder, path)
    if (fault !== null) return fault
    if (edit === null) {
      if (!bounds.editable(path)) return `${path} may not be changed.`
      if (before === null) return notThere(path)
    }
    const applied = edit
      ? applyEdits(new Map(before === null ? [] : [[path, before]]), [edit], bounds.editable)
      : { files: new Map([[path, '']]) }
    if ('problems' in applied) return applied.problems.join('\n')
    const after = edit ? (applied.files.get(path) ?? '') : null
    if (markers && before !== null && changedOutside(before, after))
      return `${path}: only what stands between EVOLVE-BLOCK-START and EVOLVE-BLOCK-END may change; keep all else as it is.`
    if (edit) {
      const astray = await writeFiles(folder, applied.files)
      if (astray !== null) return notThere(path)
    } else await rm(join(folder, path))
    changed.add(path)
    return edit ? `${path} is changed.` : `${path} is deleted.`
  }

  const uses: { [N in Name]: (given: Given<N>) => Promise<string> } = {
    async list_files({ under = '' }) {
      const files = await listed(folder, under, bounds.hidden)
      if (files.length === 0) return `There is no file under ${under}.`
      const left = files.length - LIMITS.entries
      const lines = files.slice(0, LIMITS.entries).map((path) => `${bounds.editable(path) ? '*' : ' '} ${path}`)
      return [...lines, ...(left > 0 ? [`(and ${left} further files; name a folder)`] : [])].join('\n')
    },
    search: ({ text, under = '' }) => search(folder, text, under, bounds.hidden),
    async read_file({ path: given, from = 1, lines = LIMITS.lines }) {
      const path = plain(given)
      const text = await textOf(folder, path, bounds.hidden)
      if (text === null) return notThere(path)
      const all = text.replace(/\n$/, '').split('\n')
      const shown = all.slice(from - 1, from - 1 + Math.min(lines, LIMITS.lines))
      const end = from - 1 + shown.length
      return `${path}, lines ${from} to ${end} of ${all.length}:\n${shown.join('\n')}`
    },
    edit_file: ({ path, search: wanted, replace }) =>
      change(plain(path), { path: plain(path), kind: 'replace', search: ended(wanted), replace: ended(replace) }),
    write_file: ({ path, content }) => change(plain(path), { path: plain(path), kind: 'whole', content }),
    delete_file: ({ path }) => change(plain(path), null),
    run_smoke: async () => (smoke ? smoke([...changed]) : 'This task has no smoke stage.'),
    async finish({ claims }) {
      finished = { claims }
      return 'Done.'
    },
  }

  const names = (Object.keys(Shapes) as Name[]).filter((name) => smoke !== null || name !== 'run_smoke')
  return {
    tools: names.map((name) => ({ name, description: ABOUT[name], parameters: parametersOf(name) })),
    changed: () => [...changed],
    finished: () => finished,
    async use(name, given) {
      const known = names.find((one) => one === name)
      if (!known) return `There is no tool ${name}; there are ${names.join(', ')}.`
      const parsed = Shapes[known].safeParse(jsonOf(given))
      if (!parsed.success)
        return `The arguments of ${name} are not right: ${parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'all'}: ${message}`).join('; ')}`
      const use = uses[known] as (given: unknown) => Promise<string>
      return excerpt(await use(parsed.data), LIMITS.result)
    },
  }
}

function parametersOf(name: Name): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(Shapes[name], { target: 'draft-7', io: 'input' })
  return schema
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.trim() || '{}')
  } catch {
    return null
  }
}

/** A path as bounds know it: no file has a second name by which it is not hidden. */
const plain = (path: string) => posix.normalize(path).replace(/^\/+/, '')
/** A block of lines ends with a line's end, as in a file. */
const ended = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`)
const notThere = (path: string) => `There is no text file ${path}.`

/** The text of a plain file of the folder; null for whatever is not that, lies behind a link or is hidden. */
async function textOf(folder: string, path: string, hidden: (path: string) => boolean): Promise<string | null> {
  if (hidden(path) || (await standsPlainly(folder, path)) !== null) return null
  const full = join(folder, path)
  const facts = await lstat(full).catch(() => null)
  if (!facts?.isFile() || facts.size > LIMITS.file) return null
  const bytes = await readFile(full)
  return bytes.includes(0) ? null : bytes.toString('utf8')
}

/** Null where a path stands in the folder and no link is on the way to it; else what is wrong. */
async function standsPlainly(folder: string, path: string): Promise<string | null> {
  const root = await realpath(folder)
  const full = join(root, path)
  const wrong = `${JSON.stringify(path)} is not a path inside the program.`
  if (path.includes('\0') || !full.startsWith(root + sep) || relative(root, full).split(sep).includes('.git'))
    return wrong
  for (let at = full; at !== root; at = dirname(at)) {
    const facts = await lstat(at).catch(() => null)
    if (facts?.isSymbolicLink()) return wrong
  }
  return null
}

async function listed(folder: string, under: string, hidden: (path: string) => boolean): Promise<string[]> {
  const base = under === '' ? '' : plain(under).replace(/^\.?\/?$|\/$/, '')
  if (base !== '' && (await standsPlainly(folder, base)) !== null) return []
  const root = join(folder, base)
  const facts = await lstat(root).catch(() => null)
  if (facts?.isFile()) return hidden(base) ? [] : [base]
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !hidden(path) && !path.split('/').includes('.git'))
    .toSorted()
}

async function search(folder: string, text: string, under: string, hidden: (path: string) => boolean): Promise<string> {
  const wanted = text.toLowerCase()
  const hits: string[] = []
  for (const path of await listed(folder, under, hidden)) {
    const file = await textOf(folder, path, hidden)
    if (!file?.toLowerCase().includes(wanted)) continue
    for (const [index, line] of file.split('\n').entries())
      if (line.toLowerCase().includes(wanted)) hits.push(`${path}:${index + 1}: ${line.trim().slice(0, 200)}`)
    if (hits.length > LIMITS.hits)
      return [...hits.slice(0, LIMITS.hits), '(there are more; search in a folder)'].join('\n')
  }
  return hits.join('\n') || `${JSON.stringify(text)} stands nowhere.`
}
