import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { journalFile, openJournal, readRun } from '../../src/journal/journal.ts'

const writer = join(import.meta.dirname, 'writer.ts')
const folderOf = () => mkdtempSync(join(tmpdir(), 'anneal-journal-'))
const open = (folder: string) =>
  openJournal(
    folder,
    () => 0,
    () => new Date(0),
  )

it('a line that was cut short for want of space spoils nothing, and nothing is written behind it', async () => {
  const folder = folderOf()
  const script = `trap '' XFSZ; ulimit -S -f 8; exec "$0" "$@"`
  const out = execFileSync('sh', ['-c', script, process.execPath, writer, folder], { encoding: 'utf8' })
  const refused = 'The journal could not be written.'
  expect(JSON.parse(out)).toEqual([refused, refused])
  expect((await readRun(folder))?.open).toEqual([])
  const journal = await open(folder)
  await journal.append({ type: 'run.resumed' })
  await journal.close()
  expect((await readRun(folder))?.stopped).toBeNull()
})

it.each([
  ['half a line', '{"seq":1,"at":0,"wall":"x","eve'],
  ['half a character', Buffer.from([0x7b, 0xe2, 0x82])],
  ['zeros, as after a power loss', Buffer.alloc(512)],
  ['a whole line of garbage', 'garbage\n'],
])('%s at its end is cut off and nothing before it is lost', async (_, end) => {
  const folder = folderOf()
  const script = `trap '' XFSZ; ulimit -S -f 8; exec "$0" "$@"`
  execFileSync('sh', ['-c', script, process.execPath, writer, folder])
  const before = readFileSync(journalFile(folder))
  appendFileSync(journalFile(folder), end)
  await (await open(folder)).close()
  expect(readFileSync(journalFile(folder))).toEqual(before)
})

it('damage before its end is told, and nothing is written', async () => {
  const folder = folderOf()
  const script = `trap '' XFSZ; ulimit -S -f 8; exec "$0" "$@"`
  execFileSync('sh', ['-c', script, process.execPath, writer, folder])
  const journal = await open(folder)
  await journal.append({ type: 'run.resumed' })
  await journal.close()
  const damaged = readFileSync(journalFile(folder), 'utf8').replace('"seed":1', '"seed":2')
  writeFileSync(journalFile(folder), damaged)
  await expect(open(folder)).rejects.toMatchObject({ exit: 65 })
  expect(readFileSync(journalFile(folder), 'utf8')).toBe(damaged)
})

it('a number that JSON cannot hold is refused before it is written, so that the run can be read again', async () => {
  const folder = folderOf()
  const script = `trap '' XFSZ; ulimit -S -f 8; exec "$0" "$@"`
  execFileSync('sh', ['-c', script, process.execPath, writer, folder])
  const before = readFileSync(journalFile(folder))
  const journal = await open(folder)
  for (const time of [Number.POSITIVE_INFINITY, Number.NaN])
    await expect(journal.append({ type: 'run.steered', order: { order: 'budget', budget: { time } } })).rejects.toThrow(
      `time is ${time}: it cannot be kept`,
    )
  expect(readFileSync(journalFile(folder))).toEqual(before)
  await journal.append({ type: 'run.resumed' })
  await journal.close()
  expect((await readRun(folder))?.stopped).toBeNull()
})
