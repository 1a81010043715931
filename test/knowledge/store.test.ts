import { spawn } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Embedding } from '../../src/knowledge/embedding.ts'
import { openKnowledge } from '../../src/knowledge/knowledge.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const text = (slug: string, title: string, body: string) =>
  `---\nid: heuristic/${slug}\ntype: heuristic\ntitle: ${title}\n---\n\n${body}\n`

function project(pages: Record<string, string> = {}) {
  const home = mkdtempSync(join(tmpdir(), 'anneal-store-'))
  const folder = join(home, 'pages')
  mkdirSync(folder)
  const write = (name: string, page: string) => writeFileSync(join(folder, `${name}.md`), page)
  for (const [name, page] of Object.entries(pages)) write(name, page)
  const parts = { pages: [folder], folder: join(home, 'store') }
  const ids = async (question: string, more: { embedding?: Embedding; rebuild?: boolean } = {}) => {
    const knowledge = await openKnowledge({ ...parts, ...more })
    const found = await knowledge.search({ text: question, tokens: 2000 })
    return { ids: found.map(({ page }) => page.id), found, notes: knowledge.notes(), knowledge }
  }
  const built = () => readdirSync(parts.folder).filter((name) => name.startsWith('built-'))
  return { home, folder, write, parts, ids, built }
}

const TWO = {
  sorting: text('sorting', 'Sort before you search', 'A sorted array lets a search halve its range at each step.'),
  caching: text('caching', 'Keep what was computed', 'A cache turns a repeated computation into a look-up.'),
}

/** Counts letters: a vector that any process can make. */
const letters = (name: string, calls: string[][] = []): Embedding => ({
  name,
  embed: async (texts) => {
    calls.push([...texts])
    return texts.map((one) => [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => one.split(letter).length - 1))
  },
})

