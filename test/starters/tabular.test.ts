import { describe, expect, test } from 'vitest'
import { has, starter } from './starter.ts'

const reason = has('python3') ? '' : ' (skipped: python3 is not installed)'

describe.skipIf(reason)(`the starter tabular${reason}`, { timeout: 60_000 }, () => {
  const submission = (change: (rows: string[][]) => unknown = () => {}) => {
    const lines = starter('tabular').read('test.csv').trim().split('\n').slice(1)
    const rows = lines.map((line) => [line.slice(0, line.indexOf(',')), '0.5'])
    change(rows)
    return { artifacts: { 'submission.csv': `id,probability\n${rows.map((row) => row.join(',')).join('\n')}\n` } }
  }
  const first = (rows: string[][]) => rows[0] ?? []

  test('the baseline is valid and weak, on the hold-out too', () => {
    const { measure } = starter('tabular')
    const { score, metrics } = measure()
    expect(metrics.valid).toBe(1)
    expect(score).toBeGreaterThan(0.55)
    expect(score).toBeLessThan(0.7)
    expect(measure().score).toBe(score)
    const other = measure({ holdout: true }).score
    expect(other).toBeGreaterThan(0.55)
    expect(other).not.toBe(score)
  })

  test('more columns and more training score higher, on the hold-out too', () => {
    const { measure, edit } = starter('tabular')
    edit('solve.py', '["referred"]', '["referred", "contract", "region", "device", "channel"]')
    edit('solve.py', '"speed_mbit"]', '"speed_mbit", "support_calls", "outages", "late_payments", "lines"]')
    edit('solve.py', 'REGULARISATION = 0.05', 'REGULARISATION = 0.001')
    edit('solve.py', 'EPOCHS = 2', 'EPOCHS = 8')
    expect(measure().score).toBeGreaterThan(0.72)
    expect(measure({ holdout: true }).score).toBeGreaterThan(0.72)
  })

  test('the same number for all is valid, and worth one half', () => {
    expect(starter('tabular').measure(submission()).score).toBe(0.5)
  })

  test('the candidate needs none of what is hidden', () => {
    const { task } = starter('tabular')
    expect(task.evaluate.hidden).toEqual(['sealed/**'])
  })

  test.each<[string, (rows: string[][]) => unknown]>([
    ['NaN', (rows) => first(rows).splice(1, 1, 'nan')],
    ['infinity', (rows) => first(rows).splice(1, 1, 'inf')],
    ['more than 1', (rows) => first(rows).splice(1, 1, '1.5')],
    ['less than 0', (rows) => first(rows).splice(1, 1, '-0.1')],
    ['an empty field', (rows) => first(rows).splice(1, 1, '')],
    ['a third field', (rows) => first(rows).push('1')],
    ['a missing row', (rows) => rows.pop()],
    ['a row twice', (rows) => rows.push([...first(rows)])],
    ['an unknown id', (rows) => first(rows).splice(0, 1, '1')],
  ])('%s in the submission gives no score', (_name, change) => {
    const { score, metrics } = starter('tabular').measure(submission(change))
    expect(score).toBeNull()
    expect(metrics).toEqual({ valid: 0 })
  })

  test.each([
    ['crashes', "raise SystemExit('no')"],
    ['writes nothing', 'pass'],
    ['links to another file', 'import os\nos.symlink("/etc/passwd", os.environ["ANNEAL_OUT"] + "/submission.csv")'],
  ])('a candidate that %s gives no score', (_name, text) => {
    const { measure, write } = starter('tabular')
    write('solve.py', text)
    expect(measure().score).toBeNull()
    expect(measure({ holdout: true }).score).toBeNull()
  })
})
