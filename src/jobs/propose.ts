import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { commitFiles, listFiles } from '../git/files.ts'
import { excludeFolder } from '../git/repository.ts'
import { openScratch, type Scratch } from '../git/scratch.ts'
import { sample } from '../loop.ts'
import { AnnealError } from '../records/error.ts'
import type { Plan, Proposal } from '../records/proposal.ts'
import { editGuess } from '../survey/languages.ts'
import { proposals, survey } from '../survey/survey.ts'
import { type Overrides, TASK_FILE } from '../task/load.ts'
import { taskText } from '../task/write.ts'
import type { Own } from '../wiring/own.ts'
import { type Project, SHIPPED } from '../wiring/project.ts'
import { type CheckReport, checkReport } from './check.ts'
import { prepare } from './prepare.ts'
import { rehearse } from './rehearse.ts'

/** A repository as `init` finds it. */
export type Sight = {
  proposals: Proposal[]
  files: readonly string[]
  uncommitted: ReadonlySet<string>
  /** What a candidate may change, where nothing says it better. */
  edit: readonly string[]
  taken: boolean
}

/** Looks at the repository and proposes tasks. Runs nothing. */
export async function sightOf({ repository }: Project): Promise<Sight> {
  const { files, uncommitted } = await listFiles(repository)
  const seen = await survey(repository.root, files)
  return {
    proposals: proposals(seen),
    files,
    uncommitted,
    edit: editGuess(files),
    taken: existsSync(join(repository.root, TASK_FILE)),
  }
}

/** The plan of a proposal with what was given laid over it. Throws where something is missing that nobody can guess. */
export function planOf(proposal: Partial<Plan>, given: Overrides): Plan {
  const { goal, edit, execute, evaluate, budget, ...more } = given
  const commands = record(evaluate)
  const plan: Partial<Plan> = {
    ...proposal,
    ...present({
      goal,
      edit,
      execute: record(execute).command,
      evaluate: commands.command,
      metric: commands.metric,
      direction: commands.direction,
      sealed: commands.sealed,
      timeout: commands.timeout,
      repeats: commands.repeats,
      budget,
      more: Object.keys(more).length > 0 ? more : undefined,
    }),
  }
  const missing = [
    ...(plan.evaluate ? [] : ['what measures (--eval CMD)']),
    ...(plan.metric ? [] : ['the metric (--metric NAME)']),
    ...(plan.direction ? [] : ['which way is better (--maximize or --minimize)']),
    ...(plan.edit?.length ? [] : ['what a candidate may change (--edit GLOB)']),
  ]
  if (missing.length > 0 || !isPlan(plan))
    throw new AnnealError({
      what: 'The task is not whole yet.',
      why: `Nothing here tells ${missing.join(', ')}.`,
      fix: 'Give it as a flag, or run `anneal init` on a terminal: it asks.',
    })
  return plan
}

const isPlan = (plan: Partial<Plan>): plan is Plan =>
  [plan.goal, plan.edit, plan.evaluate, plan.metric, plan.direction].every((value) => value !== undefined)

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {}
const present = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

/** The files of a plan: the task file, and the script that it needs. */
export async function filesOf(plan: Plan, adapter: Proposal['adapter']): Promise<Map<string, string>> {
  const script = adapter === null ? [] : [[adapter, await readFile(join(SHIPPED.evaluators, adapter), 'utf8')] as const]
  return new Map([[TASK_FILE, taskText(plan)], ...script])
}

/** Writes files into the repository. Throws, with nothing written, where one stands there with another text and `force` was not given. */
export async function writeFiles(
  { repository }: Project,
  files: ReadonlyMap<string, string>,
  force: boolean,
): Promise<string[]> {
  const standing: string[] = []
  for (const [path, text] of files) {
    const there = await readFile(join(repository.root, path), 'utf8').catch(() => null)
    if (there !== null && there !== text) standing.push(path)
  }
  if (standing.length > 0 && !force)
    throw new AnnealError({
      what: `There already: ${standing.join(', ')}. Nothing was written.`,
      why: 'A file of yours is overwritten only when you say so.',
      fix: 'Give --force to write over it, or move it away. To try the task that stands there: anneal check',
    })
  for (const [path, text] of files) {
    await mkdir(dirname(join(repository.root, path)), { recursive: true })
    await writeFile(join(repository.root, path), text)
  }
  return [...files.keys()]
}

/** Commits what `init` wrote, as the user. */
export const freeze = ({ repository }: Project, paths: readonly string[]): Promise<string> =>
  commitFiles(repository, paths, 'Add the task for Anneal')

/** Opens a throwaway clone with `files` committed, for as long as `work` takes. */
export async function inScratch<T>(
  { repository, home }: Project,
  files: ReadonlyMap<string, string>,
  work: (scratch: Scratch, base: string) => Promise<T>,
): Promise<T> {
  await excludeFolder(repository)
  const scratch = await openScratch(repository, join(home, `scratch-${process.pid}`))
  try {
    return await work(scratch, await scratch.commit(files, 'The task'))
  } finally {
    await scratch.close()
  }
}

/** Checks a task whose files may not be committed yet: where they are not, in a throwaway clone that holds them. */
export async function checkFiles(
  project: Project,
  files: ReadonlyMap<string, string>,
  own: Own,
  say: (text: string) => void,
): Promise<CheckReport> {
  return inScratch(project, files, ({ root }) => checkReport(root, undefined, {}, own, 3, say))
}

/** Runs the plan's commands once in the sandbox and gives the metrics that they name. Throws where they give none. */
export async function tryOnce(project: Project, files: ReadonlyMap<string, string>, own: Own): Promise<string[]> {
  return inScratch(project, files, async ({ root }, base) => {
    const prepared = await prepare(root, undefined, { editor: 'genetic' }, own)
    const signal = new AbortController().signal
    const { steps, close } = await rehearse(prepared, own, signal)
    try {
      const [seed = 0] = steps.seeds(0, 'full')
      const { metrics, reason, evaluation, execution } = await sample(
        steps,
        { attempt: 0, commit: base, stage: 'full', seed },
        signal,
      )
      const named = /\(it has (.+)\)$/.exec(reason ?? '')?.[1]?.split(', ') ?? []
      const names = metrics ? Object.keys(metrics) : named
      if (names.length > 0) return names
      throw new AnnealError({
        what: 'The command gave no metric.',
        why: `${reason ?? ''}\n${(evaluation ?? execution)?.output.slice(-600) ?? ''}`.trim(),
        fix: 'It has to print a JSON object or `name: value` in the end; docs/task-file.md says how.',
      })
    } finally {
      await close()
    }
  })
}
