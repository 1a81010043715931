import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { EXAMPLE_NAMES, exampleFiles } from '../../src/competitions/examples/example.ts'
import { prepareCompetition } from '../../src/competitions/prepare.ts'
import { AnnealError } from '../../src/records/error.ts'

const options = { validation: 0.2, seed: 1 }

function folder(files: Record<string, string>): string {
  const made = mkdtempSync(join(tmpdir(), 'anneal-competition-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(made, path)), { recursive: true })
    writeFileSync(join(made, path), text)
  }
  return made
}
const csv = (rows: unknown[][]) => `${rows.map((row) => row.join(',')).join('\n')}\n`
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at)
const DESCRIPTION = '## Evaluation\nSubmissions are evaluated on the mean absolute error.\n'

/** A competition whose rows are made by `row`; ids from 0 are trained on, those from 300 tested. */
function made(columns: string[], row: (at: number) => unknown[], more: Record<string, string> = {}): string {
  return folder({
    'public/description.md': DESCRIPTION,
    'public/train.csv': csv([['id', ...columns, 'y'], ...range(0, 300).map((at) => [at, ...row(at), at % 2])]),
    'public/test.csv': csv([['id', ...columns], ...range(300, 400).map((at) => [at, ...row(at)])]),
    'public/sample_submission.csv': csv([['id', 'y'], ...range(300, 400).map((at) => [at, 0])]),
    ...more,
  })
}

describe('how rows are set aside follows from the data', () => {
  test('nothing special: at random for numbers, by class for classes', async () => {
    const source = made(['x'], (at) => [(at * 7) % 13])
    expect((await prepareCompetition(source, options)).notes.join('\n')).toContain(
      'split: random, since nothing orders or groups',
    )
    const { notes } = await prepareCompetition(source, { ...options, metric: 'accuracy' })
    expect(notes.join('\n')).toContain('split: stratified, by class')
  })

  test('a column that the test set lies after: by time', async () => {
    const source = made(['month', 'x'], (at) => [Math.floor(at / 20), (at * 7) % 13])
    const { notes, parts } = await prepareCompetition(source, options)
    expect(notes.join('\n')).toContain('split: time (month), because the test set lies later')
    expect(parts.slice(0, 200).every((part) => part === 'train')).toBe(true)
    const chosen = await prepareCompetition(source, { ...options, split: 'random' })
    expect(chosen.notes.join('\n')).toContain('split: random, as you said')
    expect(chosen.parts.slice(0, 200).includes('validation')).toBe(true)
  })

  test('a column whose groups are all new in the test set: by group', async () => {
    const source = made(['patient', 'x'], (at) => [
      `p${Math.floor(((at * 7) % 300) / 4) + (at >= 300 ? 500 : 0)}`,
      at % 13,
    ])
    const { notes, parts, looked } = await prepareCompetition(source, options)
    expect(notes.join('\n')).toContain('split: group (patient)')
    const seen = new Map<string, Set<string>>()
    for (const [row, group] of looked.group?.values.entries() ?? [])
      seen.set(group, (seen.get(group) ?? new Set()).add(parts[row] ?? ''))
    expect([...seen.values()].every((one) => one.size === 1)).toBe(true)
  })

  test('ids that bear their group: by what stands before their last _', async () => {
    const id = (at: number) => `${String(Math.floor(at / 3)).padStart(4, '0')}_${at % 3}`
    const source = folder({
      'description.md': DESCRIPTION,
      'train.csv': csv([['who', 'y'], ...range(0, 300).map((at) => [id(at), at])]),
      'test.csv': csv([['who'], ...range(300, 360).map((at) => [id(at)])]),
      'sample_submission.csv': csv([['who', 'y'], ...range(300, 360).map((at) => [id(at), 0])]),
    })
    const { notes } = await prepareCompetition(source, options)
    expect(notes.join('\n')).toContain('split: group (who up to its last _)')
  })

  test.each(EXAMPLE_NAMES.map((name) => [name]))('the made-up competition %s is understood', async (name) => {
    const files = exampleFiles(name, 3)
    const { format, notes } = await prepareCompetition(folder(files), options)
    const wanted = { tabular: 'auc', time: 'rmsle', text: 'log-loss-classes' }[name]
    expect(format.metric).toBe(wanted)
    const split = { tabular: 'stratified', time: 'time (date)', text: 'stratified' }[name] ?? 'none'
    expect(notes.join('\n')).toContain(`split: ${split}`)
  })
})

