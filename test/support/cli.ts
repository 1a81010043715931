import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const bin = join(import.meta.dirname, '..', '..', 'bin', 'run.js')

export type Said = { code: number | null; signal: string | null; out: string; err: string }

/** The user's own data while tests run: never that of the person who runs them. */
const data = mkdtempSync(join(tmpdir(), 'anneal-data-'))

/** An environment in which no model server is set. */
export function offline(more: Record<string, string> = {}): Record<string, string> {
  const {
    OPENAI_API_KEY: _,
    OPENAI_BASE_URL: __,
    ANNEAL_MODEL: ___,
    ANNEAL_EMBEDDING_MODEL: ____,
    ...rest
  } = process.env
  return { ...(rest as Record<string, string>), XDG_DATA_HOME: data, ...more }
}

/** Starts the real command-line tool in `folder`. */
export function start(
  folder: string,
  words: string[],
  environment = offline(),
): { child: ChildProcess; ended: Promise<Said> } {
  const child = spawn(process.execPath, [bin, ...words], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const ended = new Promise<Said>((resolve) => child.on('close', (code, signal) => resolve({ code, signal, out, err })))
  return { child, ended }
}

export const anneal = (folder: string, words: string[], environment = offline()): Promise<Said> =>
  start(folder, words, environment).ended

/** A new repository with `files`, committed. */
export function repository(files: Record<string, string>, name = 'repo'): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'anneal-test-')), name)
  mkdirSync(folder)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  git(folder, 'init', '-q', '-b', 'main')
  git(folder, 'config', 'user.name', 'Test')
  git(folder, 'config', 'user.email', 'test@localhost')
  git(folder, 'add', '-A')
  git(folder, 'commit', '-q', '--allow-empty', '-m', 'start')
  return folder
}

export const git = (folder: string, ...words: string[]): string =>
  execFileSync('git', words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()

/** A tiny task whose score is the number in `value.txt`-like code: `solve.mjs` prints it, `score.mjs` reads what it printed. */
export const TINY: Record<string, string> = {
  'solve.mjs':
    "import { writeFileSync } from 'node:fs'\n\nconst value = 3\nconst other = 0.5\nwriteFileSync(`${process.env.ANNEAL_OUT}/value.json`, JSON.stringify(value + other))\n",
  'score.mjs':
    "import { readFileSync, writeFileSync } from 'node:fs'\n\nconst value = Number(readFileSync(`${process.env.ANNEAL_OUT}/value.json`, 'utf8'))\nwriteFileSync(process.env.ANNEAL_RESULT, JSON.stringify({ value }))\n",
  'anneal.yaml':
    'goal: Make the value large.\nedit: [solve.mjs]\nexecute: {command: node solve.mjs, timeout: 20s}\nevaluate: {command: node score.mjs, sealed: [score.mjs], metric: value, direction: maximize, timeout: 20s}\nbudget: {attempts: 6}\n',
}
