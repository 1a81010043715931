import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunksOf } from '../../src/knowledge/chunks.ts'
import { openKnowledge } from '../../src/knowledge/knowledge.ts'
import type { Page } from '../../src/records/page.ts'

const page = (id: string, body: string, more: Partial<Page> = {}): Page => ({
  id,
  type: 'heuristic',
  title: `On ${id}`,
  domains: [],
  sources: [],
  links: [],
  provenance: [],
  ...more,
  body,
})

async function knowledgeOf(pages: Page[]) {
  const home = mkdtempSync(join(tmpdir(), 'anneal-search-'))
  mkdirSync(join(home, 'pages'))
  for (const [index, { body, ...front }] of pages.entries())
    writeFileSync(join(home, 'pages', `${index}.md`), `---\n${JSON.stringify(front)}\n---\n${body}\n`)
  return openKnowledge({ pages: [join(home, 'pages')], folder: join(home, 'store') })
}

const FOREST = [
  page('principle/canopy', 'Trees of a forest share light in the canopy.', {
    type: 'principle',
    links: [
      { edge: 'implemented_by', to: 'implementation/thinning' },
      { edge: 'implemented_by', to: 'implementation/nowhere' },
    ],
  }),
  page('implementation/thinning', 'Remove every third stem.', {
    type: 'implementation',
    links: [{ edge: 'requires_env', to: 'environment/saw' }],
  }),
  page('environment/saw', 'A sharp blade and two hands.', {
    type: 'environment',
    links: [{ edge: 'step', to: 'principle/canopy' }],
  }),
  page('heuristic/rivers', 'A river finds the lowest way.'),
]

describe('a search', () => {
  it('follows links one hop, and says why each page was found', async () => {
    const knowledge = await knowledgeOf(FOREST)
    const found = await knowledge.search({ text: 'light in the canopy of a forest', tokens: 1000 })
    expect(found.map(({ page }) => page.id)).toEqual(['principle/canopy', 'implementation/thinning'])
    expect(found[0]?.why).toMatch(/^words #1/)
    expect(found[1]?.why).toBe('implemented_by of principle/canopy')
  })

  it('ends on a cycle of links', async () => {
    const knowledge = await knowledgeOf(FOREST)
    const found = await knowledge.search({ text: 'canopy stems blade', tokens: 1000 })
    expect(found.map(({ page }) => page.id).toSorted()).toEqual([
      'environment/saw',
      'implementation/thinning',
      'principle/canopy',
    ])
  })

  it('gives pages of the wanted types, and what they lead to', async () => {
    const knowledge = await knowledgeOf(FOREST)
    const text = 'canopy stems blade river'
    const ids = async (types: Page['type'][]) =>
      (await knowledge.search({ text, types, tokens: 1000 })).map((one) => one.page.id)
    expect(await ids(['environment'])).toEqual(['environment/saw', 'principle/canopy'])
    expect(await ids(['heuristic'])).toEqual(['heuristic/rivers'])
    expect(await ids(['workflow'])).toEqual([])
  })

  it('says nothing twice', async () => {
    const body = 'Prefer a flat array of numbers to an array of objects, since it lies in one piece of memory.'
    const knowledge = await knowledgeOf([
      page('heuristic/one', body),
      page('heuristic/two', `${body}  `),
      page('heuristic/three', 'Sort an array of objects by a flat key.'),
    ])
    const found = await knowledge.search({ text: 'flat array of numbers', tokens: 1000 })
    expect(found.map(({ page }) => page.id).toSorted()).toEqual(['heuristic/one', 'heuristic/three'])
  })

  it('keeps to its budget of tokens, and cuts the best page where not even that fits', async () => {
    const bodies = Array.from({ length: 12 }, (_, n) => page(`heuristic/p${n}`, `vector ${`word${n} `.repeat(40)}`))
    const knowledge = await knowledgeOf(bodies)
    for (const tokens of [1000, 300, 70, 5]) {
      const found = await knowledge.search({ text: 'vector', tokens })
      expect(found.length).toBeGreaterThan(0)
      expect(found.reduce((sum, one) => sum + one.page.body.length, 0)).toBeLessThanOrEqual(tokens * 4)
    }
    expect(await knowledge.search({ text: 'vector', tokens: 10_000, limit: 3 })).toHaveLength(3)
  })

  it('shows the passages of a long page that were found, and gives it whole by its id', async () => {
    const sections = Array.from({ length: 30 }, (_, n) => `## Part ${n}\n\n${`filler${n} `.repeat(100)}\n`)
    sections[17] = `## Part 17\n\nThe axolotl regrows its limbs. ${'other words '.repeat(60)}\n`
    const body = sections.join('\n').trim()
    const knowledge = await knowledgeOf([page('heuristic/long', body), page('heuristic/short', 'Nothing of the sort.')])
    const [first] = await knowledge.search({ text: 'axolotl limbs', tokens: 2000 })
    expect(first?.page.body).toContain('axolotl')
    expect(first?.page.body).toContain('[…]')
    expect(first?.page.body.length).toBeLessThan(8000)
    expect((await knowledge.page('heuristic/long'))?.body).toBe(body)
    expect(await knowledge.page("heuristic/it's")).toBe(null)
  })

  it('takes any text as a question', async () => {
    const knowledge = await knowledgeOf(FOREST)
    const questions = [
      '',
      '   ',
      '"\'`;--',
      'AND OR NOT (',
      '*',
      'the of and',
      '\u0000',
      '漢字',
      'x'.repeat(10_000),
      'canopy:light^3~',
    ]
    for (const text of questions) expect(Array.isArray(await knowledge.search({ text, tokens: 500 }))).toBe(true)
  })
})

describe('the chunks of a page', () => {
  it('put together are its body, and none is longer than a passage', () => {
    const line = fc.oneof(fc.string({ maxLength: 200 }), fc.constantFrom('## Heading', '', '```', 'x'.repeat(5000)))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
        const body = lines.join('\n')
        const chunks = chunksOf(page('heuristic/any', body))
        expect(chunks.map((one) => one.body).join('')).toBe(body)
        expect(chunks.every((one) => one.body.length <= 2000)).toBe(true)
        expect(chunks.map(({ position }) => position)).toEqual(chunks.map((_, index) => index))
      }),
    )
  })

  it('begin at headings where the page is long', () => {
    const body = Array.from({ length: 5 }, (_, n) => `## Part ${n}\n\n${'word '.repeat(300)}`).join('\n')
    expect(chunksOf(page('heuristic/parts', body)).map((one) => one.body.slice(0, 9))).toEqual([
      '## Part 0',
      '## Part 1',
      '## Part 2',
      '## Part 3',
      '## Part 4',
    ])
  })
})
