import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applyCommit, patchOf, previewCommit } from '../../src/git/apply.ts'
import { openRepository } from '../../src/git/repository.ts'
import { AnnealError } from '../../src/records/error.ts'
import { git, repository } from '../support/cli.ts'

const FILES = { 'a.txt': 'one\ntwo\nthree\n', 'b.txt': 'b\n', '.gitignore': '*.log\n' }
type Case = { folder: string; base: string; commit: string }

/** A repository whose main branch stands at `base`, and a commit beyond it that changes a.txt and adds new/c.txt. */
function prepared(change: Record<string, string> = { 'a.txt': 'one\nTWO\nthree\n', 'new/c.txt': 'ü\n' }): Case {
  const folder = repository(FILES)
  const base = git(folder, 'rev-parse', 'HEAD')
  git(folder, 'checkout', '-q', '--detach')
  for (const [path, text] of Object.entries(change)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  git(folder, 'add', '-Af')
  git(folder, 'commit', '-q', '-m', 'better')
  const commit = git(folder, 'rev-parse', 'HEAD')
  git(folder, 'checkout', '-q', 'main')
  return { folder, base, commit }
}

/** A digest of all that a person has there: refs, HEAD, index, what is under way, and every file. */
function digest(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !`${entry.parentPath}/`.includes('/.git/'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
  const hash = createHash('sha256')
  for (const file of files) hash.update(file).update(readFileSync(file))
  for (const words of [['rev-parse', 'HEAD'], ['for-each-ref'], ['ls-files', '-s'], ['status', '--porcelain']])
    hash.update(git(folder, ...words))
  for (const name of ['MERGE_HEAD', 'SQUASH_MSG', 'MERGE_MSG']) hash.update(`${existsSync(join(folder, '.git', name))}`)
  return hash.digest('hex')
}

const commitOnMain = (folder: string, path: string, text: string) => {
  writeFileSync(join(folder, path), text)
  git(folder, 'add', '-A')
  git(folder, 'commit', '-q', '-m', 'mine')
}

describe('bringing a commit to the branch', () => {
  it('merges, and keeps unrelated changes of the work tree', async () => {
    const { folder, base, commit } = prepared()
    commitOnMain(folder, 'd.txt', 'd\n')
    writeFileSync(join(folder, 'b.txt'), 'b, changed\n')
    const repo = await openRepository(folder)
    expect(await previewCommit(repo, base, commit, 'merge')).toEqual({
      files: [
        { path: 'a.txt', added: 1, removed: 1 },
        { path: 'new/c.txt', added: 1, removed: 0 },
      ],
      moved: 1,
      held: false,
      hindrance: null,
    })
    expect(await applyCommit(repo, base, commit, 'merge', 'Better')).toBe('merged into main')
    expect(git(folder, 'log', '-1', '--format=%s %P').split(' ')).toHaveLength(3)
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('one\nTWO\nthree\n')
    expect(git(folder, 'status', '--porcelain')).toBe('M b.txt')
  })

  it('stages a squash under a configuration that forbids fast-forwards', async () => {
    const { folder, base, commit } = prepared()
    git(folder, 'config', 'merge.ff', 'false')
    await applyCommit(await openRepository(folder), base, commit, 'squash', 'Better')
    expect(git(folder, 'status', '--porcelain').split('\n')).toEqual(['M  a.txt', 'A  new/c.txt'])
    expect(git(folder, 'rev-parse', 'HEAD')).toBe(base)
  })

  it.each(['files', 'patch'] as const)(
    'writes what `git apply` takes, whatever the user’s diffs look like: %s',
    async (way) => {
      const { folder, base, commit } = prepared({ 'a.txt': 'one\nTWO\nthree\n', 'x.bin': '\0\u0001binary' })
      for (const [key, value] of [
        ['diff.noprefix', 'true'],
        ['color.ui', 'always'],
        ['diff.external', 'false'],
        ['apply.whitespace', 'error'],
      ] as const)
        git(folder, 'config', key, value)
      const repo = await openRepository(folder)
      if (way === 'files') await applyCommit(repo, base, commit, 'files', 'Better')
      else {
        writeFileSync(join(folder, '..', 'x.patch'), await patchOf(repo, base, commit))
        git(folder, 'apply', '../x.patch')
      }
      expect(readFileSync(join(folder, 'x.bin'), 'utf8')).toBe('\0\u0001binary')
      expect(git(folder, 'diff', '--cached', '--name-only')).toBe('')
    },
  )

  it('does nothing where the branch holds it already, merged or by content', async () => {
    const { folder, base, commit } = prepared()
    const repo = await openRepository(folder)
    await applyCommit(repo, base, commit, 'squash', 'Better')
    git(folder, 'commit', '-q', '-m', 'squashed')
    const before = digest(folder)
    expect(await applyCommit(await openRepository(folder), base, commit, 'merge', 'Better')).toContain(
      'holds it already',
    )
    expect(digest(folder)).toBe(before)
  })
})

describe('refusals leave everything as it was', () => {
  const cases: [string, (one: Case) => void, 'merge' | 'squash' | 'files', string][] = [
    ['conflicts', ({ folder }) => commitOnMain(folder, 'a.txt', 'one\nZWEI\nthree\n'), 'merge', 'conflicts'],
    ['conflicts', ({ folder }) => commitOnMain(folder, 'a.txt', 'one\nZWEI\nthree\n'), 'squash', 'conflicts'],
    ['conflicts', ({ folder }) => commitOnMain(folder, 'a.txt', 'one\nZWEI\nthree\n'), 'files', 'conflicts'],
    ['changes in a file it touches', ({ folder }) => writeFileSync(join(folder, 'a.txt'), 'mine\n'), 'merge', 'a.txt'],
    [
      'an untracked file in its way',
      ({ folder }) => {
        mkdirSync(join(folder, 'new'))
        writeFileSync(join(folder, 'new/c.txt'), 'mine\n')
      },
      'merge',
      'new/c.txt',
    ],
    ['a file where it makes a folder', ({ folder }) => writeFileSync(join(folder, 'new'), 'mine\n'), 'files', 'new'],
    [
      'staged changes elsewhere',
      ({ folder }) => {
        writeFileSync(join(folder, 'b.txt'), 'staged\n')
        git(folder, 'add', 'b.txt')
      },
      'merge',
      'staged',
    ],
    [
      'staged changes elsewhere',
      ({ folder }) => {
        writeFileSync(join(folder, 'b.txt'), 'staged\n')
        git(folder, 'add', 'b.txt')
      },
      'squash',
      'staged',
    ],
    [
      'a merge under way',
      ({ folder }) => writeFileSync(join(folder, '.git', 'MERGE_HEAD'), `${git(folder, 'rev-parse', 'HEAD')}\n`),
      'merge',
      'under way',
    ],
    ['a detached HEAD', ({ folder }) => git(folder, 'checkout', '-q', '--detach'), 'merge', 'detached'],
    [
      'a hook that says no',
      ({ folder }) => {
        writeFileSync(join(folder, '.git', 'hooks', 'pre-merge-commit'), '#!/bin/sh\necho not today >&2\nexit 1\n')
        chmodSync(join(folder, '.git', 'hooks', 'pre-merge-commit'), 0o755)
        writeFileSync(join(folder, 'b.txt'), 'not committed\n')
      },
      'merge',
      'not today',
    ],
  ]
  it.each(cases)('%s (%#)', async (_, spoil, way, words) => {
    const one = prepared()
    spoil(one)
    const before = digest(one.folder)
    const fault = await applyCommit(await openRepository(one.folder), one.base, one.commit, way, 'Better').catch(
      (thrown: unknown) => thrown,
    )
    expect(fault).toBeInstanceOf(AnnealError)
    expect(String(fault)).toContain(words)
    expect(fault instanceof AnnealError ? fault.fix : '').not.toBe('')
    expect(digest(one.folder)).toBe(before)
  })

  it('an ignored file in its way, which Git itself would overwrite without a word', async () => {
    const { folder, base, commit } = prepared({ 'keep.log': 'from the attempt\n' })
    writeFileSync(join(folder, 'keep.log'), 'mine, precious\n')
    const before = digest(folder)
    await expect(applyCommit(await openRepository(folder), base, commit, 'merge', 'Better')).rejects.toThrow('keep.log')
    expect(digest(folder)).toBe(before)
  })
})
