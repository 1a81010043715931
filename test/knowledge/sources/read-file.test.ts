import { describe, expect, it } from 'vitest'
import type { Kind } from '../../../src/knowledge/sources/kinds.ts'
import { readSourceFile } from '../../../src/knowledge/sources/read-file.ts'
import { definitionsOf, pdf } from './fixtures.ts'

const read = (path: string, kind: Kind, content: string | Uint8Array) =>
  readSourceFile(path, kind, typeof content === 'string' ? Buffer.from(content) : content, definitionsOf)
const filler = (word: string, times = 130) => `${word} says this at some length. `.repeat(times / 3)

describe('Markdown', () => {
  it('is cut at its headings, but not at what looks like one in a fence', async () => {
    const text = `# Guide\n\n${filler('one')}\n\n## Second part\n\n\`\`\`sh\n# no heading\n\`\`\`\n${filler('two')}\n`
    const { pieces } = await read('guide.md', 'markdown', text)
    expect(pieces.map(({ title }) => title)).toEqual(['Guide', 'Guide: Second part'])
    expect(pieces[1]?.body).toContain('# no heading')
    expect(pieces.map(({ position }) => position)).toEqual(['lines 1-4', 'lines 5-11'])
  })

  it('gives pages their types by what the headings say', async () => {
    const headings = ['Installation', 'Tutorial', 'Performance tips', 'Theory']
    const text = headings.map((heading) => `# ${heading}\n\n${filler(heading)}\n`).join('\n')
    const { pieces } = await read('notes.md', 'markdown', text)
    expect(pieces.map(({ type }) => type)).toEqual(['environment', 'workflow', 'heuristic', 'principle'])
  })

  it('keeps a page that has the front matter of one as it is', async () => {
    const text =
      '---\nid: heuristic/small-steps\ntype: heuristic\ntitle: Small steps\n---\n\nTake small steps, and measure each of them.\n'
    const { page } = await read('a.md', 'markdown', text)
    expect(page).toMatchObject({ id: 'heuristic/small-steps', body: 'Take small steps, and measure each of them.' })
  })

  it.each([
    [
      '---\nid: heuristic/x\ntype: nonsense\ntitle: x\n---\nA body that is long enough to be learned.',
      'not that of a page',
    ],
    ['---\nid: heuristic/x\ntype: principle\ntitle: x\n---\nA body that is long enough to be learned.', 'but its type'],
    ['---\ntitle: [\n---\nA body that is long enough to be learned, with a title that is broken.', 'not valid YAML'],
    ['hi', 'too little'],
  ])('is refused with the reason: %j', async (text, reason) => {
    await expect(read('a.md', 'markdown', text)).rejects.toThrow(reason)
  })

  it('reads past the front matter of other tools, and between rules', async () => {
    const other = await read(
      'a.md',
      'markdown',
      `---\ntitle: Named by its author\nlayout: post\n---\n${filler('x', 30)}`,
    )
    expect(other.pieces[0]).toMatchObject({ title: 'Named by its author', position: 'line 5' })
    const rules = await read('a.md', 'markdown', `---\nJust a text\n---\n${filler('y', 30)}`)
    expect(rules.pieces[0]?.body).toContain('Just a text')
  })
})

