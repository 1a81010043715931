import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Engine, openEngine, sweepEngine } from '../../src/git/engine.ts'
import { openRepository } from '../../src/git/repository.ts'
import { git, repository } from '../support/cli.ts'

const FILES = { 'a.txt': 'one\n', 'src/b.txt': 'two\n', 'src/deep/c.txt': 'three\n', 'keep/d.txt': 'four\n' }
const SECONDS = 1_700_000_000

async function open(folder: string) {
  const found = await openRepository(folder)
  const home = join(folder, '.anneal', 'git')
  return { found, home, engine: await openEngine(found, home) }
}

/** Exports `commit` to a folder, lets `change` work there, and commits what it changed. */
async function attempt(engine: Engine, commit: string, change: (folder: string) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'anneal-engine-'))
  const exported = await engine.export(commit, folder)
  change(folder)
  const changed = await exported.changed()
  return {
    changed,
    change: await engine.commit({ folder, parents: [commit], message: 'a change\n', seconds: SECONDS }, changed),
  }
}

describe('the engine', () => {
  it('commits what was changed, deleted and made, as Git itself would', async () => {
    const folder = repository(FILES)
    const { engine, found } = await open(folder)
    const { changed, change } = await attempt(engine, found.head, (at) => {
      writeFileSync(join(at, 'a.txt'), 'ONE\n')
      rmSync(join(at, 'src', 'deep', 'c.txt'))
      mkdirSync(join(at, 'new', 'er'), { recursive: true })
      writeFileSync(join(at, 'new', 'er', 'e.sh'), '#!/bin/sh\n')
      chmodSync(join(at, 'new', 'er', 'e.sh'), 0o755)
    })
    expect(changed.toSorted()).toEqual(['a.txt', 'new/er/e.sh', 'src/deep/c.txt'])
    await engine.publish('anneal/r/1', change.commit, { score: 1 }, SECONDS)
    expect(git(folder, 'fsck', '--full', '--strict', '--no-dangling')).toBe('')
    expect(git(folder, 'ls-tree', '-r', '--name-only', 'anneal/r/1').split('\n')).toEqual([
      'a.txt',
      'keep/d.txt',
      'new/er/e.sh',
      'src/b.txt',
    ])
    expect(git(folder, 'ls-tree', 'anneal/r/1', 'new/er/e.sh')).toContain('100755')
    expect(change.files.map(({ path, added, removed }) => [path, added, removed])).toEqual([
      ['a.txt', 1, 1],
      ['new/er/e.sh', 1, 0],
      ['src/deep/c.txt', 0, 1],
    ])
    expect(change.diff).toContain('+ONE')
    expect(JSON.parse(git(folder, 'notes', '--ref=anneal', 'show', change.commit))).toEqual({ score: 1 })
    // The same tree through Git's own index.
    git(folder, 'checkout', '-q', 'anneal/r/1')
    git(folder, 'rm', '-rq', '--cached', '.')
    git(folder, 'add', '-A', ':!.anneal')
    expect(git(folder, 'write-tree')).toBe(change.tree)
  })

  it('gives the same commit for the same change, whenever it is made', async () => {
    const folder = repository(FILES)
    const { engine, found } = await open(folder)
    const make = () => attempt(engine, found.head, (at) => writeFileSync(join(at, 'a.txt'), 'x\n'))
    expect((await make()).change.commit).toBe((await make()).change.commit)
  })

  it('moves a branch that a killed process left, and changes nothing when asked again', async () => {
    const folder = repository(FILES)
    const { engine, found } = await open(folder)
    const one = await attempt(engine, found.head, (at) => writeFileSync(join(at, 'a.txt'), '1\n'))
    const two = await attempt(engine, found.head, (at) => writeFileSync(join(at, 'a.txt'), '2\n'))
    await engine.publish('anneal/r/1', one.change.commit, { score: 1 }, SECONDS)
    await engine.publish('anneal/r/1', two.change.commit, { score: 2 }, SECONDS)
    await engine.publish('anneal/r/1', two.change.commit, { score: 2 }, SECONDS)
    expect(git(folder, 'rev-parse', 'anneal/r/1')).toBe(two.change.commit)
    expect(git(folder, 'rev-list', '--count', 'refs/notes/anneal')).toBe('2')
  })

  it('publishes from many sides at once without losing a note', async () => {
    const folder = repository(FILES)
    const { engine, found } = await open(folder)
    const second = await openEngine(found, join(folder, '.anneal', 'second'))
    const commits: string[] = []
    for (let turn = 0; turn < 8; turn++) {
      const one = turn % 2 === 0 ? engine : second
      const { change } = await attempt(one, found.head, (at) => writeFileSync(join(at, 'a.txt'), `${turn}\n`))
      commits.push(change.commit)
    }
    await Promise.all(
      commits.map((commit, turn) =>
        (turn % 2 === 0 ? engine : second).publish(`anneal/r/${turn}`, commit, { turn }, SECONDS),
      ),
    )
    for (const [turn, commit] of commits.entries()) {
      expect(git(folder, 'rev-parse', `anneal/r/${turn}`)).toBe(commit)
      expect(JSON.parse(git(folder, 'notes', '--ref=anneal', 'show', commit))).toEqual({ turn })
    }
    expect(git(folder, 'fsck', '--full', '--strict', '--no-dangling')).toBe('')
  })

  it('keeps bytes, names and a hash of its own as they are', async () => {
    const folder = repository({ 'a.txt': 'x' })
    const bytes = Buffer.from([0x63, 0xe9, 0x0d, 0x0a, 0x00, 0xff])
    writeFileSync(join(folder, 'bytes.bin'), bytes)
    writeFileSync(join(folder, 'ünï çode \n name.txt'), 'é')
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/latin-`), Buffer.from([0xe9])]), 'kept')
    writeFileSync(join(folder, '.gitattributes'), '* text=auto eol=crlf ident\n*.bin filter=evil\n')
    git(folder, 'add', '-A')
    git(folder, 'commit', '-qm', 'odd')
    const { engine, found } = await open(folder)
    const at = mkdtempSync(join(tmpdir(), 'anneal-engine-'))
    await engine.export(found.head, at)
    expect(readFileSync(join(at, 'bytes.bin')).equals(bytes)).toBe(true)
    expect((await engine.read(found.head, 'ünï çode \n name.txt'))?.toString()).toBe('é')
    const { changed, change } = await attempt(engine, found.head, (where) =>
      writeFileSync(join(where, 'a.txt'), 'line\r\n$Id$'),
    )
    expect(changed).toEqual(['a.txt'])
    expect((await engine.read(change.commit, 'a.txt'))?.toString()).toBe('line\r\n$Id$')
    await engine.publish('anneal/r/1', change.commit, {}, SECONDS)
    expect(git(folder, 'diff', '--name-only', found.head, 'anneal/r/1')).toBe('a.txt')
    expect(git(folder, 'fsck', '--full', '--strict', '--no-dangling')).toBe('')
  })

  it('works in a repository of SHA-256 objects', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'anneal-sha256-'))
    git(folder, 'init', '-q', '--object-format=sha256')
    writeFileSync(join(folder, 'a.txt'), 'x')
    git(folder, 'add', '-A')
    git(folder, '-c', 'user.name=T', '-c', 'user.email=t@localhost', 'commit', '-qm', 'start')
    const { engine, found } = await open(folder)
    const { change } = await attempt(engine, found.head, (at) => writeFileSync(join(at, 'a.txt'), 'y'))
    await engine.publish('anneal/r/1', change.commit, { a: 1 }, SECONDS)
    expect(change.commit).toHaveLength(64)
    expect(git(folder, 'fsck', '--full', '--strict', '--no-dangling')).toBe('')
    expect(git(folder, 'notes', '--ref=anneal', 'show', change.commit)).toBe('{"a":1}')
  })

  it('hides files from an export and does not take them for deleted', async () => {
    const folder = repository(FILES)
    const { engine, found } = await open(folder)
    const at = mkdtempSync(join(tmpdir(), 'anneal-engine-'))
    const exported = await engine.export(found.head, at, (path) => path.startsWith('keep/'))
    expect(existsSync(join(at, 'keep'))).toBe(false)
    expect(await exported.changed()).toEqual([])
  })

  it('hands over what a killed process had written, and sweeps its leavings', async () => {
    const folder = repository(FILES)
    const { engine, home, found } = await open(folder)
    const { change } = await attempt(engine, found.head, (at) => writeFileSync(join(at, 'a.txt'), 'late\n'))
    writeFileSync(join(home, 'index-99-0'), 'left')
    writeFileSync(join(home, 'index-99-0.lock'), 'left')
    await sweepEngine(found, home)
    expect(existsSync(join(home, 'index-99-0'))).toBe(false)
    expect(existsSync(join(home, 'index-99-0.lock'))).toBe(false)
    expect(git(folder, 'cat-file', '-t', change.commit)).toBe('commit')
  })

  it('tells a fault of Git in words, and goes on after it', async () => {
    const folder = repository(FILES)
    const { engine, found } = await open(folder)
    await expect(engine.publish('anneal/..bad', found.head, {}, SECONDS)).rejects.toThrow(/update-ref/)
    await engine.publish('anneal/good', found.head, {}, SECONDS)
    expect(git(folder, 'rev-parse', 'anneal/good')).toBe(found.head)
  })

  it('does not keep a process alive, and leaves no Git behind', () => {
    const folder = repository(FILES)
    const program = `
      const { openRepository } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/git/repository.ts'))})
      const { openEngine } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/git/engine.ts'))})
      const found = await openRepository(${JSON.stringify(folder)})
      const engine = await openEngine(found, ${JSON.stringify(join(folder, '.anneal', 'git'))})
      console.log((await engine.list(found.head)).length)`
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 })
    expect(said.toString().trim()).toBe('4')
    expect(statSync(join(folder, '.anneal', 'git')).isDirectory()).toBe(true)
  })
})
