import { constants, existsSync } from 'node:fs'
import { cp, mkdir, readdir, statfs, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AnnealError, EXIT } from '../records/error.ts'
import type { Stage } from '../records/evaluation.ts'
import type { Trial } from '../records/trial.ts'
import { removeFolder } from './remove.ts'

/** The folders of one trial. All but `logs` go away when the attempt is closed. */
export type Place = { candidate: string; evaluator: string; artifacts: string; result: string; logs: string }

/** Bytes below which nothing is begun. */
const ROOM = 200_000

/** Where the commands of a run work. */
export type Workplace = {
  of(trial: Pick<Trial, 'attempt'> & { stage: Trial['stage'] | 'deliver' }): Place
  /** Throws (exit 74) where the disk is as good as full. */
  ensureRoom(): Promise<void>
  /** Makes `folder` exist, empty. */
  empty(folder: string): Promise<void>
  /** Links what `setup` made into an exported folder. */
  furnish(folder: string): Promise<void>
  /** Copies it there instead, for programs that may change what they find; the returned function takes it away again, whatever became of it. */
  lend(folder: string): Promise<() => Promise<void>>
  /** Removes everything of an attempt that is not a log. */
  clear(attempt: number): Promise<void>
  readable: readonly string[]
  /** A time limit in seconds, cut to what is left of the run's time; the trials of a would-be champion are let finish. */
  clamp(seconds: number, stage: Stage): number
}

/** The workplace of a run whose working folders are made under `work` and whose logs are kept under `logs`; `furniture` is a folder of `setup`'s products. */
export function openWorkplace(work: string, logs: string, furniture: string | null, left: () => number): Workplace {
  const ensureRoom = async () => {
    await mkdir(dirname(work), { recursive: true })
    const { bavail, bsize } = await statfs(dirname(work))
    if (bavail * bsize >= ROOM) return
    throw new AnnealError({
      what: 'There is no space left on the disk.',
      why: `${dirname(work)} has ${bavail * bsize} bytes left.`,
      fix: 'Free some, then `anneal resume`: nothing that was recorded is lost.',
      exit: EXIT.disk,
    })
  }

  return {
    of: ({ attempt, stage }) => {
      const folder = join(work, String(attempt), stage)
      return {
        candidate: join(folder, 'candidate'),
        evaluator: join(folder, 'evaluator'),
        artifacts: join(folder, 'artifacts'),
        result: join(folder, 'result'),
        logs: join(logs, String(attempt)),
      }
    },
    ensureRoom,
    async empty(folder) {
      await ensureRoom()
      await removeFolder(folder)
      await mkdir(folder, { recursive: true })
    },
    async furnish(folder) {
      if (!furniture) return
      for (const name of await readdir(furniture))
        await symlink(join(furniture, name), join(folder, name)).catch(() => undefined)
    },
    async lend(folder) {
      const names = furniture ? await readdir(furniture) : []
      const lent = names.map((name) => join(folder, name)).filter((path) => !existsSync(path))
      const options = { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE }
      for (const path of lent) await cp(join(furniture ?? '', basename(path)), path, options)
      return async () => {
        for (const path of lent) await removeFolder(path)
      }
    },
    clear: (attempt) => removeFolder(join(work, String(attempt))),
    readable: furniture ? [furniture] : [],
    clamp: (seconds, stage) =>
      stage === 'confirm' || stage === 'holdout' ? seconds : Math.max(1, Math.min(seconds, left())),
  }
}
