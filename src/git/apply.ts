import { spawn } from 'node:child_process'
import { AnnealError } from '../records/error.ts'
import { gitEnvironment } from './plumbing.ts'
import type { Repository } from './repository.ts'

export const APPLY_WAYS = ['merge', 'squash', 'patch'] as const
export type ApplyWay = (typeof APPLY_WAYS)[number]

/**
 * Brings `commit` to the user's branch: a merge commit, a squash left staged, or a patch laid on the work tree.
 * The one place that touches the user's branch. Refuses, with nothing changed, where files it would touch have uncommitted changes or conflict.
 */
export async function applyCommit(
  repository: Repository,
  base: string,
  commit: string,
  way: ApplyWay,
  message: string,
): Promise<string> {
  const git = (args: string[], input?: string) => userGit(repository.root, args, input)
  const paths = (await git(['diff', '--name-only', '-z', base, commit])).split('\0').filter(Boolean)
  const dirty = (await git(['status', '--porcelain', '-z', '--untracked-files=all', '--', ...paths]))
    .split('\0')
    .filter(Boolean)
  if (dirty.length > 0)
    throw new AnnealError({
      what: `Uncommitted changes stand in files that this would change: ${dirty.map((line) => line.slice(3)).join(', ')}.`,
      fix: 'Commit or stash them first.',
    })
  if (way === 'patch') {
    const patch = await git(['diff', '--binary', base, commit])
    await git(['apply', '--check', '-'], patch).catch((cause: unknown) => refuse(cause))
    await git(['apply', '-'], patch)
    return `changed ${paths.length} file(s) in the work tree; nothing is committed`
  }
  if (way === 'merge' && repository.branch === null)
    throw new AnnealError({
      what: 'HEAD is detached: there is no branch to merge into.',
      fix: 'Check out a branch, or use --patch.',
    })
  const head = (await git(['rev-parse', 'HEAD'])).trim()
  const args =
    way === 'merge' ? ['merge', '--no-ff', '--no-edit', '-m', message, commit] : ['merge', '--squash', commit]
  await git(args).catch(async (cause: unknown) => {
    await git(['reset', '--merge', head]).catch(() => undefined)
    refuse(cause)
  })
  return way === 'merge' ? `merged into ${repository.branch}` : 'staged; commit it when you are content'
}

function refuse(cause: unknown): never {
  const why = cause instanceof AnnealError ? cause.why : ''
  throw new AnnealError({
    what: 'It conflicts with what the branch has become; nothing was changed.',
    why,
    fix: 'Merge the branch by hand, or run Anneal again from the present HEAD.',
    cause,
  })
}

/** The user's own git, with the user's own configuration: this is the user's commit. */
function userGit(root: string, args: string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, {
      cwd: root,
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: gitEnvironment().LC_ALL ?? 'C' },
    })
    let [out, errors] = ['', '']
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    child.stdin.on('error', () => undefined)
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0
        ? resolve(out)
        : reject(new AnnealError({ what: `git ${args[0] ?? ''} failed`, why: (errors || out).trim() })),
    )
    child.stdin.end(input)
  })
}
