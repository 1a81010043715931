import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { checkPages, readPages } from '../../src/knowledge/pages.ts'
import { folderOf, pdf } from '../knowledge/sources/fixtures.ts'
import { anneal, git, offline, repository, start, TINY } from '../support/cli.ts'
import { long } from '../support/long.ts'
import { startModelServer } from '../support/model-server.ts'

const words = (seed: string, count = 60) => Array.from({ length: count }, (_, index) => `${seed}${index}`).join(' ')
const note = (seed: string) => `# Note on ${seed}\n\n${words(seed)}\n`
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`d${index % 20}/n${index}.md`, note(`w${index}x`)]))
const pagesOf = (folder: string) => readPages(join(folder, '.anneal', 'pages'))
const BUILT_IN = join(import.meta.dirname, '..', '..', 'knowledge')

describe('anneal learn', () => {
  it('takes in files of many kinds, says what it left out, and leaves the repository clean', async () => {
    const folder = repository(TINY)
    const root = folderOf({
      'a.md': note('a'),
      'b.html': `<h1>Beams</h1><p>${words('b')}</p>`,
      'c.pdf': pdf([words('c', 20)]),
      'd.py': `def d():\n    return "${words('d')}"\n`,
      'e.ipynb': JSON.stringify({ nbformat: 4, cells: [{ cell_type: 'markdown', source: `# E\n\n${words('e')}` }] }),
      'f.png': 'not a picture',
      'g.pdf': pdf(['']),
      'h.md': `Set api_key = "${['q8Zr5tLw', '0Vx3Nc7J'].join('')}" first.\n\n${words('h')}`,
    })
    const { code, out, err } = await anneal(folder, ['learn', root, '--json'])
    expect(code, err).toBe(0)
    const [learned] = JSON.parse(out).sources
    expect(learned.added).toHaveLength(6)
    expect(learned.skipped).toEqual([
      { what: 'f.png', why: 'not a kind of file that is read' },
      { what: 'g.pdf', why: expect.stringContaining('holds no text') },
    ])
    expect(learned.redacted).toEqual([{ what: 'h.md', kinds: ['secret'] }])
    const pages = await pagesOf(folder)
    expect(pages.map(({ id }) => id).toSorted()).toEqual(learned.added.toSorted())
    expect(JSON.stringify(pages)).not.toContain(['q8Zr5tLw', '0Vx3Nc7J'].join(''))
    expect(checkPages([...pages, ...(await readPages(BUILT_IN))])).toEqual([])
    expect(git(folder, 'status', '--porcelain')).toBe('')

    const again = JSON.parse((await anneal(folder, ['learn', root, '--json'])).out).sources[0]
    expect(again).toMatchObject({ added: [], replaced: [], merged: [], removed: [] })
  })

  it('shows in a dry run what it would do, and does nothing', async () => {
    const folder = repository(TINY)
    const { code, out } = await anneal(folder, ['learn', folderOf({ 'a.md': note('a') }), '--dry-run'])
    expect(code).toBe(0)
    expect(out).toContain('1 pages would be added')
    expect(existsSync(join(folder, '.anneal'))).toBe(false)
  })

  it('names a source that cannot be read and goes on with the others', async () => {
    const folder = repository(TINY)
    const root = folderOf({ 'a.md': note('a') })
    const some = await anneal(folder, ['learn', 'nothing-here', root, '--json'])
    expect(some.code, some.err).toBe(0)
    const [bad, good] = JSON.parse(some.out).sources
    expect(bad).toMatchObject({ source: 'nothing-here', at: null, skipped: [{ what: 'nothing-here' }] })
    expect(good.added).toHaveLength(1)
    const none = await anneal(folder, ['learn', 'nothing-here'])
    expect(none.code).toBe(2)
    expect(none.out).toContain('nothing-here: not learned')
    expect((await anneal(folder, ['learn'])).code).toBe(2)
  })

  long(
    'stands a kill at any time: nothing half, and the next time brings the rest',
    async () => {
      const folder = repository(TINY)
      const root = folderOf(many(1500))
      const pages = join(folder, '.anneal', 'pages')
      for (const delay of [300, 500, 600, 700, 800, 1000]) {
        const { child, ended } = start(folder, ['learn', root, '--json'])
        await wait(delay)
        child.kill('SIGKILL')
        await ended
        if (existsSync(pages))
          for (const { body } of await readPages(join(pages, 'principle')).catch(() => []))
            expect(body).toContain('Note')
      }
      const { code, out, err } = await anneal(folder, ['learn', root, '--json'])
      expect(code, err).toBe(0)
      expect(JSON.parse(out).sources[0].skipped).toEqual([])
      expect(await pagesOf(folder)).toHaveLength(1500)
      expect(readdirSync(pages).toSorted()).toEqual(['.sources', 'principle'])
    },
    90_000,
  )

  long(
    'lets two processes learn at once',
    async () => {
      const folder = repository(TINY)
      const roots = [folderOf(many(300)), folderOf({ ...many(300), 'own.md': note('own') })]
      const both = await Promise.all(roots.map((root) => anneal(folder, ['learn', root, '--json'])))
      expect(
        both.map(({ code }) => code),
        both.map(({ err }) => err).join(),
      ).toEqual([0, 0])
      const counts = both.map(({ out }) => JSON.parse(out).sources[0].added.length)
      expect(counts[0] + counts[1]).toBe(301)
      expect(await pagesOf(folder)).toHaveLength(301)
    },
    60_000,
  )

  it('has a model judge pages that are merely alike, once', async () => {
    const asked: string[] = []
    const server = await startModelServer(({ prompt }) => {
      asked.push(prompt)
      return JSON.stringify({ same: true, title: 'Said once', body: 'Both in one.' })
    })
    try {
      const folder = repository(TINY)
      const common = words('common', 120)
      const [one, two] = ['one', 'two'].map((seed) =>
        folderOf({ [`${seed}.md`]: `# ${seed}\n\n${common} ${words(seed, 30)}` }),
      )
      const environment = offline({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'made-up' })
      const { code, out, err } = await anneal(
        folder,
        ['learn', String(one), String(two), '--model', 'm', '--json'],
        environment,
      )
      expect(code, err).toBe(0)
      expect(asked).toHaveLength(1)
      expect(asked[0]).toContain('<<<DATA')
      const document = JSON.parse(out)
      expect(document.sources[1].merged).toMatchObject([{ by: 'model' }])
      expect(document.spent.tokens).toBeGreaterThan(0)
      expect(await pagesOf(folder)).toMatchObject([{ title: 'Said once', body: 'Both in one.' }])
    } finally {
      await server.close()
    }
  })
})

