import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { parse } from 'yaml'
import { copyStarter } from '../../src/jobs/init.ts'
import { Task } from '../../src/records/task.ts'

const NONCE = 'a-word-of-this-trial'

export type Measured = { metrics: Record<string, unknown>; score: number | null; log: string }

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function jsonOf(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return {}
  }
}

export const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0

/** A copy of a shipped starter, whose commands run as the contract says. */
export function starter(name: string) {
  const folder = mkdtempSync(join(tmpdir(), `starter-${name}-`))
  folders.push(folder)
  copyStarter(name, folder)
  const path = (file: string) => join(folder, file)
  const task = Task.parse(parse(readFileSync(path('anneal.yaml'), 'utf8')))

  /** Where there is an execute step, evaluators work in the base and meet the candidate's artifacts alone. */
  const base = task.execute ? mkdtempSync(join(tmpdir(), `starter-${name}-base-`)) : folder
  if (base !== folder) {
    folders.push(base)
    copyStarter(name, base)
  }

  function command(line: string, out: string, stage: string, seed: string, cwd = folder) {
    const result = join(out, '.result.json')
    rmSync(result, { force: true })
    const env = {
      PATH: process.env.PATH,
      TMPDIR: out,
      ANNEAL_OUT: out,
      ANNEAL_SEED: seed,
      ANNEAL_STAGE: stage,
      ANNEAL_CANDIDATE: folder,
    }
    const { signed } = task.evaluate
    // Descriptor 3 as a file, so that what was written there can be read when the command has ended.
    const channel = openSync(result, 'w+')
    const ran = spawnSync('sh', ['-c', line], {
      cwd,
      env: signed ? { ...env, ANNEAL_SIGNED: '1' } : { ...env, ANNEAL_RESULT: result },
      encoding: 'utf8',
      timeout: 120_000,
      input: NONCE,
      stdio: ['pipe', 'pipe', 'pipe', channel],
    })
    closeSync(channel)
    const { nonce, ...stated } = jsonOf(result)
    const metrics = signed && nonce !== NONCE ? {} : stated
    return { metrics, status: ran.status, log: `${ran.stdout}${ran.stderr}` }
  }

  /** A score only where every command ended well, each constraint `name == 1` holds and the metric is finite. */
  function measure({ holdout = false, stage = 'full', seed = '7', artifacts }: MeasureOptions = {}): Measured {
    const out = mkdtempSync(join(tmpdir(), 'starter-out-'))
    folders.push(out)
    if (task.execute && !artifacts) {
      const execution = command(task.execute.command, out, holdout ? 'holdout' : stage, seed)
      if (execution.status !== 0) return { metrics: {}, score: null, log: execution.log }
    }
    for (const [file, text] of Object.entries(artifacts ?? {})) writeFileSync(join(out, file), text)
    const line = holdout ? (task.holdout?.command ?? 'false') : task.evaluate.command
    const { metrics, status, log } = command(line, out, holdout ? 'holdout' : stage, seed, base)
    const score = metrics[task.evaluate.metric]
    const isBound = task.evaluate.constraints.every((one) => metrics[one.split('==')[0]?.trim() ?? ''] === 1)
    return { metrics, score: status === 0 && isBound && Number.isFinite(score) ? Number(score) : null, log }
  }

  return {
    folder,
    task,
    measure,
    read: (file: string) => readFileSync(path(file), 'utf8'),
    write: (file: string, text: string) => writeFileSync(path(file), text),
    /** Replaces a text that must be there. */
    edit(file: string, from: string, to: string) {
      const text = readFileSync(path(file), 'utf8')
      if (!text.includes(from)) throw new Error(`${file} does not hold: ${from}`)
      writeFileSync(
        path(file),
        text.replace(from, () => to),
      )
    },
  }
}

type MeasureOptions = { holdout?: boolean; stage?: string; seed?: string; artifacts?: Record<string, string> }