describe('source code', () => {
  it('is cut at its definitions, with what stands before each', async () => {
    const functions = ['alpha', 'beta', 'gamma'].map(
      (name) => `# About ${name}.\ndef ${name}(x):\n${`    x = x + 1  # ${name}\n`.repeat(60)}    return x\n\n`,
    )
    const { pieces } = await read('src/steps.py', 'code', `import math\n\n${functions.join('')}`)
    expect(pieces.map(({ title }) => title)).toEqual([
      'src/steps.py: alpha',
      'src/steps.py: beta',
      'src/steps.py: gamma',
    ])
    expect(pieces[1]?.body).toMatch(/^```python\n# About beta\.\ndef beta/)
    expect(pieces.every(({ type, domains }) => type === 'implementation' && domains[0] === 'python')).toBe(true)
  })

  it('cuts a class that is too large at its methods', async () => {
    const method = (name: string) => `  ${name}() {\n${'    this.count += 1 // again and again\n'.repeat(60)}  }\n`
    const { pieces } = await read('a.ts', 'code', `class Big {\n${method('one')}${method('two')}}\n`)
    expect(pieces.map(({ title }) => title)).toEqual(['a.ts: Big.one', 'a.ts: Big.two'])
  })

  it('of a language without a parser is cut at its paragraphs', async () => {
    const text = ['one', 'two', 'three'].map((name) => `func ${name}() {\n${'\tstep()\n'.repeat(300)}}\n`).join('\n')
    const { pieces } = await read('a.go', 'code', text)
    expect(pieces).toHaveLength(3)
    expect(pieces[1]?.body).toContain('func two')
  })

  it('that a program wrote is refused', async () => {
    await expect(read('a.js', 'code', 'var a=1;'.repeat(5000))).rejects.toThrow('written by a program')
  })

  it('nested without end is no crash', async () => {
    const deep = `const x = ${'['.repeat(20_000)}\n${'1,\n'.repeat(500)}`
    const { pieces } = await read('a.js', 'code', `${deep}${'\n'.repeat(300)}`)
    expect(pieces.length).toBeGreaterThan(0)
  })
})

describe('HTML', () => {
  it('becomes Markdown without navigation and scripts', async () => {
    const html = `<html><head><title>The page</title><script>alert(1)</script></head><body><nav>Home</nav><main><h1>Beam search</h1><p>${filler('Keep the best', 60)}</p><table><tr><th>a</th><td>b</td></tr></table></main><footer>bye</footer></body></html>`
    const { pieces } = await read('a.html', 'html', html)
    expect(pieces[0]?.title).toBe('The page: Beam search')
    expect(pieces[0]?.body).toMatch(/^# Beam search/)
    expect(pieces[0]?.body).toContain('| a | b |')
    expect(pieces[0]?.body).not.toMatch(/alert|Home|bye/)
  })
})

describe('a PDF', () => {
  it('is read page by page', async () => {
    const long = 'Accept worse moves with a probability that falls with the temperature.'
    const { pieces } = await read(
      'a.pdf',
      'pdf',
      pdf([long, 'Lower the temperature with the elapsed share of the time.']),
    )
    expect(pieces[0]?.body).toContain(long)
    expect(pieces[0]?.position).toBe('pages 1-2')
  })

  it.each([
    ['holds only pictures', pdf(['', '']), 'holds no text'],
    ['is damaged', Buffer.from('%PDF-1.4\nnot really'), 'not a PDF'],
    ['is something else', Buffer.from('plain words, under the wrong name'), 'not a PDF'],
  ])('that %s is refused with the reason', async (_, bytes, reason) => {
    await expect(read('a.pdf', 'pdf', bytes)).rejects.toThrow(reason)
  })
})

describe('a notebook', () => {
  const notebook = (cells: unknown) => JSON.stringify({ nbformat: 4, metadata: {}, cells })
  it('gives its cells in order, with what was printed', async () => {
    const cells = [
      { cell_type: 'markdown', source: ['# Boosting\n', filler('Trees', 30)] },
      {
        cell_type: 'code',
        source: 'fit(model)',
        outputs: [{ output_type: 'stream', text: ['0.93\n'] }, { data: { 'image/png': 'abc' } }],
      },
    ]
    const { pieces } = await read('a.ipynb', 'notebook', notebook(cells))
    expect(pieces[0]?.body).toContain('```python\nfit(model)\n```\n```text\n0.93\n```')
    expect(pieces[0]).toMatchObject({ title: 'a.ipynb: Boosting', position: 'cells 1-2' })
  })

  it.each(['', '{', '[]', '{"cells": 1}'])('that is none is refused: %j', async (text) => {
    await expect(read('a.ipynb', 'notebook', text)).rejects.toThrow('not a Jupyter notebook')
  })
})

describe('bytes', () => {
  it('that are no text are refused', async () => {
    await expect(read('a.txt', 'text', Buffer.from([1, 0, 2, 3]))).rejects.toThrow('binary')
  })

  it('in other encodings are read', async () => {
    const words = 'Größer ist nicht immer besser, wenn man die Zeit dafür zählt.'
    for (const bytes of [Buffer.from(words, 'latin1'), Buffer.from(`\ufeff${words}`, 'utf16le')])
      expect((await read('a.txt', 'text', bytes)).pieces[0]?.body).toBe(words)
  })
})

it('secrets are blackened before anything is kept of a file', async () => {
  const key = ['sk', 'proj', 'A1b2C3d4E5f6G7h8I9j0K1l2'].join('-')
  const { pieces, secrets } = await read(
    'a.md',
    'markdown',
    `# Set-up with ${key}\n\nSet the key to ${key} and go on as described.`,
  )
  expect(JSON.stringify(pieces)).not.toContain(key)
  expect(secrets).toEqual(['API key', 'API key'])
})