describe('the store', () => {
  it('follows pages that are added, changed in place and deleted', async () => {
    const { ids, write, folder } = project(TWO)
    expect((await ids('halve the range of a sorted array')).ids[0]).toBe('heuristic/sorting')
    write('hashing', text('hashing', 'Hash for equality', 'A hash table finds equal keys in constant time.'))
    expect((await ids('equal keys in a hash table')).ids[0]).toBe('heuristic/hashing')
    write('caching', text('caching', 'Prefetch', 'Zebras are fetched ahead of time.'))
    expect((await ids('zebras')).found[0]?.page.body).toContain('Zebras')
    rmSync(join(folder, 'sorting.md'))
    expect((await ids('halve the range of a sorted array')).ids).not.toContain('heuristic/sorting')
  })

  it('is not built again while the pages lie as they lay', async () => {
    const { ids, built } = project(TWO)
    await ids('cache')
    await wait(150)
    await ids('cache')
    const before = built()
    await ids('cache')
    expect(built()).toEqual(before)
    expect(before).toHaveLength(1)
  })

  it('names a file that holds no valid page, leaves it out, and serves the others', async () => {
    const { ids, write, folder } = project(TWO)
    write('broken', '---\nid: [\n---\nx')
    write('twin', text('sorting', 'Another', 'of the same id'))
    writeFileSync(join(folder, 'binary.md'), Buffer.from([0, 255, 254, 0, 1]))
    for (let turn = 0; turn < 2; turn++) {
      const { ids: found, notes } = await ids('sorted array')
      expect(found[0]).toBe('heuristic/sorting')
      expect(notes.join('\n')).toContain('broken.md')
      expect(notes.join('\n')).toContain('binary.md')
      expect(notes.join('\n')).toContain('stands in')
    }
  })

  it('is nothing, and no fault, where there are no pages', async () => {
    const { ids, folder } = project()
    expect((await ids('anything')).ids).toEqual([])
    rmSync(folder, { recursive: true })
    const { knowledge } = await ids('anything')
    expect(await knowledge.page('heuristic/none')).toBe(null)
  })

  it('gives the same answers twice, built by two processes or one', async () => {
    const [one, other] = [project(TWO), project(TWO)]
    const why = ({ found }: Awaited<ReturnType<typeof one.ids>>) =>
      found.map(({ page, why, score }) => [page.id, why, score])
    expect(why(await one.ids('a search in a cache'))).toEqual(why(await other.ids('a search in a cache')))
  })

  const filesUnder = (place: string) =>
    readdirSync(place, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  const damages: [string, (place: string) => void][] = [
    ['its pointer leads nowhere', (place) => writeFileSync(join(place, '..', 'current'), 'built-gone\n')],
    ['its stamp is garbage', (place) => writeFileSync(join(place, 'stamp.json'), '{"format":')],
    ['its list of pages is gone', (place) => rmSync(join(place, 'seen.json'))],
    ['its latent space is cut short', (place) => truncateSync(join(place, 'latent'), 100)],
    ['its table is deleted', (place) => rmSync(join(place, 'lance'), { recursive: true })],
    [
      'its data files are cut short',
      (place) => {
        for (const file of filesUnder(join(place, 'lance'))) if (file.endsWith('.lance')) truncateSync(file, 40)
      },
    ],
    [
      'all files of its table are overwritten',
      (place) => {
        for (const file of filesUnder(join(place, 'lance'))) writeFileSync(file, Buffer.alloc(500, 7))
      },
    ],
  ]
  it.each(damages)('is built anew from the pages when %s', async (_, damage) => {
    const { ids, parts } = project(TWO)
    const before = (await ids('a sorted array')).ids
    damage(join(parts.folder, readFileSync(join(parts.folder, 'current'), 'utf8').trim()))
    expect((await ids('a sorted array')).ids).toEqual(before)
  })

  it('survives a process that is killed while it builds, again and again', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [
        `p${n}`,
        text(`p${n}`, `Page ${n}`, `About item${n} and group${n % 7}. `.repeat(20)),
      ]),
    )
    const { ids, parts } = project(many)
    const script = `import { openKnowledge } from ${JSON.stringify(join(ROOT, 'src/knowledge/knowledge.ts'))}
      for (;;) await openKnowledge({ ...${JSON.stringify(parts)}, rebuild: true })`
    for (const delay of [300, 450, 600, 750, 900]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' })
      await wait(delay)
      child.kill('SIGKILL')
      await new Promise((resolve) => child.on('close', resolve))
      expect((await ids('item42')).ids).toContain('heuristic/p42')
    }
    await ids('item42', { rebuild: true })
    expect(readdirSync(parts.folder).filter((name) => name.startsWith('making-'))).toEqual([])
  })

  it('serves several processes that build and read at once', async () => {
    const { parts } = project(TWO)
    const script = `import { openKnowledge } from ${JSON.stringify(join(ROOT, 'src/knowledge/knowledge.ts'))}
      const parts = ${JSON.stringify(parts)}
      const reader = await openKnowledge(parts)
      for (let turn = 0; turn < 5; turn++) {
        await openKnowledge({ ...parts, rebuild: turn % 2 === 0 })
        const found = await reader.search({ text: 'a sorted array', tokens: 1000 })
        if (found[0]?.page.id !== 'heuristic/sorting') process.exit(3)
      }`
    const codes = await Promise.all(
      [1, 2, 3].map(
        () =>
          new Promise((resolve) =>
            spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' }).on('close', resolve),
          ),
      ),
    )
    expect(codes).toEqual([0, 0, 0])
  })

  it('takes changes into a large store without building it whole, and leaves the build before as it was', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 2100 }, (_, n) => [
        `p${n}`,
        text(`p${n}`, `Page ${n}`, `About item${n} of group${n % 50}.`),
      ]),
    )
    const { ids, write, folder, parts } = project(many)
    const reader = (await ids('item77')).knowledge
    write('p77', text('p77', 'Page 77', 'Now about marmots.'))
    rmSync(join(folder, 'p78.md'))
    appendFileSync(join(folder, 'p79.md'), '\nWith a remark on otters.\n')
    const { ids: found, notes } = await ids('marmots')
    expect(found[0]).toBe('heuristic/p77')
    expect(notes.join()).toContain('took in 2 pages')
    expect((await ids('otters')).ids[0]).toBe('heuristic/p79')
    expect((await ids('item78')).ids).not.toContain('heuristic/p78')
    expect((await reader.search({ text: 'item77', tokens: 500 }))[0]?.page.body).toContain('item77')
    expect(existsSync(join(parts.folder, 'current'))).toBe(true)
  })
})

describe('an embedding of another kind', () => {
  it('is used for pages and questions, and what was embedded is not embedded again', async () => {
    const { ids, write } = project(TWO)
    const calls: string[][] = []
    const embedding = letters('letters', calls)
    await ids('cache', { embedding })
    expect(calls.map((texts) => texts.length)).toEqual([2, 1])
    write('hashing', text('hashing', 'Hash', 'A hash table.'))
    await ids('cache', { embedding })
    expect(calls.map((texts) => texts.length)).toEqual([2, 1, 1, 1])
  })

  it('has the store built anew, and says so', async () => {
    const { ids } = project(TWO)
    await ids('cache')
    expect((await ids('cache', { embedding: letters('letters') })).notes.join()).toContain('built anew with letters')
    expect((await ids('cache', { embedding: letters('letters') })).notes).toEqual([])
    expect((await ids('cache')).notes.join()).toContain('built with the embedding letters')
  })

  it('gives way to the built-in one where it cannot be had, which is said', async () => {
    const { ids } = project(TWO)
    const down = { name: 'down', embed: () => Promise.reject(new Error('no server')) }
    const { ids: found, notes } = await ids('halve the range of a sorted array', { embedding: down })
    expect(found[0]).toBe('heuristic/sorting')
    expect(notes.join()).toContain('no server')
  })

  it('that fails with a question leaves the words to be searched', async () => {
    const { ids } = project(TWO)
    await ids('cache', { embedding: letters('letters') })
    const down = { name: 'letters', embed: () => Promise.reject(new Error('no server')) }
    const { ids: found, notes } = await ids('halve the range of a sorted array', { embedding: down })
    expect(found).toEqual(['heuristic/sorting'])
    expect(notes.join()).toContain('words alone')
  })
})
