import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openEngine } from '../../src/git/engine.ts'
import { arePlain } from '../../src/git/plain-files.ts'
import { openRepository } from '../../src/git/repository.ts'
import { git, repository } from '../support/cli.ts'

const FILES = { 'a.txt': 'one\n', 'src/b.txt': 'two\n', 'src/deep/c.sh': '#!/bin/sh\n', '.gitignore': '*.log\nout/\n' }
/** What only Git writes: with it in the tree, all of the tree is Git's to write. */
const LINK = 'zz-link'

async function open(folder: string) {
  const found = await openRepository(folder)
  return { engine: await openEngine(found, join(folder, '.anneal', 'git')), head: found.head }
}

const place = () => mkdtempSync(join(tmpdir(), 'anneal-plain-'))

/** What somebody may do to an exported folder. */
const DEEDS: Record<string, (folder: string) => void> = {
  'writes other words of the same length': (at) => write(at, 'a.txt', 'ONE\n'),
  'writes the same again': (at) => write(at, 'src/b.txt', 'two\n'),
  'writes and puts the times back': (at) => {
    const { atime, mtime } = lstatSync(join(at, 'a.txt'), { throwIfNoEntry: false }) ?? {}
    write(at, 'a.txt', 'eno\n')
    if (atime && mtime) utimesSync(join(at, 'a.txt'), atime, mtime)
  },
  'makes a script plain': (at) => existsSync(join(at, 'src/deep/c.sh')) && chmodSync(join(at, 'src/deep/c.sh'), 0o644),
  'deletes a file': (at) => rmSync(join(at, 'src/b.txt'), { force: true }),
  'deletes a folder': (at) => rmSync(join(at, 'src'), { recursive: true, force: true }),
  'makes a file': (at) => write(at, 'new/er/d.txt', 'new\n'),
  'makes an empty folder': (at) => mkdirSync(join(at, 'empty'), { recursive: true }),
  'leaves litter': (at) => {
    write(at, 'src/__pycache__/b.pyc', 'x')
    write(at, 'node_modules/p/index.js', 'x')
  },
  'writes what the repository ignores': (at) => {
    write(at, 'run.log', 'x')
    write(at, 'out/result.json', 'x')
  },
  'puts a link in the place of a file': (at) => {
    rmSync(join(at, 'a.txt'), { force: true })
    symlinkSync('src/b.txt', join(at, 'a.txt'))
  },
  'renames a file': (at) => existsSync(join(at, 'a.txt')) && renameSync(join(at, 'a.txt'), join(at, 'moved.txt')),
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  // A link may lead to what is there no more.
  if (!existsSync(join(folder, path))) rmSync(join(folder, path), { force: true })
  writeFileSync(join(folder, path), text)
}

describe('an export', () => {
  it('finds the same changes whether Anneal or Git has written the files', async () => {
    const [plain, linked] = [repository(FILES), repository(FILES)]
    for (const folder of [plain, linked]) {
      chmodSync(join(folder, 'src/deep/c.sh'), 0o755)
      if (folder === linked) symlinkSync('a.txt', join(folder, LINK))
      git(folder, 'add', '-A')
      git(folder, 'commit', '-qm', 'more')
    }
    const [ours, gits] = [await open(plain), await open(linked)]
    const found = async ({ engine, head }: typeof ours, deeds: readonly string[]) => {
      const folder = place()
      const exported = await engine.export(head, folder)
      const executable = lstatSync(join(folder, 'src/deep/c.sh')).mode & 0o111
      for (const deed of deeds) DEEDS[deed]?.(folder)
      const changed = (await exported.changed()).toSorted()
      rmSync(folder, { recursive: true, force: true })
      return { executable, changed }
    }
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...Object.keys(DEEDS)), { maxLength: 4 }), async (deeds) => {
        expect(await found(ours, deeds)).toEqual(await found(gits, deeds))
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  it('sees an edit that comes at once after it, of the same length', async () => {
    const { engine, head } = await open(repository(FILES))
    for (let turn = 0; turn < 20; turn++) {
      const folder = place()
      const exported = await engine.export(head, folder)
      writeFileSync(join(folder, 'a.txt'), `${String(turn).padStart(3, 'x')}\n`)
      expect(await exported.changed()).toEqual(['a.txt'])
    }
  })

  it('writes a large file through Git, and sees that it was changed', async () => {
    const folder = repository({ 'a.txt': 'one\n', 'large.bin': 'x'.repeat(2 ** 25 + 1) })
    const { engine, head } = await open(folder)
    const at = place()
    const exported = await engine.export(head, at)
    expect(readFileSync(join(at, 'large.bin')).length).toBe(2 ** 25 + 1)
    expect(await exported.changed()).toEqual([])
    writeFileSync(join(at, 'a.txt'), 'two\n')
    expect(await exported.changed()).toEqual(['a.txt'])
  })
})

describe('plain files', () => {
  const one = async () => 1
  const leaf = (path: string, mode = '100644') => ({ path, mode, object: 'f'.repeat(40) })

  it.each([
    ['a link', [leaf('a', '120000')]],
    ['a submodule', [leaf('a', '160000')]],
    ['the way up', [leaf('../a')]],
    ['a git folder', [leaf('a/.GIT/config')]],
    ['a short name of a git folder', [leaf('GIT~1/config')]],
    ['an absolute path', [leaf('/a')]],
    ['a name that is no UTF-8', [leaf('a\ufffd')]],
    ['one name twice', [leaf('a'), leaf('a')]],
    ['a file that is a folder too', [leaf('a'), leaf('a/b')]],
  ])('are not a tree with %s', async (_, leaves) => {
    expect(await arePlain(leaves, one)).toBe(false)
    expect(await arePlain([leaf('a/b'), leaf('c', '100755')], one)).toBe(true)
  })

  it('are not a tree with a file that is not there', async () => {
    expect(await arePlain([leaf('a')], async () => -1)).toBe(false)
  })
})
