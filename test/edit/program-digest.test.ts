import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { programs } from '../../src/edit/program-digest.ts'
import { openEngine } from '../../src/git/engine.ts'
import { openRepository } from '../../src/git/repository.ts'
import { repository } from '../support/cli.ts'

const PROGRAM = 'def area(r):\n    # the area of a circle\n    return 3.14 * r * r\n'

/** Digests of the base with each of `changes` made to it. */
async function digests(changes: ((folder: string) => void)[]): Promise<{ base: string; found: string[] }> {
  const folder = repository({ 'a.py': PROGRAM, 'b.bin': 'x\0y', 'c.py': 'import a\n' })
  const found = await openRepository(folder)
  const engine = await openEngine(found, join(folder, '.anneal', 'git'))
  const programOf = programs(engine, found.head)
  const each: string[] = []
  for (const change of changes) {
    const place = mkdtempSync(join(tmpdir(), 'anneal-program-'))
    const exported = await engine.export(found.head, place)
    change(place)
    const paths = await exported.changed()
    const { commit } = await engine.commit(
      { folder: place, parents: [found.head], message: 'm\n', seconds: 1_700_000_000 },
      paths,
    )
    each.push(await programOf(commit))
  }
  return { base: await programOf(found.head), found: each }
}

const write = (path: string, text: string) => (folder: string) => writeFileSync(join(folder, path), text)

describe("a program's digest", () => {
  it('is the same where only comments, blank lines and spacing differ', async () => {
    const { base, found } = await digests([
      write('a.py', 'def area(r):\n    return 3.14*r * r  # quick\n'),
      write('a.py', `# licence\n\n${PROGRAM}\n\n`),
    ])
    expect(found).toEqual([base, base])
  })

  it('differs with a number, a nesting, a file more, a file less and a byte of what no parser knows', async () => {
    const { base, found } = await digests([
      write('a.py', PROGRAM.replace('3.14', '3.15')),
      write('c.py', 'if True:\n    import a\n'),
      write('d.py', ''),
      (folder) => rmSync(join(folder, 'c.py')),
      write('b.bin', 'x\0z'),
    ])
    expect(new Set([base, ...found]).size).toBe(6)
  })

  it('is the same for two commits that came to one program by different ways of writing it', async () => {
    const { found } = await digests([
      write('a.py', PROGRAM.replace('3.14', '3.1416')),
      write('a.py', 'def area(r):\n    return 3.1416 * r * r\n'),
    ])
    expect(found[0]).toBe(found[1])
  })
})
