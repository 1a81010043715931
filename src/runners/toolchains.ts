import { existsSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path'
import { execa } from 'execa'
import { within } from './mount.ts'

/** Languages that live outside the system's folders: what to mount so that they run, and where their programs are. */
export type Toolchains = { mounts: readonly string[]; path: readonly string[] }

const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib64']
/** Asked of each tool on PATH; every line of the answer is a folder that it needs. Version managers put shims on PATH, so only the tool itself knows. */
const QUESTIONS: Readonly<Record<string, readonly string[]>> = {
  python3: ['-I', '-c', 'import sys; print(sys.prefix); print(sys.base_prefix)'],
  rustc: ['--print', 'sysroot'],
  go: ['env', 'GOROOT'],
  julia: ['--startup-file=no', '-e', 'println(dirname(Sys.BINDIR))'],
}
const PATIENCE = 5000

let found: Promise<Toolchains> | null = null

/** The toolchains on the person's PATH; looked up once. */
export function findToolchains(): Promise<Toolchains> {
  found ??= lookUp()
  return found
}

async function lookUp(): Promise<Toolchains> {
  const answers = await Promise.all(Object.keys(QUESTIONS).map(ask))
  const folders = [...new Set(answers.flat())].filter(isMountable)
  const node = nodeFolder()
  return {
    mounts: [...node.mounts, ...folders],
    path: [...node.path, ...folders.map((folder) => join(folder, 'bin')).filter((folder) => existsSync(folder))],
  }
}

async function ask(tool: string): Promise<string[]> {
  const program = onPath(tool)
  if (program === null || SYSTEM.some((top) => within(realpathSync(program), top))) return []
  const reply = await execa(program, QUESTIONS[tool] ?? [], { reject: false, timeout: PATIENCE, stdin: 'ignore' })
  if (reply.exitCode !== 0) return []
  return reply.stdout.split('\n').filter((line) => isAbsolute(line) && existsSync(line))
}

function onPath(tool: string): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(isAbsolute)
  return folders.map((folder) => join(folder, tool)).find((path) => existsSync(path)) ?? null
}

/** The node that runs Anneal: its whole folder where it was installed with npm, else the folder of the binary. */
export function nodeFolder(): Toolchains {
  const binary = realpathSync(process.execPath)
  const bin = dirname(binary)
  if (SYSTEM.some((top) => within(bin, top))) return { mounts: [], path: [] }
  const prefix = dirname(bin)
  if (existsSync(join(prefix, 'lib', 'node_modules', 'npm')) && isMountable(prefix))
    return { mounts: [prefix], path: [bin] }
  return { mounts: [basename(bin) === 'bin' && isMountable(prefix) ? bin : binary], path: [bin] }
}

/** False for folders that hold a person's other things besides the tool: the home itself, `~/.local`, the root. */
function isMountable(folder: string): boolean {
  const home = homedir()
  const personal = [home, join(home, '.local'), join(home, '.config'), join(home, '.cache'), process.cwd()]
  return !SYSTEM.some((top) => within(folder, top)) && !personal.some((path) => within(path, folder))
}
