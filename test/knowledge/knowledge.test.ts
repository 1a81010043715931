import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openKnowledge } from '../../src/knowledge/knowledge.ts'
import { checkPages, readPage, readPages } from '../../src/knowledge/pages.ts'

const BUILT_IN = join(import.meta.dirname, '..', '..', 'knowledge')
const temporary = () => mkdtempSync(join(tmpdir(), 'anneal-knowledge-'))

describe('the built-in pages', () => {
  it('are valid, linked rightly, and state their sources', async () => {
    const pages = await readPages(BUILT_IN)
    expect(pages.length).toBeGreaterThan(5)
    expect(checkPages(pages)).toEqual([])
    expect(pages.filter(({ sources }) => sources.length === 0)).toEqual([])
    const implemented = new Set(
      pages.filter(({ links }) => links.some(({ edge }) => edge === 'implemented_by')).map(({ id }) => id),
    )
    expect(pages.filter(({ type, id }) => type === 'principle' && !implemented.has(id))).toEqual([])
  })

  it('are found by what they are about, within the budget, none twice', async () => {
    const knowledge = await openKnowledge({ pages: [BUILT_IN], folder: temporary() })
    const found = await knowledge.search({
      text: 'Pack circles in a square, maximise the sum of radii',
      tokens: 1000,
    })
    expect(found[0]?.page.title.toLowerCase()).toMatch(/circle|radi|pack/)
    expect(found.reduce((sum, { page }) => sum + page.body.length, 0)).toBeLessThanOrEqual(4000)
    expect(new Set(found.map(({ page }) => page.id)).size).toBe(found.length)
  })

  it('are indexed anew when the store is damaged', async () => {
    const folder = temporary()
    const search = async () =>
      (await openKnowledge({ pages: [BUILT_IN], folder })).search({ text: 'annealing', tokens: 1000 })
    const before = await search()
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) =>
      one.endsWith('.lance'),
    ))
      rmSync(join(folder, name), { recursive: true, force: true })
    expect((await search()).map(({ page }) => page.id)).toEqual(before.map(({ page }) => page.id))
  })
})

describe('a page that is not right', () => {
  it.each([
    ['has no front matter', 'text', 'no front matter'],
    ['has broken front matter', '---\nid: [\n---\nx', 'What'],
    ['has an unknown type', '---\nid: idea/x\ntype: idea\ntitle: x\n---\nx', 'type'],
  ])('is named when it %s', (_, text, words) => {
    expect(() => readPage(text, 'a.md')).toThrow(words === 'What' ? 'a.md' : words)
  })

  it('is told apart by its links', async () => {
    const folder = temporary()
    mkdirSync(join(folder, 'pages'))
    writeFileSync(
      join(folder, 'pages', 'a.md'),
      '---\nid: heuristic/a\ntype: heuristic\ntitle: a\nlinks:\n  - {edge: step, to: heuristic/a}\n  - {edge: step, to: principle/b}\n---\nx',
    )
    expect(checkPages(await readPages(join(folder, 'pages')))).toEqual([
      'heuristic/a: step does not lead from a heuristic to a heuristic',
      'heuristic/a: step leads to principle/b, which is not there',
    ])
  })
})
