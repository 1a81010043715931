import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openEngine } from '../git/engine.ts'
import { type Follower, followJournal } from '../journal/follow.ts'
import { journalFile } from '../journal/journal.ts'
import type { Line } from '../journal/lines.ts'
import { attemptOf, type Run } from '../records/run.ts'
import { pageData } from '../reports/page/data.ts'
import { detailOf } from '../reports/page/detail.ts'
import { historyOf } from '../reports/page/history.ts'
import type { Detail, PageData } from '../reports/page/shape.ts'
import type { Project } from '../wiring/project.ts'
import { readLeft, readNames } from './report.ts'
import { isAtWork } from './steer.ts'

/** A run that is watched while somebody works on it, or not. */
export type Followed = {
  folder: string
  /** Reads what is new. `grown` says whether anything was since the last look. */
  look(): Promise<{ run: Run | null; lines: readonly Line[]; grown: boolean; atWork: boolean }>
  /** All that the page shows of the run as it was last seen. */
  data(made: string, by: string): Promise<PageData | null>
  /** One attempt whole, with its prompts and logs. */
  detail(attempt: number): Promise<Detail | null>
  /** The diff between two attempts' commits; null where one left none. */
  compare(from: number, to: number): Promise<string | null>
}

/** Files that are read at a time, and characters of a diff between two attempts. */
const [AT_A_TIME, DIFF] = [32, 200_000]

/** Follows the run of that name. */
export function followRun(project: Project, name: string): Followed {
  const folder = join(project.runs, name)
  const journal: Follower = followJournal(folder)
  const names: Record<string, string> = {}
  let [run, lines]: [Run | null, readonly Line[]] = [null, []]
  let [read, working] = [0, false]
  const nameAll = async (now: Run) => {
    for (; read < now.attempts.length; read += AT_A_TIME) {
      const some = now.attempts.slice(read, read + AT_A_TIME)
      const told = await Promise.all(some.map(({ attempt }) => readNames(folder, attempt)))
      Object.assign(names, ...told)
    }
    read = now.attempts.length
  }
  return {
    folder,
    async look() {
      const [seen, atWork] = await Promise.all([journal.look(), isAtWork(folder)])
      ;[run, lines] = [seen.run, seen.lines]
      const grown = seen.grown || atWork !== working
      working = atWork
      return { run, lines, grown, atWork }
    },
    async data(made, by) {
      if (!run) return null
      const now = run
      await nameAll(now)
      return pageData({
        ...{ run: now, history: historyOf(lines), made, by, names, alive: working },
        compared: [],
        leftOut: { details: 0, logs: 0 },
      })
    },
    async detail(number) {
      const attempt = run && attemptOf(run, number)
      if (!run || !attempt) return null
      return detailOf(run, attempt, await readLeft(folder, number))
    },
    async compare(from, to) {
      const commitOf = (number: number) => (number === 0 ? run?.base : run && attemptOf(run, number)?.commit)
      const [before, after] = [commitOf(from), commitOf(to)]
      if (!before || !after) return null
      const engine = await openEngine(project.repository, join(folder, 'git'))
      return engine.diff(before, after, DIFF)
    },
  }
}

/** The names of the folders that may hold a run. */
export async function runNames({ runs }: Project): Promise<string[]> {
  return (await readdir(runs).catch(() => [])).filter((name) => /^[\w-]+$/.test(name))
}

/** Bytes of a run's journal; 0 where there is none. */
export const journalSize = ({ runs }: Project, name: string): Promise<number> =>
  stat(journalFile(join(runs, name))).then(
    ({ size }) => size,
    () => 0,
  )
