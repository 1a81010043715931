import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { openKnowledge } from './knowledge/knowledge.ts'
import { readPages } from './knowledge/pages.ts'
import { openTaught } from './knowledge/taught.ts'
import { openMemory } from './memory/lessons.ts'
import { diffOf, findRun, openProject, SHIPPED } from './project.ts'
import type { Attempt } from './records/attempt.ts'
import { AnnealError } from './records/error.ts'
import type { Lesson } from './records/lesson.ts'
import type { Page } from './records/page.ts'
import type { Run } from './records/run.ts'

/** A lesson as it is told, before it has an id. */
export type Told = Pick<Lesson, 'kind' | 'when' | 'advice' | 'evidence' | 'confidence'>

/** What is known of a project, for a program that asks. */
export type Desk = {
  /** The one run that may be seen; null where all may. */
  only: string | null
  search(question: { text: string; types?: Page['type'][]; limit: number }): Promise<{ page: Page; why: string }[]>
  page(id: string): Promise<Page | null>
  /** A run as it stands now: the newest where none is named. Throws where there is none, or it may not be seen. */
  run(name?: string): Promise<Run>
  /** The whole diff of an attempt against the run's base. */
  diff(run: Run, attempt: Attempt): Promise<string>
  lessons(text: string, limit: number): Promise<Lesson[]>
  /** Keeps a lesson; gives its id. */
  tell(lesson: Told): Promise<string>
}

/** Characters of all pages of an answer. */
const CHARACTERS = 24_000

/** Opens the knowledge, lessons and runs of the project that `folder` lies in; with `only`, that run's alone. Throws where there is no such run. */
export async function openDesk(folder: string, only: string | null): Promise<Desk> {
  const project = await openProject(folder)
  if (only !== null) await findRun(project, only)
  const memory = openMemory(join(project.home, 'lessons.jsonl'))
  const taught = openTaught({
    folder: join(project.home, 'pages'),
    lock: () => Promise.reject(new Error('never changed here')),
  })
  return {
    only,
    async search({ text, types, limit }) {
      const knowledge = await openKnowledge({ pages: SHIPPED.knowledge, folder: join(project.home, 'store') })
      const found = await knowledge.search({ text, characters: CHARACTERS, ...(types ? { types } : {}) })
      return found.slice(0, limit)
    },
    async page(id) {
      const builtIn = await readPages(SHIPPED.knowledge)
      return builtIn.find((page) => page.id === id) ?? (await taught.read()).pages.get(id) ?? null
    },
    async run(name) {
      if (only !== null && name !== undefined && name !== only)
        throw new AnnealError({
          what: `The run ${name} may not be seen here.`,
          why: `This server shows the run ${only} alone.`,
          fix: 'Leave the run out.',
        })
      return (await findRun(project, only ?? name)).run
    },
    diff: (run, attempt) => diffOf(project, join(project.runs, run.run), run, attempt),
    lessons: (text, limit) => memory.recall(text, limit),
    async tell(told) {
      const id = `lesson/${createHash('sha256')
        .update(JSON.stringify([told.kind, told.when, told.advice]))
        .digest('hex')
        .slice(0, 10)}`
      const from = only === null ? 'told over MCP' : `${only}: told over MCP`
      await memory.learn([{ ...told, id, evidence: [...told.evidence, from], helped: 0, harmed: 0 }])
      return id
    },
  }
}
