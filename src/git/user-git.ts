import { spawn } from 'node:child_process'
import { AnnealError } from '../records/error.ts'
import { gitEnvironment } from './plumbing.ts'

/** Runs one command of the user's own git, with the user's own configuration, in `root`. Gives what it printed; throws with Git's own words, its exit code as the cause. */
export type UserGit = (args: readonly string[], input?: string | Buffer) => Promise<Buffer>

/** The user's own git: what it commits is the user's commit. */
export function userGit(root: string): UserGit {
  return (args, input = '') =>
    new Promise((resolve, reject) => {
      const child = spawn('git', ['--literal-pathspecs', ...args], {
        cwd: root,
        env: { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: gitEnvironment().LC_ALL ?? 'C' },
      })
      const out: Buffer[] = []
      const errors: Buffer[] = []
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
      child.stdin.on('error', () => undefined)
      child.on('error', reject)
      child.on('close', (code) => {
        if (code === 0) return resolve(Buffer.concat(out))
        const why = Buffer.concat(errors.length > 0 ? errors : out)
          .toString()
          .trim()
        reject(
          new AnnealError({
            what: `git ${args[0] ?? ''} failed.`,
            why,
            fix: 'Mend what Git says, and start the command again.',
            cause: code,
          }),
        )
      })
      child.stdin.end(input)
    })
}
