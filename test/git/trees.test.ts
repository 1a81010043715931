import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { objectReader } from '../../src/git/read-objects.ts'
import { changeTree, formatTree, leavesOf, parseTree, stored, treeReader } from '../../src/git/trees.ts'
import { objectWriter } from '../../src/git/write-objects.ts'

const folder = mkdtempSync(join(tmpdir(), 'anneal-trees-'))
execFileSync('git', ['init', '-q', '--bare', folder])
const read = objectReader(folder)
const trees = treeReader(read, 20)
const write = objectWriter(join(folder, 'objects'), 'sha1')
const git = (input: string, ...words: string[]) =>
  execFileSync('git', ['--git-dir', folder, ...words], { input, encoding: 'utf8' }).trim()

const name = fc.constantFrom('a', 'b', 'a.b', 'a-b', 'a0', 'é', 'z z')
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))

/** No path lies below another that is a file. */
const fits = (files: ReadonlyMap<string, unknown>) =>
  [...files.keys()].every((one) => ![...files.keys()].some((other) => other.startsWith(`${one}/`)))

describe('trees', () => {
  it('become by changes what Git makes of the same files', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(path, fc.option(fc.constantFrom('x', 'y')))),
        fc.array(fc.tuple(path, fc.option(fc.constantFrom('x', 'z')))),
        async (first, second) => {
          const files = new Map<string, string>()
          let tree: string | null = null
          for (const round of [first, second]) {
            const wanted = new Map(round)
            const after = new Map([...files, ...wanted].filter(([key]) => wanted.get(key) !== null))
            fc.pre(fits(after))
            const changes = await Promise.all(
              [...wanted].map(
                async ([key, text]) =>
                  [
                    stored(key),
                    text === null ? null : { mode: '100644', object: await write('blob', Buffer.from(text)) },
                  ] as const,
              ),
            )
            // A file that becomes a folder, or the reverse, is taken out before its place is taken.
            const gone = changes.filter(([, change]) => change === null)
            tree = await changeTree(tree, new Map(gone), trees, write)
            tree = await changeTree(tree, new Map(changes), trees, write)
            for (const [key, text] of wanted) text === null ? files.delete(key) : files.set(key, text)
          }
          const leaves = tree === null ? [] : await leavesOf(tree, trees)
          expect(leaves.map((leaf) => leaf.path).toSorted()).toEqual([...files.keys()].toSorted())
          if (tree === null) return
          const lines = leaves.map((leaf) => `${leaf.mode} ${leaf.object}\t${leaf.path}\0`).join('')
          const index = join(folder, 'an-index')
          execFileSync('rm', ['-f', index])
          execFileSync('git', ['--git-dir', folder, 'update-index', '-z', '--index-info'], {
            input: lines,
            env: { ...process.env, GIT_INDEX_FILE: index },
          })
          const byGit = execFileSync('git', ['--git-dir', folder, 'write-tree'], {
            env: { ...process.env, GIT_INDEX_FILE: index },
            encoding: 'utf8',
          }).trim()
          expect(tree).toBe(byGit)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('are read back as they were written', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, fc.constantFrom('100644', '100755', '40000', '120000')), {
          selector: ([first]) => first,
        }),
        (pairs) => {
          const entries = pairs.map(([one, mode]) => ({ name: stored(one), mode, object: 'ab'.repeat(20) }))
          const back = parseTree(formatTree(entries), 20)
          expect(new Set(back.map((entry) => JSON.stringify(entry)))).toEqual(
            new Set(
              entries.map((entry) => JSON.stringify({ mode: entry.mode, name: entry.name, object: entry.object })),
            ),
          )
        },
      ),
    )
  })

  it('give objects the names that Git gives them', async () => {
    const body = Buffer.from('some bytes\0 and more')
    expect(await write('blob', body)).toBe(git(body.toString(), 'hash-object', '--stdin'))
    expect((await read(await write('blob', body)))?.body.equals(body)).toBe(true)
    expect(await read('0'.repeat(40))).toBe(null)
  })
})
