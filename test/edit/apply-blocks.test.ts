import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../src/edit/apply-blocks.ts'
import { parseReply } from '../../src/edit/blocks.ts'

const any = () => true
const block = (path: string, search: string, replace: string) =>
  `${path}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`
const applied = (files: Record<string, string>, reply: string) => {
  const { edits, problems } = parseReply(reply)
  if (problems.length > 0) return { problems }
  const result = applyEdits(new Map(Object.entries(files)), edits, any)
  return 'files' in result ? Object.fromEntries(result.files) : result
}

describe('reading a reply', () => {
  it('finds blocks and whole files under dressed paths, with prose around', () => {
    const reply = `Sure!\n\n### \`src/a.js\`\n\n\`\`\`js\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n\`\`\`\n\n**b.py**:\n\n\`\`\`python\nx = 1\n\`\`\`\nDone.`
    expect(parseReply(reply)).toEqual({
      edits: [
        { path: 'src/a.js', kind: 'replace', search: 'a\n', replace: 'b\n' },
        { path: 'b.py', kind: 'whole', content: 'x = 1\n' },
      ],
      problems: [],
    })
  })

  it('gives several blocks to the file named last', () => {
    expect(parseReply(block('a.js', '1', '2') + block('', '3', '4').trimStart()).edits.map(({ path }) => path)).toEqual(
      ['a.js', 'a.js'],
    )
  })

  it('never applies what was cut off', () => {
    const whole = `${block('a.js', 'one', 'two')}b.js\n\`\`\`\nlet x\n\`\`\`\n`
    for (let cut = whole.indexOf('<<<<'); cut < whole.indexOf('>>>>>>> REPLACE'); cut++) {
      const { edits } = parseReply(whole.slice(0, cut))
      expect(edits).toEqual([])
    }
  })

  it('never throws, and reads two megabytes quickly', () => {
    fc.assert(fc.property(fc.string({ maxLength: 400 }), (text) => Array.isArray(parseReply(text).edits)))
    const began = performance.now()
    parseReply('```\nx\n'.repeat(300_000))
    expect(performance.now() - began).toBeLessThan(20_000)
  })
})

describe('applying edits', () => {
  it('replaces what stands once, literally', () => {
    expect(applied({ 'a.js': 'let a = 1\nlet b = 2\n' }, block('a.js', 'let a = 1', "let a = '$&$1'"))).toEqual({
      'a.js': "let a = '$&$1'\nlet b = 2\n",
    })
  })

  it('names the lines where a search text stands more than once', () => {
    expect(applied({ 'a.js': 'x\ny\nx\n' }, block('a.js', 'x', 'z'))).toEqual({
      problems: [expect.stringContaining('lines 1, 3')],
    })
  })

  it('forgives indentation where one place fits, and indents the replacement alike', () => {
    expect(
      applied(
        { 'a.py': 'def f():\n    if x:\n        return 1\n' },
        block('a.py', 'if x:\n    return 1', 'if y:\n    return 2'),
      ),
    ).toEqual({ 'a.py': 'def f():\n    if y:\n        return 2\n' })
    expect(
      applied(
        { 'a.py': 'if x:\n    f()\nelse:\n    if x:\n        f()\n' },
        block('a.py', '  if x:\n      f()', 'g()'),
      ),
    ).toEqual({ problems: [expect.stringContaining('fits 2 places')] })
  })

  it('shows the most similar lines where nothing fits', () => {
    expect(
      applied({ 'a.js': 'let alpha = 1\nlet beta = 2\n' }, block('a.js', 'let alpha = 1\nlet beta = 3', 'x')),
    ).toEqual({ problems: [expect.stringContaining('2: let beta = 2')] })
  })

  it('keeps line ends, byte order marks and a missing last newline', () => {
    expect(applied({ 'a.js': '\uFEFFa\r\nb\r\n' }, block('a.js', 'b', 'c\nd'))).toEqual({
      'a.js': '\uFEFFa\r\nc\r\nd\r\n',
    })
    expect(applied({ 'a.js': 'a\nb' }, block('a.js', 'b', 'c'))).toEqual({ 'a.js': 'a\nc' })
  })

  it('changes nothing at all when one edit does not fit', () => {
    expect(applied({ 'a.js': 'a\nb\n' }, block('a.js', 'a', 'x') + block('a.js', 'nowhere', 'y'))).toHaveProperty(
      'problems',
    )
  })

  it.each(['/etc/passwd', '../x.js', 'a/../../x.js', 'a/.GIT/config', 'a\\b.js', 'C:/x.js', 'a//b.js'])(
    'refuses the path %s',
    (path) => {
      expect(applyEdits(new Map(), [{ path, kind: 'whole', content: 'x' }], any)).toHaveProperty('problems')
    },
  )

  it('refuses files outside the bounds, and edits that change nothing', () => {
    expect(applyEdits(new Map(), [{ path: 'b.js', kind: 'whole', content: 'x' }], (path) => path === 'a.js')).toEqual({
      problems: ['b.js lies outside the editable files.'],
    })
    expect(applied({ 'a.js': 'a\n' }, block('a.js', 'a', 'a'))).toEqual({ problems: ['The edits change nothing.'] })
  })

  it('is undone by its inverse', () => {
    const line = fc.stringMatching(/^[a-z ]{1,12}$/)
    fc.assert(
      fc.property(
        fc.uniqueArray(line, { minLength: 2, maxLength: 12, selector: (text) => text.trim() }),
        fc.nat(),
        line,
        (lines, pick, fresh) => {
          const wanted = lines[pick % lines.length] ?? ''
          fc.pre(
            wanted.trim() !== '' &&
              fresh.trim() !== '' &&
              !lines.some((one) => one.includes(fresh) || fresh.includes(one)) &&
              lines.filter((one) => one.includes(wanted)).length === 1,
          )
          const before = `${lines.join('\n')}\n`
          const edit = (search: string, replace: string) => [
            { path: 'a', kind: 'replace' as const, search: `${search}\n`, replace: `${replace}\n` },
          ]
          const there = applyEdits(new Map([['a', before]]), edit(wanted, fresh), any)
          fc.pre('files' in there)
          const back = 'files' in there ? applyEdits(there.files, edit(fresh, wanted), any) : there
          expect('files' in back && back.files.get('a')).toBe(before)
        },
      ),
    )
  })
})
