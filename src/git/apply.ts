import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { AnnealError } from '../records/error.ts'
import type { ApplyWay, Preview } from '../records/preview.ts'
import { inTheWay } from './in-the-way.ts'
import { fields } from './plumbing.ts'
import type { Repository } from './repository.ts'
import { type UserGit, userGit } from './user-git.ts'

/** Whatever the user's configuration says of diffs, `git apply` has to be able to read these. */
const PATCH = [
  ...['diff-tree', '-p', '--binary', '--full-index', '--no-color', '--no-ext-diff', '--no-textconv', '--no-renames'],
  ...['--src-prefix=a/', '--dst-prefix=b/'],
]

/** What `git am` and its kin leave while they wait for the user. */
const UNDER_WAY = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply']

/** What `base` to `commit` is as a patch for `git apply`. */
export const patchOf = ({ root }: Repository, base: string, commit: string): Promise<Buffer> =>
  userGit(root)([...PATCH, base, commit])

/** Finds out what bringing `commit` to the user's branch would do, and what stands against it. Changes nothing. */
export async function previewCommit(
  repository: Repository,
  base: string,
  commit: string,
  way: ApplyWay,
): Promise<Preview> {
  const git = userGit(repository.root)
  const files = numstat(await git(['diff-tree', '-r', '-z', '--numstat', '--no-renames', base, commit]))
  const count = async (range: string) => Number((await git(['rev-list', '--count', range])).toString())
  const moved = await count(`${base}..HEAD`)
  const paths = files.map(({ path }) => path)
  if (way === 'patch') return { files, moved, held: false, hindrance: null }
  const held = (await count(`HEAD..${commit}`)) === 0
  const hindrance = held ? null : await hindranceOf(git, repository, { base, commit, way, paths })
  return hindrance === 'held' ? { files, moved, held: true, hindrance: null } : { files, moved, held, hindrance }
}

/**
 * Brings `commit` to the user's branch: a merge commit, a squash left staged, or a change of files in the work tree.
 * The one place that touches the user's branch. Refuses, with nothing changed, where `previewCommit` finds a hindrance.
 */
export async function applyCommit(
  repository: Repository,
  base: string,
  commit: string,
  way: Exclude<ApplyWay, 'patch'>,
  message: string,
): Promise<string> {
  const { files, held, hindrance } = await previewCommit(repository, base, commit, way)
  if (hindrance) throw new AnnealError(hindrance)
  if (held) return `${repository.branch ?? 'HEAD'} holds it already; nothing was changed`
  const git = userGit(repository.root)
  if (way === 'files') {
    await git(['apply', '--whitespace=nowarn', '-'], await patchOf(repository, base, commit))
    return `changed ${files.length} ${files.length === 1 ? 'file' : 'files'} in the work tree; nothing is committed`
  }
  const args =
    way === 'merge'
      ? ['merge', '--no-ff', '--no-autostash', '--no-edit', '-m', message, commit]
      : ['merge', '--squash', '--ff', '--no-autostash', commit]
  await git(args).catch(async (cause: unknown) => {
    // The index was at HEAD before: this takes back what the merge began, and nothing of the user's.
    await git(['merge', '--abort']).catch(() => git(['reset', '--merge']).catch(() => undefined))
    throw new AnnealError({
      what: 'Git refuses the merge; nothing was changed.',
      why: cause instanceof AnnealError ? cause.why : String(cause),
      fix: `Mend what Git names, or merge by hand: git merge ${commit.slice(0, 12)}`,
      cause,
    })
  })
  return way === 'merge' ? `merged into ${repository.branch}` : 'staged; commit it when you are content'
}

type Wanted = { base: string; commit: string; way: ApplyWay; paths: readonly string[] }

async function hindranceOf(
  git: UserGit,
  repository: Repository,
  { base, commit, way, paths }: Wanted,
): Promise<Preview['hindrance'] | 'held'> {
  const { root, branch } = repository
  if (way === 'merge' && branch === null)
    return {
      what: 'HEAD is detached: there is no branch to merge into.',
      why: 'A merge moves a branch on, and none is checked out.',
      fix: 'Check out a branch, or use --files or --patch FILE.',
    }
  if (way !== 'files') {
    const folder = resolve(root, (await git(['rev-parse', '--git-dir'])).toString().trim())
    const begun = UNDER_WAY.find((name) => existsSync(resolve(folder, name)))
    if (begun)
      return {
        what: 'A merge, rebase, cherry-pick or revert is under way in this repository.',
        why: `Git keeps ${begun} for it.`,
        fix: 'End or abort it first (`git status` says how), or write a patch: anneal apply --patch FILE',
      }
    const staged = fields(await git(['diff', '--cached', '--name-only', '-z']))
    if (staged.length > 0)
      return {
        what: 'Changes are staged, and Git merges only where the index is as HEAD.',
        why: named(staged),
        fix: 'Commit them or unstage them (git restore --staged FILE), or use --files.',
      }
  }
  const blocked = await inTheWay(git, root, paths)
  if (blocked.length > 0)
    return {
      what: 'Uncommitted or untracked files stand where this would write.',
      why: named(blocked),
      fix: 'Commit, stash or move them first; or write a patch and look: anneal apply --patch FILE',
    }
  const conflict = {
    what: 'It conflicts with what the branch has become; nothing was changed.',
    fix: `Merge by hand and settle it: git merge ${commit.slice(0, 12)}. Or run Anneal again from the present HEAD.`,
  }
  if (way === 'files') {
    const refused = await git(['apply', '--check', '--whitespace=nowarn', '-'], await git([...PATCH, base, commit]))
      .then(() => null)
      .catch((fault: unknown) => fault)
    return refused === null ? null : { ...conflict, why: refused instanceof AnnealError ? refused.why : '' }
  }
  return merged(git, commit, conflict)
}

/** Merges in memory. Exit 1 is Git's word for conflicts; a Git without `merge-tree --write-tree` (before 2.38) has no word on it beforehand. */
async function merged(
  git: UserGit,
  commit: string,
  conflict: { what: string; fix: string },
): Promise<Preview['hindrance'] | 'held'> {
  const tree = await git(['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', 'HEAD', commit]).catch(
    (fault: unknown) => {
      if (!(fault instanceof AnnealError)) throw fault
      return fault.cause === 1 ? fault : null
    },
  )
  if (tree === null) return null
  if (tree instanceof AnnealError)
    return {
      ...conflict,
      why: named(
        tree.why
          .split('\0')
          .filter((path) => path !== '')
          .slice(1),
      ),
    }
  const head = (await git(['rev-parse', 'HEAD^{tree}'])).toString().trim()
  return fields(tree)[0]?.trim() === head ? 'held' : null
}

const SHOWN = 8

const named = (paths: readonly string[]) =>
  `${paths.slice(0, SHOWN).join(', ')}${paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : ''}`

/** `added TAB removed TAB path`, NUL-ended; a binary file has dashes for numbers. */
function numstat(output: Buffer): Preview['files'] {
  return fields(output).flatMap((line) => {
    const [added, removed, ...path] = line.split('\t')
    const number = (text: string | undefined) => (text === undefined || text === '-' ? null : Number(text))
    return path.length === 0 ? [] : [{ path: path.join('\t'), added: number(added), removed: number(removed) }]
  })
}
