import { spawn } from 'node:child_process'
import { AnnealError } from '../records/error.ts'
import { gitError } from './git-error.ts'

export type Plumbing = (
  args: readonly string[],
  options?: { input?: string | Buffer; env?: Record<string, string> },
) => Promise<Buffer>

/** Settings under which no configuration, hook, filter, file-system monitor, pager or prompt of the user or the repository can act. */
const QUIET = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'gc.auto=0',
  'protocol.allow=never',
]

/** Git's environment: the caller's PATH and nothing else of it that Git would listen to. */
export function gitEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    ...extra,
  }
}

/** The words of a git command on `gitDirectory` under those settings. */
export const gitCommand = (gitDirectory: string, args: readonly string[]): string[] => [
  `--git-dir=${gitDirectory}`,
  ...QUIET.flatMap((setting) => ['-c', setting]),
  ...args,
]

/**
 * Git's plumbing for one git directory, byte for byte: simple-git has no standard input and decodes what it reads.
 * Gives a function that runs one git command and returns what it printed; throws an AnnealError with Git's own words.
 */
export function plumbing(gitDirectory: string): Plumbing {
  return (args, { input, env = {} } = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn('git', gitCommand(gitDirectory, args), {
        env: gitEnvironment(env),
        stdio: ['pipe', 'pipe', 'pipe'],
      })
      const out: Buffer[] = []
      const errors: Buffer[] = []
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
      child.stdin.on('error', () => undefined) // Git may end before it has read all: its exit code tells.
      child.on('error', (cause) =>
        reject(
          new AnnealError({
            what: 'git could not be started',
            why: cause.message,
            fix: 'Install git 2.31 or newer.',
            cause,
          }),
        ),
      )
      child.on('close', (code) => {
        if (code === 0) return resolve(Buffer.concat(out))
        reject(gitError(gitDirectory, args[0] ?? '', Buffer.concat(errors).toString()))
      })
      child.stdin.end(input)
    })
}

/** The fields of a NUL-separated list. */
export const fields = (output: Buffer): string[] =>
  output
    .toString()
    .split('\0')
    .filter((field) => field !== '')
