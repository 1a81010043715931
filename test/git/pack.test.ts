import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { openEngine, sweepEngine } from '../../src/git/engine.ts'
import { openRepository } from '../../src/git/repository.ts'
import { git, repository } from '../support/cli.ts'

const all = process.env.ANNEAL_TEST_ALL !== undefined
const SECONDS = 1_700_000_000
const STEPS = [
  'after a pack is written',
  'after a pack is handed over',
  'after its index is handed over',
  'after the loose objects are gone',
]

/** A repository in which `many` attempts were published. */
async function published(many: number, run = 'r', start?: string) {
  const folder = start ?? repository({ 'a.txt': 'one\n', 'deep/b.txt': 'two\n' })
  const found = await openRepository(folder)
  const home = join(folder, '.anneal', run)
  const engine = await openEngine(found, home)
  const work = mkdtempSync(join(tmpdir(), 'anneal-pack-'))
  const which = { run, base: found.head }
  const publish = async (number: number) => {
    writeFileSync(join(work, 'a.txt'), `${run} ${number}\n`)
    const order = { folder: work, parents: [found.head], message: `attempt ${number}\n`, seconds: SECONDS + number }
    const { commit } = await engine.commit(order, ['a.txt'])
    await engine.publish(`anneal/${run}/${number}`, commit, { number }, SECONDS + number)
    return commit
  }
  for (let number = 1; number <= many; number++) await publish(number)
  return { folder, found, home, engine, which, publish }
}

const counts = (folder: string) =>
  Object.fromEntries(
    git(folder, 'count-objects', '-v')
      .split('\n')
      .map((line) => line.split(': ')),
  )
/** Every object by its id, and every reference. */
const holdings = (folder: string) => ({
  objects: [...new Set(git(folder, 'cat-file', '--batch-all-objects', '--batch-check').split('\n'))],
  refs: git(folder, 'for-each-ref'),
})
const sound = (folder: string) => git(folder, 'fsck', '--full', '--strict', '--no-dangling')

describe('packing what attempts brought', () => {
  it("puts just those objects into one pack, and leaves the user's where they are", async () => {
    const { folder, engine, which } = await published(34)
    writeFileSync(join(folder, 'mine.txt'), 'mine\n')
    git(folder, 'add', 'mine.txt')
    const before = holdings(folder)
    const loose = Number(counts(folder).count)
    const packed = await engine.pack(which)
    expect(packed).toBeGreaterThan(200)
    expect(holdings(folder)).toEqual(before)
    expect(counts(folder)).toMatchObject({
      count: String(loose - packed),
      packs: '1',
      'prune-packable': '0',
      garbage: '0',
    })
    for (const one of ['HEAD', 'HEAD^{tree}', ':mine.txt', 'HEAD:deep/b.txt']) {
      const id = git(folder, 'rev-parse', one)
      expect(readdirSync(join(folder, '.git', 'objects', id.slice(0, 2)))).toContain(id.slice(2))
    }
    expect(sound(folder)).toBe('')
    // And again: there is nothing left to do.
    expect(await engine.pack(which)).toBe(0)
    expect(counts(folder).packs).toBe('1')
  })

  it('goes on publishing from the same process, and packs the next ones alone', async () => {
    const { folder, engine, which, publish } = await published(34)
    await engine.pack(which)
    const commits: string[] = []
    const later = Array.from({ length: 34 }, (_, index) => 100 + index)
    for (const number of later) {
      commits.push(await publish(number))
      if (number === 133) await Promise.all([engine.pack(which), publish(500), publish(501)])
    }
    for (const [index, commit] of commits.entries())
      expect(git(folder, 'rev-parse', `anneal/r/${100 + index}`)).toBe(commit)
    expect(JSON.parse(git(folder, 'notes', '--ref=anneal', 'show', 'anneal/r/500'))).toEqual({ number: 500 })
    expect(counts(folder).packs).toBe('2')
    expect(sound(folder)).toBe('')
  })

  it('leaves a few objects as they are', async () => {
    const { folder, engine, which } = await published(3)
    expect(await engine.pack(which)).toBe(0)
    expect(counts(folder).packs).toBe('0')
  })

  it.each(all ? STEPS : STEPS.slice(2, 3))(
    'loses nothing when it is killed %s, and ends it on the next opening',
    async (step) => {
      const { folder, found, home, engine, which } = await published(34)
      const before = holdings(folder)
      const source = (name: string) => JSON.stringify(join(import.meta.dirname, '../../src/git', name))
      const program = `
      const { openRepository } = await import(${source('repository.ts')})
      const { openEngine } = await import(${source('engine.ts')})
      const engine = await openEngine(await openRepository(${JSON.stringify(folder)}), ${JSON.stringify(home)})
      await engine.pack(${JSON.stringify(which)}, (at) => at === ${JSON.stringify(step)} && process.kill(process.pid, 'SIGKILL'))`
      const killed = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 60_000 })
      expect(killed.signal).toBe('SIGKILL')
      expect(holdings(folder)).toEqual(before)
      expect(sound(folder)).toBe('')
      await sweepEngine(found, home)
      expect(holdings(folder)).toEqual(before)
      expect(sound(folder)).toBe('')
      expect(counts(folder)).toMatchObject({ packs: '1', 'prune-packable': '0', garbage: '0' })
      expect(readdirSync(join(home, 'objects', 'pack'))).toEqual([])
      expect(await engine.pack(which)).toBe(0)
    },
  )

  it('throws away what a kill left of a pack that is not sound', async () => {
    const { folder, found, home } = await published(2)
    const before = holdings(folder)
    writeFileSync(join(home, 'objects', 'pack', 'pack-1.pack'), 'PACK')
    writeFileSync(join(home, 'objects', 'pack', 'pack-1.idx'), 'no index')
    writeFileSync(join(home, 'objects', 'pack', 'tmp_pack_x'), 'PACK')
    await sweepEngine(found, home)
    expect(readdirSync(join(home, 'objects', 'pack'))).toEqual([])
    expect(holdings(folder)).toEqual(before)
    expect(counts(folder)).toMatchObject({ packs: '0', garbage: '0' })
  })

  it("bears the user's commits, repacking and packed references at the same time, and a second run", async () => {
    const one = await published(34, 'one')
    const { folder } = one
    const two = await published(34, 'two', folder)
    // The same content as an attempt's, too, and each time all that lies loose is packed anew.
    const script = `for turn in 1 2 3 4 5 6; do
      echo "$turn" > mine.txt && echo "one $turn" > a.txt && git add mine.txt a.txt && git commit -qm "mine $turn" &&
      git repack -Adq && git pack-refs --all && git prune-packed && git gc -q || exit 1
    done`
    const user = promisify(execFile)('sh', ['-c', script], { cwd: folder })
    await Promise.all([user, one.engine.pack(one.which), two.engine.pack(two.which)])
    expect(sound(folder)).toBe('')
    expect(git(folder, 'rev-list', '--count', `${one.which.base}..main`)).toBe('6')
    expect(git(folder, 'branch', '--list', 'anneal/*').split('\n')).toHaveLength(68)
    expect(readFileSync(join(folder, '.git', 'HEAD'), 'utf8')).toContain('main')
  })
})
