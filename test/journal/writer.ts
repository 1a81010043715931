import { spawnSync } from 'node:child_process'
import { openJournal } from '../../src/journal/journal.ts'
import type { Opening } from '../../src/records/attempt.ts'
import type { RunStart } from '../../src/records/run.ts'
import { emptyRun } from '../bench/simulate.ts'

/** Writes a journal in the folder it is given until a line is cut short, makes room, and tries to go on. */
const [, , folder = ''] = process.argv
const { attempts: _, open: __, ...start } = emptyRun('bandit-tree', 1, 10)
const journal = await openJournal(
  folder,
  () => performance.now() / 1000,
  () => new Date(),
)
await journal.append({ type: 'run.started', start: start satisfies RunStart })
const opening: Opening = { attempt: 0, parents: [], operator: 'baseline', editor: 'genetic', model: null, seed: 1 }
const long = { ...opening, editor: 'x'.repeat(20_000) }
const said = async (append: Promise<unknown>) =>
  append.then(
    () => 'kept',
    (fault: Error) => fault.message.split('\n')[0],
  )
// Both are under way at once, as those of two slots are.
const first = said(journal.append({ type: 'attempt.opened', opening: long }))
const second = first.then(() => {
  spawnSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited'])
  return said(journal.append({ type: 'attempt.opened', opening }))
})
process.stdout.write(JSON.stringify([await first, await second]))
