import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openTools } from '../../src/edit/tools.ts'

const FILES: Record<string, string> = {
  'src/a.js': 'export const one = 1\nexport const two = 2\n',
  'src/deep/b.js': "import { one } from '../a.js'\n",
  'score.js': 'the evaluator\n',
  'src/answers.js': 'the secret\n',
  'src/marked.js': 'fixed\n// EVOLVE-BLOCK-START\nfree\n// EVOLVE-BLOCK-END\n',
}

function over(more: { smoke?: (changed: readonly string[]) => Promise<string> } = {}) {
  const folder = join(mkdtempSync(join(tmpdir(), 'anneal-tools-')), 'candidate')
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  writeFileSync(join(folder, '..', 'outside.js'), 'outside\n')
  symlinkSync('..', join(folder, 'src', 'up'))
  symlinkSync('../score.js', join(folder, 'src', 'link.js'))
  mkdirSync(join(folder, '.git'))
  writeFileSync(join(folder, '.git', 'config'), 'x\n')
  const box = openTools({
    folder,
    bounds: {
      editable: (path) => path.startsWith('src/') && path !== 'src/answers.js',
      hidden: (path) => path === 'src/answers.js',
    },
    markers: true,
    smoke: more.smoke ?? null,
  })
  const use = (name: string, given: object = {}) => box.use(name, JSON.stringify(given))
  const text = (path: string) => readFileSync(join(folder, path), 'utf8')
  return { folder, box, use, text }
}

describe('the tools of an edit', () => {
  it('list what is there and what of it may be changed, but nothing hidden, linked or of Git', async () => {
    const { use } = over()
    expect(await use('list_files')).toBe('  score.js\n* src/a.js\n* src/deep/b.js\n* src/marked.js')
    expect(await use('list_files', { under: './src/deep/' })).toBe('* src/deep/b.js')
    expect(await use('list_files', { under: '.' })).toContain('score.js')
    expect(await use('list_files', { under: '..' })).toContain('no file')
    expect(await use('list_files', { under: 'src/up' })).toContain('no file')
  })

  it('find a text by line, whatever its case', async () => {
    const { use } = over()
    expect(await use('search', { text: 'ONE' })).toBe(
      "src/a.js:1: export const one = 1\nsrc/deep/b.js:1: import { one } from '../a.js'",
    )
    expect(await use('search', { text: 'secret' })).toContain('stands nowhere')
    expect(await use('search', { text: 'one', under: 'src/deep' })).not.toContain('src/a.js')
    for (const under of ['src/answers.js', '/src/answers.js', '/src'])
      expect(await use('search', { text: 'secret', under })).toContain('stands nowhere')
  })

  it('show lines of a file', async () => {
    const { use } = over()
    expect(await use('read_file', { path: './src/a.js', from: 2, lines: 1 })).toBe(
      'src/a.js, lines 2 to 2 of 2:\nexport const two = 2',
    )
  })

  it.each([
    'src/answers.js',
    'src/deep/../answers.js',
    'src//answers.js',
    '/src/answers.js',
    '//src/answers.js',
    'src/link.js',
    'src/up/score.js',
    '../outside.js',
    '/etc/passwd',
    '.git/config',
    'src',
    'src/none.js',
    'src/\0',
  ])('show nothing of %j', async (path) => {
    const { use } = over()
    expect(await use('read_file', { path })).toMatch(/^There is no text file/)
  })

  it('change, make and delete files', async () => {
    const { use, box, text, folder } = over()
    expect(
      await use('edit_file', { path: 'src/a.js', search: 'export const two = 2', replace: 'export const two = 3' }),
    ).toBe('src/a.js is changed.')
    expect(text('src/a.js')).toBe('export const one = 1\nexport const two = 3\n')
    expect(await use('write_file', { path: 'src/new/c.js', content: 'new\n' })).toBe('src/new/c.js is changed.')
    expect(await use('delete_file', { path: 'src/deep/b.js' })).toBe('src/deep/b.js is deleted.')
    expect(() => readFileSync(join(folder, 'src/deep/b.js'))).toThrow('ENOENT')
    expect(box.changed()).toEqual(['src/a.js', 'src/new/c.js', 'src/deep/b.js'])
  })

  it.each([
    ['a file that may not be changed', 'score.js'],
    ['a hidden file', 'src/answers.js'],
    ['a file by a way around', 'src/../score.js'],
    ['a file outside', '../outside.js'],
    ['a link', 'src/link.js'],
    ['a file behind a link', 'src/up/score.js'],
    ['what belongs to Git', 'src/.git/config'],
  ])('do not write to %s', async (_, path) => {
    const { use, box, text } = over()
    for (const given of [await use('write_file', { path, content: 'mine\n' }), await use('delete_file', { path })])
      expect(given).toMatch(/outside the editable|not a path inside|may not be changed|no text file/)
    expect(box.changed()).toEqual([])
    expect(text('score.js')).toBe('the evaluator\n')
    expect(text('../outside.js')).toBe('outside\n')
    expect(text('src/answers.js')).toBe('the secret\n')
  })

  it('keep to the markers of a file', async () => {
    const { use, text } = over()
    expect(await use('edit_file', { path: 'src/marked.js', search: 'fixed', replace: 'broken' })).toContain(
      'EVOLVE-BLOCK',
    )
    expect(await use('delete_file', { path: 'src/marked.js' })).toContain('EVOLVE-BLOCK')
    expect(await use('edit_file', { path: 'src/marked.js', search: 'free', replace: 'freed' })).toContain('is changed')
    expect(text('src/marked.js')).toContain('fixed\n// EVOLVE-BLOCK-START\nfreed\n')
  })

  it('tell what is wrong with a call', async () => {
    const { use, box } = over()
    expect(await use('edit_file', { path: 'src/a.js', search: 'three', replace: '' })).toContain('was not found')
    expect(await use('remove_disk')).toContain('There is no tool remove_disk')
    expect(await use('run_smoke')).toContain('There is no tool run_smoke')
    expect(await use('read_file', { path: 7 })).toContain('arguments of read_file are not right: path')
    expect(await box.use('read_file', '{"path": "src/a')).toContain('are not right')
  })

  it('bound what they give', async () => {
    const { use } = over()
    await use('write_file', { path: 'src/long.js', content: `${'x'.repeat(100_000)}\n` })
    expect((await use('read_file', { path: 'src/long.js' })).length).toBeLessThan(12_200)
  })

  it('try what was changed, where there is a smoke stage, and end with what was found out', async () => {
    const { use, box } = over({ smoke: async (changed) => `tried ${changed.join()}` })
    await use('write_file', { path: 'src/a.js', content: 'new\n' })
    expect(await use('run_smoke')).toBe('tried src/a.js')
    expect(box.finished()).toBe(null)
    await use('finish')
    expect(box.finished()).toEqual({ claims: [] })
  })
})
