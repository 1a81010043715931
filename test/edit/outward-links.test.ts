import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { outwardLinks } from '../../src/edit/outward-links.ts'
import { openEngine } from '../../src/git/engine.ts'
import { openRepository } from '../../src/git/repository.ts'
import { anneal, git, repository, TINY } from '../support/cli.ts'

describe('links out of the tree', () => {
  it('are told from those that stay in it', async () => {
    const folder = repository({ 'a.txt': 'x', 'sub/b.txt': 'y' })
    const links = {
      absolute: '/etc/hostname',
      'sub/up': '../../outside',
      inside: 'sub/b.txt',
      'sub/back': '../a.txt',
      folder: 'sub',
      through: 'folder/../../x',
      nowhere: 'not/there',
    }
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(folder, path))
    git(folder, 'add', '-A')
    git(folder, 'commit', '-qm', 'links')
    const found = await openRepository(folder)
    const engine = await openEngine(found, join(folder, '.anneal', 'git'))
    expect([...(await outwardLinks(engine, found.head))].toSorted()).toEqual(['absolute', 'sub/up', 'through'])
  })

  it('are not there for an editor, and are kept in what it makes', async () => {
    const victim = join(mkdtempSync(join(tmpdir(), 'anneal-victim-')), 'file.txt')
    writeFileSync(victim, 'mine\n')
    const folder = repository(TINY)
    symlinkSync(victim, join(folder, 'out.txt'))
    git(folder, 'add', '-A')
    git(folder, 'commit', '-qm', 'a link')
    const command = `sh -c '[ -L out.txt ] && echo theirs >> out.txt; sed -i "s/const value = .*/const value = 9/" solve.mjs'`
    const said = await anneal(folder, ['run', '--attempts', '1', '--editor-command', command, '--json'])
    expect(said.err).toContain('value')
    const { attempts, best } = JSON.parse(said.out)
    expect(attempts).toMatchObject({ scored: 2, rejected: 0 })
    expect(readFileSync(victim, 'utf8')).toBe('mine\n')
    expect(git(folder, 'ls-tree', best.commit, 'out.txt')).toContain('120000')
  })
})