describe('the sources that a task names', () => {
  const task = (knowledge: string) => ({
    ...TINY,
    'anneal.yaml': `${TINY['anneal.yaml']}knowledge: [${knowledge}]\n`,
    'docs/a.md': note('a'),
  })
  const run = (folder: string, ...more: string[]) =>
    anneal(folder, ['run', '--json', '--attempts', '1', '--sandbox', 'off', ...more])

  it('are learned before the run', async () => {
    const folder = repository(task('docs'))
    const { code, err } = await run(folder)
    expect(code, err).toBe(0)
    expect(await pagesOf(folder)).toMatchObject([{ provenance: [{ source: 'docs', path: 'a.md' }] }])
  })

  it.each([
    ['no-docs/', 'is not there'],
    ['/etc', 'outside of the repository'],
    ['../', 'outside of the repository'],
  ])('%s is refused before anything is spent', async (source, reason) => {
    const folder = repository(task(source))
    const { code, err } = await run(folder)
    expect(code).toBe(2)
    expect(err + (await anneal(folder, ['run', '--attempts', '1', '--sandbox', 'off'])).err).toContain(reason)
    expect(existsSync(join(folder, '.anneal', 'runs'))).toBe(false)
  })

  it('never hold what the task hides, not even when it was learned before', async () => {
    const files: Record<string, string> = {
      ...TINY,
      'docs/a.md': note('open'),
      'answers/a.md': note('marmoset'),
      'hold.mjs': `${TINY['score.mjs']}// ${words('lemur')}\n`,
    }
    const folder = repository(files)
    await anneal(folder, ['learn', '.', 'answers', 'hold.mjs'])
    expect(JSON.stringify(await pagesOf(folder))).toMatch(/marmoset[\s\S]*lemur|lemur[\s\S]*marmoset/)
    const hiding = files['anneal.yaml']?.replace('sealed:', 'hidden: [answers/**], sealed:')
    writeFileSync(join(folder, 'anneal.yaml'), `${hiding}holdout: {command: node hold.mjs}\nknowledge: [docs]\n`)
    git(folder, 'commit', '-qam', 'hide them')
    const { code, err } = await run(folder)
    expect(code, err).toBe(0)
    expect(JSON.stringify(await pagesOf(folder))).not.toMatch(/marmoset|lemur/)
    const learned = JSON.parse((await anneal(folder, ['learn', '.', 'answers', 'hold.mjs', '--json'])).out)
    const why = 'the task hides it from candidates and models'
    expect(
      learned.sources.map(
        ({ skipped }: { skipped: { why: string }[] }) => skipped.filter((one) => one.why === why).length,
      ),
    ).toEqual([2, 1, 1])
    expect(JSON.stringify(await pagesOf(folder))).not.toMatch(/marmoset|lemur/)
  })

  it('are fetched only when the person allows the network', async () => {
    let visits = 0
    const server = createServer((_, response) => {
      visits++
      response.writeHead(200, { 'content-type': 'text/plain' }).end(words('far'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const address = server.address()
      const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/page`
      const folder = repository(task(`"${url}"`))
      expect((await run(folder)).err).toContain(`Not read without --allow-network`)
      expect(visits).toBe(0)
      writeFileSync(join(folder, 'x'), '')
      expect((await run(folder, '--allow-network')).code).toBe(0)
      expect(visits).toBe(1)
      expect(await pagesOf(folder)).toHaveLength(1)
    } finally {
      server.close()
    }
  })
})

it('an earlier run is learned: its lessons and its champion', async () => {
  const folder = repository(TINY)
  const { run } = JSON.parse((await anneal(folder, ['run', '--json', '--attempts', '10', '--sandbox', 'off'])).out)
  const { code, out, err } = await anneal(folder, ['learn', run, '--json'])
  expect(code, err).toBe(0)
  expect(JSON.parse(out).sources[0].added).toContain(`implementation/${run}-champion`)
  const champion = (await pagesOf(folder)).find(({ type }) => type === 'implementation')
  expect(champion?.body).toContain('+const value')
})
