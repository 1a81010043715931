import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fieldsOf, readTable, recordOf, textOf } from '../../src/competitions/scoring/csv.ts'
import { type Format, readSubmission, scoreSubmission } from '../../src/competitions/scoring/submission.ts'

const FORMAT: Format = {
  ...{ competition: 'c', columns: ['id', 'price'], id: 'id', targets: ['price'], label: null },
  metric: 'rmse',
}
const CLASSES: Format = {
  ...FORMAT,
  columns: ['id', 'a', 'b'],
  targets: ['a', 'b'],
  label: 'who',
  metric: 'log-loss-classes',
}

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'anneal-csv-')), 'submission.csv')
  writeFileSync(path, text)
  return path
}
const read = (text: string, format = FORMAT, ids = ['1', '2']) => readSubmission(file(text), format, ids)

describe('a submission that is made to hold up who reads it', () => {
  test('is given up where a quote is left open over ever more lines, or a row does not end', {
    timeout: 20_000,
  }, async () => {
    await expect(read(`id,price\n1,"${'""\n'.repeat(150_000)}`)).rejects.toThrow('a quoted field is never closed')
    await expect(read(`id,price\n1,${'2'.repeat(17_000_000)}`)).rejects.toThrow('a row is longer than 16000000')
    const long = `"${'word\n'.repeat(9000)}"`
    expect([...(await read(`id,price\n1,2\n2,3\n`))]).toHaveLength(2)
    await expect(read(`id,price\n1,${long}\n2,3\n`)).rejects.not.toThrow('never closed')
  })
})

describe('a submission', () => {
  test('is read whatever the order of its rows, and scored', async () => {
    const given = await read('id,price\n2,4\n1,3.5\n')
    expect([...given]).toEqual([
      ['2', ['4']],
      ['1', ['3.5']],
    ])
    const answers = {
      columns: ['price', 'id'],
      rows: [
        ['3.5', '1'],
        ['6', '2'],
      ],
    }
    expect(scoreSubmission(given, answers, FORMAT)).toBeCloseTo(Math.sqrt(2), 12)
    // Answers may ask for some of the rows alone.
    expect(scoreSubmission(given, { columns: ['id', 'price'], rows: [['1', '3']] }, FORMAT)).toBe(0.5)
  })

  test('of classes is scored against a label or a column of 0 and 1 for each', async () => {
    const given = await read('id,a,b\n1,0.5,0.5\n2,0.25,0.75\n', CLASSES)
    const value = -(Math.log(0.5) + Math.log(0.75)) / 2
    expect(
      scoreSubmission(
        given,
        {
          columns: ['id', 'who'],
          rows: [
            ['1', 'a'],
            ['2', 'b'],
          ],
        },
        CLASSES,
      ),
    ).toBeCloseTo(value, 12)
    const hot = {
      columns: ['id', 'a', 'b'],
      rows: [
        ['1', '1', '0'],
        ['2', '0', '1'],
      ],
    }
    expect(scoreSubmission(given, hot, CLASSES)).toBeCloseTo(value, 12)
  })

  test.each([
    ['', 'the file is empty'],
    ['id,prize\n1,2\n2,3\n', 'the columns are id,prize, not id,price'],
    ['price,id\n1,2\n', 'the columns are price,id, not id,price'],
    ['id,id\n1,2\n', 'names the column "id" twice'],
    ['id,price\n1,2\n', '1 of 2 rows are missing, such as 2'],
    ['id,price\n1,2\n1,2\n', 'row 3 (id 1): this id stands twice'],
    ['id,price\n1,2\n3,2\n', 'row 3 (id 3): this id is not asked for'],
    ['id,price\n1,NaN\n2,3\n', 'row 2 (id 1): "NaN" is not a finite number'],
    ['id,price\n1,\n2,3\n', 'row 2 (id 1): "" is not a finite number'],
    ['id,price\n1,2,3\n2,3\n', 'row 2 has 3 fields, not 2'],
    ['id,price\n1,"2\n2,3\n', 'a quoted field is never closed'],
  ])('%j is refused in words', async (text, words) => {
    await expect(read(text)).rejects.toThrow(words)
  })

  test('of classes must sum to one in each row', async () => {
    await expect(read('id,a,b\n1,0.5,0.4\n2,1,0\n', CLASSES)).rejects.toThrow('sum to 0.9, not to 1')
    await expect(read('id,a,b\n1,1.5,-0.5\n2,1,0\n', CLASSES)).rejects.toThrow('1.5 is not a number from 0 to 1')
  })

  test('that is a link or not there is refused', async () => {
    const link = `${file('id,price\n1,2\n2,3\n')}.link`
    symlinkSync(link.replace('.link', ''), link)
    await expect(readSubmission(link, FORMAT, ['1', '2'])).rejects.toThrow('not a plain file')
    await expect(readSubmission('/nowhere/at.csv', FORMAT, ['1'])).rejects.toThrow('there is no submission.csv')
  })
})

describe('CSV files', () => {
  test('quotes, line ends, a byte order mark and empty lines are read as they are meant', async () => {
    const text = '\ufeffid,text\r\n1,"a, ""b""\r\nc"\r\n\r\n2,5" pipe\r\n'
    const table = await readTable(file(text))
    expect(table).toEqual({
      columns: ['id', 'text'],
      rows: [
        ['1', 'a, "b"\r\nc'],
        ['2', '5" pipe'],
      ],
    })
    expect(await readTable(file(textOf(table)))).toEqual(table)
  })

  test('fields survive being written and read', () => {
    for (const fields of [['', ''], ['a"b', 'c,d', 'e\nf', ' g '], ['"'], ['x', '']])
      expect(fieldsOf(recordOf(fields))).toEqual(fields)
  })

  test('records longer than what is read at a time stay whole', async () => {
    const long = `${'x'.repeat(3 * 2 ** 20)},"\n`
    const table = {
      columns: ['a', 'b'],
      rows: [
        [long, '1'],
        ['2', long],
      ],
    }
    expect(await readTable(file(textOf(table)))).toEqual(table)
  })
})
