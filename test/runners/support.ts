import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, test } from 'vitest'
import type { Tier } from '../../src/records/execution.ts'
import type { Job, Ran } from '../../src/runners/job.ts'
import { localRunner } from '../../src/runners/runner.ts'

const NEEDS = {
  linux: () => process.platform === 'linux',
  root: () => process.getuid?.() === 0,
  bwrap: () => onPath('bwrap'),
  unshare: () => onPath('unshare'),
  setpriv: () => onPath('setpriv'),
  python3: () => onPath('python3'),
} as const
export type Need = keyof typeof NEEDS

function onPath(program: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A group of tests that need something of the machine. What is missing is named; where all must run, it is a failure. */
export function suite(name: string, needs: readonly Need[], body: () => void): void {
  const missing = needs.filter((need) => !NEEDS[need]())
  if (missing.length === 0) return void describe(name, body)
  const reason = `${name} [needs ${missing.join(', ')}]`
  if (process.env.CI === 'true' && process.env.ANNEAL_TEST_ALL === '1') {
    return void test(reason, () => {
      throw new Error(`missing here: ${missing.join(', ')}`)
    })
  }
  describe.skip(reason, body)
}

const made: string[] = []
afterAll(() => {
  // A test leaves a tree too deep for Node to remove.
  for (const folder of made.splice(0)) execFileSync('rm', ['-rf', '--', folder])
})

export type Place = { top: string; folder: string; out: string; log: string }

/** A folder to run in, an artifact folder and a log; gone after the file's tests. */
export function place(name = 'anneal-test-'): Place {
  const top = mkdtempSync(join(tmpdir(), name))
  chmodSync(top, 0o711)
  made.push(top)
  const here = { top, folder: join(top, 'folder'), out: join(top, 'out'), log: join(top, 'log') }
  for (const path of [here.folder, here.out]) mkdirSync(path)
  return here
}

export type Wish = Partial<Job> & { command: string }

export function jobAt(here: Place, wish: Wish): Job {
  return {
    folder: here.folder,
    readable: [],
    writable: [here.out],
    environment: { OUT: here.out },
    timeout: 20,
    memory: 2 ** 30,
    network: false,
    sandboxed: true,
    log: here.log,
    ...wish,
  }
}

/** Runs one job on a tier. */
export function run(
  tier: Tier,
  wish: Wish,
  { here = place(), signal = new AbortController().signal } = {},
): Promise<Ran> {
  return localRunner({ tier, unsafe: true }).run(jobAt(here, wish), signal)
}

/** Processes of this machine whose command line holds a text. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => read(`/proc/${name}/cmdline`).includes(text))
    .map(Number)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

/** A number of seconds nobody else sleeps for, by which a daemon is found again. */
export function strangeSleep(): string {
  return `300.${Math.floor(Math.random() * 1e12)}`
}

export async function eventually(holds: () => boolean, milliseconds = 3000): Promise<boolean> {
  const end = performance.now() + milliseconds
  while (performance.now() < end) {
    if (holds()) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return holds()
}
