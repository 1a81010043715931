import type { AnnealError } from '../records/error.ts'
import { objectReader, type ReadObject } from './read-objects.ts'
import { standingProcess } from './standing-process.ts'
import { changeTree, treeReader } from './trees.ts'
import type { WriteObject } from './write-objects.ts'

const NOTES = 'refs/notes/anneal'
const DONE = 'commit: ok\n'
/** Two runs that publish at the same instant take turns: the one that comes second tries again. */
const TRIES = 20

export type Published = { branch: string; commit: string; note: object; seconds: number }

/**
 * Gives a commit a branch and a note in the user's repository: both in one transaction, by compare-and-swap, or neither.
 * A branch of an attempt that was never recorded is a killed process's: it is owned, and moved from just where it stands.
 * The note lies in the notes tree under the first two digits of the commit's id, as Git itself lays out many notes.
 */
export function publisher(gitDirectory: string, width: number, write: WriteObject) {
  const read = objectReader(gitDirectory)
  const trees = treeReader(read, width)
  const transact = standingProcess<null>(gitDirectory, ['update-ref', '--stdin'])

  const once = async ({ branch, commit, note, seconds }: Published): Promise<void> => {
    const ref = `refs/heads/${branch}`
    const [standing, notes] = await Promise.all([idOf(read, ref), read(NOTES)])
    const object = await write('blob', Buffer.from(`${JSON.stringify(note)}\n`))
    const before = notes ? /^tree (\w+)/.exec(notes.body.toString())?.[1] : undefined
    const laid = new Map([
      [commit, null],
      [`${commit.slice(0, 2)}/${commit.slice(2)}`, { mode: '100644', object }],
    ])
    const tree = await changeTree(before ?? null, laid, trees, write)
    const who = `Anneal <anneal@localhost> ${Math.floor(seconds)} +0000`
    const head = [
      `tree ${tree}`,
      ...(notes ? [`parent ${notes.id}`] : []),
      `author ${who}`,
      `committer ${who}`,
      '',
      `Note of ${branch}\n`,
    ]
    const orders = [
      ...(standing === commit ? [] : [order(ref, commit, standing)]),
      ...(before === tree ? [] : [order(NOTES, await write('commit', Buffer.from(head.join('\n'))), notes?.id)]),
    ]
    if (orders.length === 0) return
    await transact(['start', ...orders, 'prepare', 'commit', ''].join('\n'), (bytes) => {
      const at = bytes.indexOf(DONE)
      return at < 0 ? null : { answer: null, length: at + DONE.length }
    })
  }

  /** Throws where Git refuses again and again. One at a time: the next note stands on the last. */
  return async (published: Published): Promise<void> => {
    for (let tries = 1; ; tries++) {
      const fault: AnnealError | null = await once(published).then(
        () => null,
        (thrown) => thrown,
      )
      if (fault === null) return
      if (tries === TRIES || !/cannot lock ref/.test(fault.why)) throw fault
    }
  }
}

const idOf = async (read: ReadObject, ref: string): Promise<string | undefined> => (await read(ref))?.id

const order = (ref: string, id: string, before: string | undefined) =>
  before === undefined ? `create ${ref} ${id}` : `update ${ref} ${id} ${before}`
