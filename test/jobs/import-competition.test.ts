import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importCompetition } from '../../src/jobs/import-competition.ts'
import { AnnealError } from '../../src/records/error.ts'

const home = mkdtempSync(join(tmpdir(), 'anneal-mle-'))
writeFileSync(join(home, 'train.csv'), 'id,y\n1,2\n')

it.each([
  ['there is no folder', 'nowhere', {}, 'There is no folder'],
  ['there is no sample submission', '.', {}, 'holds no sample submission'],
  ['a time cannot be read', '.', { timeout: 'soon' }, '--timeout soon cannot be read'],
  ['a size cannot be read', '.', { memory: 'much' }, '--memory much cannot be read'],
  ['an address is none', '.', { server: 'ftp://x; rm' }, 'is no address'],
])('nothing is left behind where %s', async (_name, source, more, words) => {
  const wishes = { validation: 0.2, seed: 1, timeout: '10m', ...more }
  const failed = await importCompetition(join(home, source), join(home, 'task'), wishes).catch(
    (fault: unknown) => fault,
  )
  expect(failed).toBeInstanceOf(AnnealError)
  expect((failed as AnnealError).what).toContain(words)
  expect((failed as AnnealError).fix).not.toBe('')
  expect(readdirSync(home)).toEqual(['train.csv'])
  expect(statSync(join(home, 'train.csv')).size).toBe(9)
})

describe('what attempts at a competition read', () => {
  const rows = Array.from({ length: 60 }, (_, at) => at)
  const csv = (columns: string, row: (at: number) => unknown[]) =>
    `${[columns, ...rows.map((at) => row(at).join(','))].join('\n')}\n`
  /** Both answers stand in the test table too, empty, and one of them is no target. */
  function source(): string {
    const folder = mkdtempSync(join(tmpdir(), 'anneal-mle-'))
    mkdirSync(join(folder, 'public', 'images'), { recursive: true })
    mkdirSync(join(folder, 'private'))
    const put = (path: string, text: string) => writeFileSync(join(folder, path), text)
    put('private/answers.csv', 'the private answers\n')
    put('public/description.md', 'Submissions are scored by mean absolute error.\n')
    put(
      'public/train.csv',
      csv('id,x,y,z', (at) => [at, at % 7, `7${at}.25`, `8${at}.5`]),
    )
    put(
      'public/test.csv',
      csv('id,x,y', (at) => [at + 100, at % 7, '']),
    )
    put(
      'public/sample_submission.csv',
      csv('id,y,z', (at) => [at + 100, 0, 0]),
    )
    put('public/images/1.txt', 'a picture\n')
    symlinkSync('../private/answers.csv', join(folder, 'public', 'notes.txt'))
    symlinkSync('../../private', join(folder, 'public', 'images', 'more'))
    return folder
  }

  it('holds no answer of the rows that were set aside, though a table repeats its column, and nothing that links lead out to', async () => {
    const from = source()
    const wishes = { validation: 0.3, seed: 1, timeout: '10m', target: ['y'] }
    const { folder, notes } = await importCompetition(from, join(from, '..', `${from.split('/').at(-1)}-task`), wishes)
    const answers = readFileSync(join(folder, 'sealed/answers.csv'), 'utf8').trim().split('\n').slice(1)
    expect(answers.length).toBeGreaterThan(10)
    const seen = ['test.csv', 'sample_submission.csv'].map((name) =>
      readFileSync(join(folder, 'data/search', name), 'utf8'),
    )
    for (const answer of answers) {
      const [id, y] = answer.split(',')
      expect(y).toBe(`7${id}.25`)
      for (const text of seen) {
        expect(text).toContain(`\n${id},`)
        expect(text).not.toContain(y)
        expect(text).not.toContain(`8${id}.5`)
      }
    }
    expect(notes.join('\n')).toMatch(/notes\.txt is left out: .* is a link that leads elsewhere/)
    expect(notes.join('\n')).toMatch(/images is left out: .*more is a link that leads elsewhere/)
    const all = readdirSync(folder, { recursive: true }).map(String)
    expect(all.filter((name) => /notes|images|more/.test(name))).toEqual([])
  })
})
