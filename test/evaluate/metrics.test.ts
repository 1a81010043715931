import { execFileSync } from 'node:child_process'
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brokenConstraint, readMetrics, readSigned } from '../../src/evaluate/metrics.ts'

const folder = mkdtempSync(join(tmpdir(), 'anneal-metrics-'))
const file = join(folder, 'metrics.json')
const none = join(folder, 'none.json')
const fromFile = (text: string) => {
  writeFileSync(file, text)
  return readMetrics(file, '', 'score', false)
}
const fromOutput = (text: string, shared = false) => readMetrics(none, text, 'score', shared)

describe('the metrics of an evaluation', () => {
  it('are a JSON object of numbers and truths', async () => {
    expect(await fromFile('{"score": 1.5, "valid": true, "note": "x", "bad": null}')).toEqual({
      metrics: { score: 1.5, valid: 1 },
    })
  })

  it('are a thousand at most beside the score, wherever that stands, and have names of a length that a journal can hold', async () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`case_${at}`, at]))
    const read = await fromFile(JSON.stringify({ ['x'.repeat(201)]: 1, ...many, score: 7 }))
    const metrics = 'metrics' in read ? read.metrics : {}
    expect(Object.keys(metrics)).toHaveLength(1001)
    expect(metrics).toMatchObject({ score: 7, case_0: 0, case_999: 999 })
    const lacking = await fromFile(JSON.stringify(many))
    expect('reason' in lacking ? lacking.reason.length : 0).toBeLessThan(400)
  })

  it('leave out what is too large to reckon with', async () => {
    expect(await fromFile('{"score": 1e150, "penalty": 1.7976931348623157e308, "low": -1e151}')).toEqual({
      metrics: { score: 1e150 },
    })
    expect(await fromOutput('score: 1e300')).toEqual({
      reason: '"score" is 1e+300: beyond 1e+150 nothing is reckoned with',
    })
  })

  it.each([
    ['NaN', '{"score": NaN}'],
    ['a number too large', '{"score": 1e999}'],
    ['a number too small', '{"score": -1e999}'],
    ['the largest number that there is', '{"score": 1.7976931348623157e308}'],
    ['a number too large to be squared', '{"score": -1e151}'],
    ['a string', '{"score": "0.9"}'],
    ['a truth', '{"score": true}'],
    ['nothing', '{"score": null}'],
    ['a list', '[0.9]'],
    ['a bare number in the file', '0.9'],
    ['two documents', '{"score": 1}{"score": 2}'],
    ['two lines of documents', '{"score": 1}\n{"score": 1}'],
    ['another name', '{"Score": 1}'],
    ['an inherited name', '{"__proto__": {"score": 1}}'],
    ['half a document', '{"score": 1'],
    ['words', 'score is 3'],
  ])('are never made of %s', async (_, text) => {
    expect(await fromFile(text)).toHaveProperty('reason')
  })

  it('are read from the last JSON line or bare number of the output, else from a line that names them', async () => {
    expect(await fromOutput('loss 3\n{"score": 2}\nbye')).toEqual({ metrics: { score: 2 } })
    expect(await fromOutput('12\n0.25\n')).toEqual({ metrics: { score: 0.25 } })
    expect(await fromOutput('score: 3e-2\n')).toEqual({ metrics: { score: 0.03 } })
    expect(await fromOutput('score=7,\nscore=7')).toEqual({ metrics: { score: 7 } })
    expect(await fromOutput('score=7\nscore=8')).toHaveProperty('reason')
    expect(await fromOutput('score=inf')).toHaveProperty('reason')
    expect(await fromOutput('score=0x10')).toHaveProperty('reason')
    expect(await fromOutput('score=0.93abc')).toHaveProperty('reason')
    expect(await fromOutput('')).toHaveProperty('reason')
  })

  it('may be stated with one value alone where the candidate shares the process', async () => {
    expect(await fromOutput('score: 9\n{"score": 1}', true)).toHaveProperty('signs')
    expect(await fromOutput('{"score": 9}\n{"score": 1}', true)).toHaveProperty('signs')
    expect(await fromOutput('{"score": 1}\nscore = 1', true)).toEqual({ metrics: { score: 1 } })
    writeFileSync(file, '{"score": 1}')
    expect(await readMetrics(file, 'score: 9', 'score', true)).toHaveProperty('signs')
    expect(await readMetrics(file, 'score: 9', 'score', false)).toEqual({ metrics: { score: 1 } })
  })

  it('are not read from a pipe, a link, a folder, a device or a huge file', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    expect(await readMetrics(pipe, '', 'score', false)).toHaveProperty('reason')
    for (const [name, target] of [
      ['link', file],
      ['zero', '/dev/zero'],
      ['loop', join(folder, 'loop')],
    ] as const) {
      symlinkSync(target, join(folder, name))
      expect(await readMetrics(join(folder, name), '', 'score', false)).toHaveProperty('reason')
    }
    expect(await readMetrics(folder, '', 'score', false)).toHaveProperty('reason')
    writeFileSync(join(folder, 'huge'), ' '.repeat(1_000_001))
    expect(await readMetrics(join(folder, 'huge'), '', 'score', false)).toHaveProperty('reason')
  })

  it('never come out as anything but finite numbers, whatever stands in the file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((text) => `{"score": ${text}}`),
        ),
        async (text) => {
          const reading = await fromFile(text)
          if ('metrics' in reading) {
            expect(Object.values(reading.metrics).every(Number.isFinite)).toBe(true)
            expect(reading.metrics.score).toBeDefined()
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('a signed result', () => {
  const read = (text: string) => readSigned(text, 'n1', 'score')

  it('is one document that bears the nonce', () => {
    expect(read('{"nonce": "n1", "score": 2}\n')).toEqual({ metrics: { score: 2 } })
  })

  it.each([
    ['without the nonce', '{"score": 2}'],
    ['with another nonce', '{"nonce": "n2", "score": 2}'],
    ['beside another one', '{"nonce": "n1", "score": 2}\n{"nonce": "n1", "score": 3}'],
    ['after something else', 'hello\n{"nonce": "n1", "score": 2}'],
    ['that never came', ''],
  ])('%s is a sign of tampering', (_, text) => {
    const reading = read(text)
    expect(reading).toHaveProperty('reason')
    expect(reading).toHaveProperty('signs')
  })
})

describe('a constraint', () => {
  it('holds, is broken, or names what is not there', () => {
    expect(brokenConstraint(['valid == 1', 'seconds <= 2.5'], { valid: 1, seconds: 2.5 })).toBe(null)
    expect(brokenConstraint(['valid == 1'], { valid: 0 })).toContain('valid is 0')
    expect(brokenConstraint(['valid == 1'], {})).toContain('not given')
  })
})
