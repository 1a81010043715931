import { appendFileSync, mkdtempSync, readFileSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { followJournal } from '../../src/journal/follow.ts'
import { journalFile, openJournal, readRun } from '../../src/journal/journal.ts'
import { writeLine } from '../../src/journal/lines.ts'
import type { RunEvent } from '../../src/records/event.ts'
import { emptyRun } from '../bench/simulate.ts'

const started: RunEvent = { type: 'run.started', start: { ...emptyRun('greedy-tree', 1, 9), format: 1 } }
const hint = (text: string): RunEvent => ({ type: 'run.steered', order: { order: 'hint', text } })

test('a journal that grows is read on from where it was, torn lines and letters of several bytes included', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'anneal-follow-'))
  const follower = followJournal(folder)
  expect(await follower.look()).toEqual({ run: null, lines: [], grown: false })
  const journal = await openJournal(
    folder,
    () => 0,
    () => new Date(0),
  )
  await journal.append(started)
  expect((await follower.look()).run?.run).toBe('bench')
  expect((await follower.look()).grown).toBe(false)
  await journal.append(hint('größer – 表示'))
  const [seen] = await Promise.all([follower.look(), follower.look(), follower.look()])
  expect(seen.run?.steering.hints).toEqual([{ id: 1, text: 'größer – 表示' }])

  // A line is there in part, cut within a letter; then whole.
  const last = JSON.parse(readFileSync(journalFile(folder), 'utf8').trimEnd().split('\n').at(-1) ?? '')
  const line = writeLine(last.h, { seq: 2, at: 0, wall: '', event: hint('表示') }).text
  const bytes = Buffer.from(line)
  const cut = bytes.indexOf(Buffer.from('示')) + 1
  appendFileSync(journalFile(folder), bytes.subarray(0, cut))
  expect((await follower.look()).grown).toBe(false)
  appendFileSync(journalFile(folder), bytes.subarray(cut))
  const { run, lines, grown } = await follower.look()
  expect([grown, lines.length, run?.steering.hints.length]).toEqual([true, 3, 2])
  expect(run).toEqual(await readRun(folder))

  // A torn end is cut off by whoever goes on; what was read stays read.
  appendFileSync(journalFile(folder), bytes.subarray(0, 9))
  await follower.look()
  truncateSync(journalFile(folder), readFileSync(journalFile(folder)).length - 9)
  expect((await follower.look()).grown).toBe(false)
  await journal.close()
})

test('damage is told, not shown as a run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'anneal-follow-'))
  const first = writeLine('', { seq: 0, at: 0, wall: '', event: started })
  const second = writeLine('another', { seq: 1, at: 0, wall: '', event: hint('x') })
  const third = writeLine(second.h, { seq: 2, at: 0, wall: '', event: hint('y') })
  appendFileSync(journalFile(folder), first.text)
  const follower = followJournal(folder)
  await follower.look()
  appendFileSync(journalFile(folder), second.text + third.text)
  await expect(follower.look()).rejects.toThrow('damaged at line 2')
})
