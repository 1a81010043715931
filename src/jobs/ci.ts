import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Carried, packBranches, patchOf, unpackBranches } from '../git/carry.ts'
import { AnnealError, messageOf } from '../records/error.ts'
import type { Run } from '../records/run.ts'
import type { Budget } from '../records/task.ts'
import { annotationsText } from '../reports/annotations.ts'
import {
  championMessage,
  faultAnnotation,
  faultSuite,
  improved,
  runAnnotation,
  runOutputs,
  runSuite,
} from '../reports/ci-text.ts'
import { leaderOf, runDocument } from '../reports/documents.ts'
import { junitText } from '../reports/junit.ts'
import { markdownReport } from '../reports/markdown.ts'
import type { Overrides } from '../task/load.ts'
import type { Listener } from '../wire.ts'
import type { Own } from '../wiring/own.ts'
import { findRun, listRuns, openProject, type Project } from '../wiring/project.ts'
import { type Ready, resumeRun, startRun } from './open-run.ts'
import { prepare } from './prepare.ts'
import { learnForTask } from './teach.ts'

export type CiWish = {
  folder: string
  taskFile: string | undefined
  overrides: Overrides
  own: Own
  /** Parts of the budget that were given: they hold for a run that goes on as well. */
  budget: Budget
}

/**
 * Opens what a CI job should work on: the newest run where it started from this very commit, as a cache brought it, else a new one.
 * `say` hears which, and why.
 */
export async function openForJob(
  { folder, taskFile, overrides, own, budget }: CiWish,
  listen: Listener,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Ready> {
  const project = await openProject(folder)
  const before = (await listRuns(project)).length > 0 ? await findRun(project, undefined) : null
  if (before && before.run.base !== project.repository.head)
    say(`The run ${before.run.run} started from another commit; a new one starts from this.`)
  else if (before) {
    if (await unpackBranches(project.repository, carriedOf(before.run), bundleOf(before.folder)))
      return resumeRun(project, before.run.run, budget, own, listen, signal)
    say(`The branches of the run ${before.run.run} are not all there; a new one starts.`)
  }
  const prepared = await prepare(folder, taskFile, overrides, own)
  for (const note of prepared.notes) say(note)
  await learnForTask(prepared, own, say, signal)
  return startRun(prepared, own, listen, signal)
}

/** Keeps the branches of the newest run beside its journal, so that a cache of `.anneal` holds all of it. */
export async function packForCache(folder: string): Promise<string | null> {
  const project = await openProject(folder)
  if ((await listRuns(project)).length === 0) return null
  const found = await findRun(project, undefined)
  await packBranches(project.repository, carriedOf(found.run), bundleOf(found.folder))
  return found.run.run
}

/** Leaves a job's reports in the folder `out`: result.json, summary.md, junit.xml, annotations.txt, outputs.txt, and champion.patch with its message where there is a champion. */
export async function leaveReports(folder: string, out: string, run: Run, required: boolean): Promise<void> {
  const project = await openProject(folder)
  await put(project, out, {
    'result.json': `${JSON.stringify(runDocument(run), null, 2)}\n`,
    'summary.md': markdownReport(run),
    'junit.xml': junitText(runSuite(run, required)),
    'annotations.txt': annotationsText([runAnnotation(run, required)]),
    'outputs.txt': runOutputs(run),
    ...(await championOf(project, run)),
  })
}

/** Leaves the reports of a job that could not work. */
export async function leaveFault(folder: string, out: string, fault: unknown): Promise<void> {
  const known =
    fault instanceof AnnealError
      ? fault
      : new AnnealError({
          what: `A fault of Anneal's own: ${messageOf(fault)}`,
          why: 'The log of the job holds its trace.',
          fix: 'Please report it.',
        })
  const project = await openProject(folder).catch(() => null)
  await put(project, out, {
    'junit.xml': junitText(faultSuite(known)),
    'annotations.txt': annotationsText([faultAnnotation(known)]),
    'outputs.txt': 'status=failed\nimproved=false\n',
  })
}

async function championOf({ repository }: Project, run: Run): Promise<Record<string, string | Buffer>> {
  const commit = leaderOf(run)?.attempt.commit ?? null
  if (!improved(run) || commit === null) return {}
  return {
    'champion.patch': await patchOf(repository, run.base, commit),
    'champion.txt': championMessage(run),
  }
}

const FILES = [
  'result.json',
  'summary.md',
  'junit.xml',
  'annotations.txt',
  'outputs.txt',
  'champion.patch',
  'champion.txt',
]

async function put(project: Project | null, out: string, files: Record<string, string | Buffer>): Promise<void> {
  const place = resolve(project?.repository.root ?? '.', out)
  try {
    await mkdir(place, { recursive: true })
    // Those of an earlier job would tell of another run.
    for (const name of FILES) await rm(join(place, name), { force: true })
    for (const [name, text] of Object.entries(files)) await writeFile(join(place, name), text)
  } catch (cause) {
    throw new AnnealError({
      what: `The reports cannot be written to ${place}.`,
      why: messageOf(cause),
      fix: 'Name a folder that you may write to with --out.',
      cause,
    })
  }
}

const bundleOf = (folder: string) => join(folder, 'branches.bundle')

function carriedOf({ run, base, attempts }: Run): Carried {
  const branches = attempts.flatMap(({ branch, commit }) =>
    branch === null || commit === null ? [] : [{ branch, commit }],
  )
  return { run, base, branches }
}