test('the same seed gives the same competition, another one another', () => {
  const files = exampleFiles('time', 3)
  expect(exampleFiles('time', 3)).toEqual(files)
  expect(exampleFiles('time', 4)['prepared/public/train.csv']).not.toEqual(files['prepared/public/train.csv'])
})

test('a label of classes, ids that the training table lacks, and a sample of rows', async () => {
  const source = folder({
    'description.md': '## Evaluation\nmulti-class log loss\n',
    'labels.csv': csv([['breed', 'size'], ...range(0, 100).map((at) => [at % 2 ? 'cat' : 'dog', at])]),
    'sample_submission.csv': csv([['name', 'cat', 'dog'], ...range(0, 10).map((at) => [`t${at}`, 0.5, 0.5])]),
  })
  const { format, looked, parts } = await prepareCompetition(source, { ...options, rows: 50 })
  expect(format).toMatchObject({ id: 'name', label: 'breed', targets: ['cat', 'dog'], metric: 'log-loss-classes' })
  expect(looked.ids[0]).toBe('row1')
  expect(parts.filter((part) => part === 'validation').length).toBe(10)
  expect(parts.filter((part) => part === 'dropped').length).toBeGreaterThan(25)
})

describe('what cannot be understood is said with what would mend it', () => {
  const plain = () => made(['x'], (at) => [at % 7])
  test.each([
    ['a folder without a sample', () => folder({ 'train.csv': 'id,y\n1,2\n' }), {}, '--sample'],
    ['no table to train on', () => folder({ 'sample_submission.csv': 'id,y\n1,2\n' }), {}, '--train'],
    [
      'no metric in the description',
      () => made(['x'], (at) => [at], { 'public/description.md': 'nothing' }),
      {},
      '--metric',
    ],
    ['an unknown metric', plain, { metric: 'beauty' }, 'The metrics are rmse'],
    ['a metric that wants classes', plain, { metric: 'auc-ovr' }, '--metric'],
    [
      'a metric that cannot score the answers',
      () =>
        made(['x'], () => [1], {
          'public/train.csv': csv([['id', 'x', 'y'], ...range(0, 300).map((at) => [at, 1, 1])]),
        }),
      { metric: 'auc' },
      'all of one class',
    ],
    ['no time to split by', plain, { split: 'time' as const }, '--time-column'],
    ['no group to split by', plain, { split: 'group' as const }, '--group'],
    [
      'one moment for all rows',
      () => made(['x'], () => [1]),
      { timeColumn: 'x', holdout: 0 },
      'no row is left to train on',
    ],
    ['an unknown column', plain, { timeColumn: 'when' }, 'has no column when'],
    ['shares that leave nothing', plain, { validation: 1 }, 'together below 1'],
    ['a share that is no number', plain, { validation: Number.NaN }, 'together below 1'],
    ['a broken table', () => made(['x'], (at) => (at === 3 ? [1, 2] : [1])), {}, 'row 5 has 4 fields, not 3'],
    [
      'ids that stand twice',
      () =>
        made(['x'], () => [1], {
          'public/train.csv': csv([
            ['id', 'x', 'y'],
            [1, 1, 1],
            [1, 1, 0],
          ]),
        }),
      {},
      'bring the table into one row',
    ],
  ] as [string, () => string, object, string][])('%s', async (_name, source, more, words) => {
    const failed = await prepareCompetition(source(), { ...options, ...more }).catch((fault: unknown) => fault)
    expect(failed).toBeInstanceOf(AnnealError)
    const { what, why, fix } = failed as AnnealError
    expect(`${what} ${why} ${fix}`).toContain(words)
  })
})
