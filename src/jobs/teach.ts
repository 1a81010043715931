import { existsSync } from 'node:fs'
import { mkdir, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join, posix, relative, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { excludeFolder } from '../git/repository.ts'
import { openSnapshot } from '../git/snapshot.ts'
import { takeLock } from '../journal/lock.ts'
import type { SameKnowledge } from '../knowledge/merge.ts'
import { readPages } from '../knowledge/pages.ts'
import { isAddress, openSource, type SourceParts } from '../knowledge/sources/source.ts'
import { takeIn } from '../knowledge/take-in.ts'
import { openTaught } from '../knowledge/taught.ts'
import { fileRecord, hasModel, modelChoices, openModels } from '../models/models.ts'
import { readPrices } from '../models/prices.ts'
import { openPrompts } from '../models/prompts.ts'
import { material } from '../records/brief.ts'
import { AnnealError, EXIT } from '../records/error.ts'
import { type Learned, nothingLearned } from '../records/learned.ts'
import { ModelChoice, type Task } from '../records/task.ts'
import { leaderOf } from '../reports/documents.ts'
import { definitions } from '../syntax/definitions.ts'
import { parse } from '../syntax/parse.ts'
import { boundsOf } from '../task/bounds.ts'
import { loadTask, TASK_FILE } from '../task/load.ts'
import type { Own } from '../wiring/own.ts'
import { diffOf, findRun, openProject, type Project, SHIPPED } from '../wiring/project.ts'
import type { Prepared } from './prepare.ts'

/** `say` hears, in words, how far the work has come. */
export type Teaching = {
  dryRun: boolean
  model: ModelChoice | null
  say(text: string): void
  signal: AbortSignal
  /** The task whose hidden files are not learned; that of the task file where none is given. */
  task?: Task
}

export type Taught = { learned: Learned[]; spent: { tokens: number; usd: number | null } }

/** Seconds between two words on how far it has come, and that one process waits for another. */
const EVERY = 2
const PATIENCE = 600
/** Seconds for a model's answer on one pair of pages. */
const DEADLINE = 120

/** The model that the person named, or that the environment names; null where no server is set. */
export function teacher(name: string | undefined): ModelChoice | null {
  if (!hasModel(process.env)) return null
  return name === undefined ? (modelChoices({ models: [] }, process.env)[0] ?? null) : ModelChoice.parse({ name })
}

/** Takes sources in, one after another. One that cannot be opened is named in its own entry, where `at` is null; the others go on. */
export async function teach(folder: string, sources: readonly string[], teaching: Teaching): Promise<Taught> {
  const project = await openProject(folder)
  return teachProject(project, resolve(folder), sources, teaching)
}

async function teachProject(
  project: Project,
  folder: string,
  sources: readonly string[],
  teaching: Teaching,
): Promise<Taught> {
  const { say, signal, dryRun } = teaching
  if (!dryRun) {
    await mkdir(project.home, { recursive: true })
    await excludeFolder(project.repository)
  }
  const taught = openTaught({
    folder: pagesOf(project.home),
    lock: () => patientLock(join(project.home, 'pages.lock'), say, signal),
  })
  const builtIn = await readPages(SHIPPED.knowledge)
  const spent: Taught['spent'] = { tokens: 0, usd: 0 }
  const same = teaching.model ? await judgeOf(project, teaching.model, spent) : null
  const parts = sourceParts(project, folder, teaching.task ?? null)
  const learned: Learned[] = []
  for (const text of sources) {
    if (signal.aborted) throw stopped()
    if (isAddress(text)) say(`reading ${text}`)
    try {
      const source = await openSource(text, parts, signal)
      try {
        const progress = paced((done, of) => say(`${source.label}: ${done} of ${of} files`))
        learned.push(await takeIn(taught, source, { builtIn, definitionsOf, same, dryRun, progress, signal }))
      } finally {
        await source.close()
      }
    } catch (fault) {
      if (signal.aborted) throw stopped()
      if (!(fault instanceof AnnealError) || fault.exit === EXIT.locked) throw fault
      learned.push({
        ...nothingLearned(text),
        skipped: [{ what: text, why: [fault.what, fault.why, fault.fix].filter(Boolean).join(' ') }],
      })
    }
  }
  return { learned, spent }
}

/**
 * Learns the sources that a task names. Paths must lie in the repository, and addresses are read only with the person's own --allow-network:
 * a task file may come from anywhere. What the task hides is forgotten where it was learned before. Throws where a path is not there.
 */
export async function learnForTask(
  { project, task, replays }: Prepared,
  own: Own,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Learned[]> {
  const { root } = project.repository
  if (replays !== undefined) return []
  const exposed = await sourcesOfHidden(project, task)
  if (task.knowledge.length + exposed.length === 0) return []
  const [far, near] = [task.knowledge.filter(isAddress), task.knowledge.filter((text) => !isAddress(text))]
  if (far.length > 0 && !own.allowNetwork)
    say(`Not read without --allow-network; \`anneal learn\` reads them too: ${far.join(', ')}.`)
  for (const text of near) await mustLieInside(root, text)
  const sources = new Set([...near, ...exposed, ...(own.allowNetwork ? far : [])])
  const { learned } = await teachProject(project, root, [...sources], {
    dryRun: false,
    model: null,
    say,
    signal,
    task,
  })
  return learned
}

/** Sources within the project that were learned when files that the task hides were not hidden yet: learned again, they let go of them. */
async function sourcesOfHidden({ home }: Project, task: Task): Promise<string[]> {
  const known = await openTaught({
    folder: pagesOf(home),
    lock: () => Promise.reject(new Error('read alone')),
  }).sources()
  return known
    .filter(({ source, files }) => {
      const paths = Object.keys(files).flatMap((path) => [posix.join(source, path), source])
      return !isAddress(source) && !isAbsolute(source) && boundsOf(task, paths).hiddenFiles.length > 0
    })
    .map(({ source }) => source)
}

const pagesOf = (home: string) => join(home, 'pages')

async function mustLieInside(root: string, text: string): Promise<void> {
  const path = resolve(root, text)
  const real = await realpath(path).catch(() => null)
  // A run's name has no path; the source itself finds out whether there is such a run.
  if (real === null && /^[\w-]+$/.test(text)) return
  const way = relative(root, real ?? path)
  if (real !== null && !way.startsWith('..') && way !== '.anneal' && !way.startsWith('.anneal/')) return
  throw new AnnealError({
    what: `knowledge: ${text} ${real === null ? 'is not there' : 'lies outside of the repository'}.`,
    why: 'The task names it as a source of knowledge.',
    fix:
      real === null
        ? 'Mend the path under `knowledge:`.'
        : `Learn it yourself: \`anneal learn ${text}\`, and take it out of the task.`,
  })
}

/** `task`: the one whose hidden files stay hidden; that of the task file where none is given. */
function sourceParts(project: Project, folder: string, task: Task | null): SourceParts {
  const { root } = project.repository
  return {
    folder,
    root,
    repository: (from, signal) => openSnapshot(from, tmpdir(), signal),
    async run(name) {
      if (!existsSync(join(project.runs, name))) return null
      const { run, folder: place } = await findRun(project, name)
      const champion = leaderOf(run)?.attempt ?? null
      return {
        run,
        attempt: champion?.attempt ?? null,
        diff: champion ? await diffOf(project, place, run, champion) : '',
      }
    },
    web: { fetch, now: () => new Date() },
    async hidden(paths) {
      const known = task ?? (existsSync(join(root, TASK_FILE)) ? await loadTask(root, undefined, {}) : null)
      return new Set(known ? boundsOf(known, paths).hiddenFiles : [])
    },
  }
}

const stopped = () =>
  new AnnealError({
    what: 'Learning was stopped.',
    why: 'Sources that were finished are learned; of the one at hand nothing is.',
    fix: 'Learn again: what stands is not read twice.',
    exit: 130,
  })

const definitionsOf = (path: string, text: string) => definitions(parse(path, text))

const Verdict = z.object({ same: z.boolean(), title: z.string().max(300), body: z.string().max(8000) })

/** Asks a model whether two pages say the same. */
async function judgeOf(project: Project, model: ModelChoice, spent: Taught['spent']): Promise<SameKnowledge> {
  const prompts = openPrompts(SHIPPED.prompts)
  const home = join(project.home, 'learning')
  const models = openModels({
    environment: process.env,
    queue: join(home, 'queue'),
    prices: await readPrices(SHIPPED.prices),
    record: () => fileRecord(join(home, 'calls')),
    reserve: async () => 'learn',
    onUsage: async (_, __, usage) => {
      spent.tokens += usage.input + usage.output
      spent.usd = spent.usd === null || usage.usd === null ? null : spent.usd + usage.usd
    },
  })
  return async (standing, newcomer, signal) => {
    const reply = await models.ask({
      attempt: 0,
      purpose: 'merge',
      system: prompts('merge-system'),
      prompt: prompts('merge', {
        type: standing.type,
        standing_title: standing.title,
        standing: material(standing.body),
        newcomer_title: newcomer.title,
        newcomer: material(newcomer.body),
      }),
      schema: { name: 'merge', schema: Verdict },
      model,
      signal,
      deadline: DEADLINE,
    })
    const verdict = reply.ok ? Verdict.parse(reply.value) : null
    const [title, body] = [verdict?.title.trim() ?? '', verdict?.body.trim() ?? '']
    return verdict?.same && title !== '' && body !== '' ? { title, body } : null
  }
}

/** Waits for the lock of the pages: another process learns, which ends. */
async function patientLock(
  file: string,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const ends = performance.now() + PATIENCE * 1000
  for (let round = 0; ; round++) {
    try {
      return await takeLock(file)
    } catch (fault) {
      if (!(fault instanceof AnnealError) || fault.exit !== EXIT.locked) throw fault
      if (performance.now() > ends)
        throw new AnnealError({
          what: 'Another process has been learning for too long.',
          why: fault.why,
          fix: 'Stop it, then learn again.',
          exit: EXIT.locked,
        })
      if (round === 10) say('waiting for another process that learns')
      await wait(100, undefined, { signal })
    }
  }
}

function paced(tell: (done: number, of: number) => void): (done: number, of: number) => void {
  let last = performance.now()
  return (done, of) => {
    if (performance.now() - last < EVERY * 1000) return
    last = performance.now()
    tell(done, of)
  }
}
