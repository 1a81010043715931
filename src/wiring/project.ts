import { access, constants, readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openEngine } from '../git/engine.ts'
import { openRepository, type Repository } from '../git/repository.ts'
import { readHistory, readRun, readStart } from '../journal/journal.ts'
import { isHeld } from '../journal/lock.ts'
import type { Attempt } from '../records/attempt.ts'
import { AnnealError } from '../records/error.ts'
import type { Run } from '../records/run.ts'
import { leaderOf } from '../reports/documents.ts'

/** Where this package lies. */
const PACKAGE = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..')
/** The folders that are shipped with it. */
export const SHIPPED = {
  templates: join(PACKAGE, 'templates'),
  starters: join(PACKAGE, 'templates', 'starters'),
  contest: join(PACKAGE, 'templates', 'contest'),
  competition: join(PACKAGE, 'templates', 'competition'),
  prices: join(PACKAGE, 'templates', 'models', 'prices.json'),
  prompts: join(PACKAGE, 'templates', 'prompts'),
  knowledge: join(PACKAGE, 'knowledge'),
  evaluators: join(PACKAGE, 'templates', 'evaluators'),
  program: join(PACKAGE, 'bin', 'run.js'),
  manifest: join(PACKAGE, 'package.json'),
  /** Pages for a browser, as they were built: also where `src/` runs as it is. */
  page: join(PACKAGE, 'dist', 'reports', 'page'),
}

/** The file of a run's folder that holds what research found for it. */
export const RESEARCH = 'research.md'

/** The repository that `folder` lies in, and where its runs are kept. */
export type Project = { repository: Repository; home: string; runs: string }

export async function openProject(folder: string): Promise<Project> {
  const repository = await openRepository(folder)
  const home = join(repository.root, '.anneal')
  return { repository, home, runs: join(home, 'runs') }
}

/** Throws where nothing can be written into the repository: attempts become branches there, and their records lie in `.anneal/`. */
export async function mustBeWritable({ repository: { root, gitDirectory } }: Project): Promise<void> {
  for (const folder of [root, gitDirectory, join(gitDirectory, 'refs'), join(gitDirectory, 'objects')])
    await access(folder, constants.W_OK).catch((cause: Error) => {
      throw new AnnealError({
        what: `The repository at ${root} cannot be written to.`,
        why: `${cause.message}\nAnneal keeps its records in .anneal/ there, and attempts as branches; your branch and files it leaves alone.`,
        fix: `Work in a copy: git clone '${root}' /tmp/copy, then give --dir /tmp/copy.`,
        cause,
      })
    })
}

/** The runs of a project, oldest first. */
export async function listRuns({ runs }: Project): Promise<string[]> {
  const names = await readdir(runs).catch(() => [])
  const found = await Promise.all(
    names
      .filter((name) => !name.startsWith('.'))
      .map(async (name) => ({ name, start: await readStart(join(runs, name)) })),
  )
  return found
    .flatMap(({ name, start }) => (start ? [{ name, created: start.created }] : []))
    .toSorted((a, b) => a.created.localeCompare(b.created))
    .map(({ name }) => name)
}

/** Reads a run by its name, or the newest. Throws where there is none. */
export async function findRun(project: Project, name: string | undefined): Promise<{ run: Run; folder: string }> {
  const chosen = name ?? (await listRuns(project)).at(-1)
  if (chosen === undefined)
    throw new AnnealError({
      what: 'There is no run in this repository yet.',
      why: 'No `anneal run` has begun here, or its .anneal folder is gone.',
      fix: 'Start one with `anneal run`.',
    })
  const folder = join(project.runs, chosen)
  const run = /^[\w-]+$/.test(chosen) ? await readRun(folder) : null
  if (run) return { run, folder }
  const names = await listRuns(project)
  throw new AnnealError({
    what: `There is no run ${chosen}.`,
    why: names.length > 0 ? `The runs here are ${names.slice(-10).join(', ')}.` : '',
    fix: 'Name one of them, or none for the newest.',
  })
}

/** A run with when its attempts were closed and when its last event was (milliseconds since 1970), and whether a process works on it now. */
export type History = { run: Run; folder: string; closed: ReadonlyMap<number, number>; last: number; alive: boolean }

/** Reads a run with its times, by its name or the newest. Throws where there is none. */
export async function findHistory(project: Project, name: string | undefined): Promise<History> {
  const chosen = name ?? (await listRuns(project)).at(-1)
  const folder = join(project.runs, chosen ?? '')
  const read = chosen !== undefined && /^[\w-]+$/.test(chosen) ? await readHistory(folder) : null
  if (!read?.run) return findRun(project, name).then(({ run }) => ({ run, folder, ...NO_TIMES }))
  const { run, lines } = read
  const closed = lines.flatMap(({ event, wall }) =>
    event.type === 'attempt.closed' ? [[event.attempt.attempt, Date.parse(wall)] as const] : [],
  )
  const last = Date.parse(lines.at(-1)?.wall ?? '')
  return { run, folder, closed: new Map(closed), last, alive: await isHeld(join(folder, 'lock')) }
}

const NO_TIMES = { closed: new Map<number, number>(), last: Number.NaN, alive: false }

/** An attempt of a run by its number, or the one that would be delivered. Throws where it is not there. */
export function findAttempt(run: Run, number: number | undefined): Attempt {
  const found = number === undefined ? leaderOf(run)?.attempt : run.attempts.find(({ attempt }) => attempt === number)
  if (found) return found
  throw new AnnealError({
    what: number === undefined ? 'No attempt of this run has a score.' : `The run ${run.run} has no attempt ${number}.`,
    why: `It has ${run.attempts.length} so far.`,
    fix: 'See `anneal log`.',
  })
}

/** The whole diff of an attempt against the run's base. */
export async function diffOf(project: Project, folder: string, run: Run, { commit }: Attempt): Promise<string> {
  if (commit === null) return ''
  const engine = await openEngine(project.repository, join(folder, 'git'))
  return engine.diff(run.base, commit, Number.POSITIVE_INFINITY)
}
