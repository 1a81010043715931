import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

export const ROOT = join(import.meta.dirname, '..', '..')
export const ACTION = join(ROOT, 'templates', 'ci', 'github', 'action.yml')
/** Nobody, where the tests run as root: a job's user is seldom root. */
const NOBODY = 65534
const asRoot = process.getuid?.() === 0

const Step = z.object({
  id: z.string().optional(),
  name: z.string(),
  if: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  with: z.record(z.string(), z.string()).optional(),
})
const Action = z.object({
  inputs: z.record(z.string(), z.object({ default: z.string() })),
  runs: z.object({ steps: z.array(Step) }),
})
export const readAction = () => Action.parse(parse(readFileSync(ACTION, 'utf8')))

/** A machine that a job starts on: bare folders, a user who is not root, `anneal` on the PATH. */
export type Machine = { temp: string; home: string; path: string; environment: Record<string, string> }

export function machine(more: Record<string, string> = {}): Machine {
  const place = mkdtempSync(join(tmpdir(), 'anneal-job-'))
  const [temp, home, bin] = ['temp', 'home', 'bin'].map((name) => join(place, name)) as [string, string, string]
  for (const folder of [temp, home, bin]) mkdirSync(folder)
  writeFileSync(join(bin, 'anneal'), `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'bin', 'run.js')}" "$@"\n`, {
    mode: 0o755,
  })
  own(place)
  const path = `${bin}:${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`
  return { temp, home, path, environment: { PATH: path, HOME: home, CI: 'true', ...more } }
}

/** Gives files to the user of the job. */
export function own(path: string): void {
  if (asRoot) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, path])
}

/** A command of the job's user. */
const asUser = (words: string[]): string[] =>
  asRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs', ...words] : words

/** Runs git as the job's user. */
export function userGit(folder: string, ...words: string[]): string {
  const [command = '', ...rest] = asUser(['git', ...words])
  const env = { PATH: process.env.PATH, HOME: '/nonexistent' }
  return execFileSync(command, rest, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
}

/** Starts a script as a runner does, as the job's user. */
export function startScript(script: string, folder: string, environment: Record<string, string>): ChildProcess {
  const file = join(environment.RUNNER_TEMP ?? tmpdir(), `step-${Math.random().toString(36).slice(2)}.sh`)
  writeFileSync(file, script, { mode: 0o644 })
  const [command = '', ...rest] = asUser(['bash', '--noprofile', '--norc', '-eo', 'pipefail', file])
  return spawn(command, rest, { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
}

export type Ended = { code: number | null; signal: string | null; output: string }

export function hear(child: ChildProcess, onOutput: (text: string) => void = () => undefined): Promise<Ended> {
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk
      onOutput(output)
    })
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, output })))
}

export type Job = {
  failed: boolean
  /** The exit code of each step that ran, by name. */
  codes: Record<string, number | null>
  outputs: Record<string, string>
  summary: string
  log: string
  /** The commands that GitHub would have obeyed. */
  obeyed: string[]
}

export type JobWish = {
  workspace: string
  inputs: Record<string, string>
  on?: Machine
  cache?: string
  context?: Record<string, string>
  environment?: Record<string, string>
  /** Hears a step's output as it grows, with its process. */
  onOutput?: (step: string, output: string, child: ChildProcess) => void
}

/** Runs the steps of the action as GitHub's runner does: their conditions, files and commands. Its cache is a folder. */
export async function runAction(wish: JobWish): Promise<Job> {
  const { inputs: known, runs } = readAction()
  const on = wish.on ?? machine()
  const inputs = Object.fromEntries(
    Object.entries(known).map(([name, input]) => [name, wish.inputs[name] ?? input.default]),
  )
  const context: Record<string, string> = {
    'github.token': '',
    'github.action_path': dirname(ACTION),
    'github.ref_name': 'main',
    ...wish.context,
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`inputs.${name}`, value])),
  }
  const files = Object.fromEntries(
    ['GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STEP_SUMMARY'].map((name) => [name, join(on.temp, name)]),
  )
  let failed = false
  const codes: Job['codes'] = {}
  const set: Record<string, string> = {}
  let [log, summary] = ['', '']
  const obeyed: string[] = []
  for (const step of runs.steps) {
    if (!holds(step.if, context, failed)) continue
    if (step.uses !== undefined) {
      cacheStep(step.uses, context['steps.place.outputs.root'], wish.cache)
      continue
    }
    for (const file of Object.values(files)) {
      writeFileSync(file, '')
      own(file)
    }
    const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, text]) => [name, filled(text, context)]))
    const child = startScript(step.run ?? '', wish.workspace, {
      ...on.environment,
      ...wish.environment,
      ...files,
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: wish.workspace,
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: 'owner/project',
      RUNNER_TEMP: on.temp,
      ...set,
      ...env,
    })
    const { code, signal, output } = await hear(child, (text) => wish.onOutput?.(step.name, text, child))
    codes[step.name] = code ?? (signal === null ? null : -1)
    if (code !== 0) failed = true
    log += `== ${step.name}\n${output}`
    obeyed.push(...commandsIn(output))
    for (const [name, value] of pairsIn(files.GITHUB_OUTPUT)) context[`steps.${step.id}.outputs.${name}`] = value
    for (const [name, value] of pairsIn(files.GITHUB_ENV)) set[name] = value
    summary += readFileSync(`${files.GITHUB_STEP_SUMMARY}`, 'utf8')
  }
  const outputs = Object.fromEntries(
    Object.entries(context).flatMap(([name, value]) =>
      name.startsWith('steps.') ? [[name.replace(/^steps\.\w+\.outputs\./, ''), value]] : [],
    ),
  )
  return { failed, codes, outputs, summary, log, obeyed }
}

/** The workflow commands in a step's output that are not between `stop-commands` and its word. */
export function commandsIn(output: string): string[] {
  const found: string[] = []
  let stopped: string | null = null
  for (const line of output.split('\n').map((text) => text.trimStart())) {
    if (stopped !== null) {
      if (line.trim() === `::${stopped}::`) stopped = null
      continue
    }
    const stop = /^::stop-commands::(\S+)/.exec(line)
    if (stop?.[1] !== undefined) stopped = stop[1]
    else if (/^::[\w-]+( [^:]*)?::/.test(line) || /##\[[\w-]+/.test(line)) found.push(line)
  }
  return found
}

const pairsIn = (file: string | undefined): [string, string][] =>
  readFileSync(`${file}`, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])

/** A text with its `${{ a || b }}` filled in. */
const filled = (text: string, context: Record<string, string>) =>
  text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, names: string) => {
    for (const name of names.split('||').map((one) => one.trim())) if (context[name]) return context[name]
    return ''
  })

/** Whether a step runs: the few forms of condition that the action uses. */
function holds(condition: string | undefined, context: Record<string, string>, failed: boolean): boolean {
  const terms = (condition ?? '').split('&&').map((term) => term.trim())
  if (failed && !terms.includes('always()')) return false
  return terms.every((term) => {
    if (term === '' || term === 'always()') return true
    const [, name = '', sign, value] = /^([\w.-]+) (==|!=) '(.*)'$/.exec(term) ?? []
    if (sign === undefined) throw new Error(`a condition of a form that is not known: ${term}`)
    return ((context[name] ?? '') === value) === (sign === '==')
  })
}

function cacheStep(uses: string, root: string | undefined, cache: string | undefined): void {
  if (root === undefined || cache === undefined || !uses.startsWith('actions/cache/')) return
  const there = join(root, '.anneal')
  if (uses.startsWith('actions/cache/save') && existsSync(there)) {
    rmSync(cache, { recursive: true, force: true })
    cpSync(there, cache, { recursive: true, filter: (path) => !/\/runs\/[^/]+\/work$/.test(path) })
  }
  if (uses.startsWith('actions/cache/restore') && existsSync(cache)) {
    cpSync(cache, there, { recursive: true })
    own(there)
  }
}
