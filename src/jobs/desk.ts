import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { openMemory } from '../memory/lessons.ts'
import type { Attempt } from '../records/attempt.ts'
import { AnnealError } from '../records/error.ts'
import type { Lesson } from '../records/lesson.ts'
import type { Page } from '../records/page.ts'
import type { Run } from '../records/run.ts'
import { diffOf, findRun, openProject, SHIPPED } from '../wiring/project.ts'
import { lessonFiles, openProjectKnowledge } from '../wiring/wisdom.ts'

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

/** Tokens of all pages of an answer. */
const TOKENS = 6000

/** Opens the knowledge, lessons and runs of the project that `folder` lies in; with `only`, that run's alone. Throws where there is no such run. */
export async function openDesk(folder: string, only: string | null): Promise<Desk> {
  const project = await openProject(folder)
  const own = only === null ? null : (await findRun(project, only)).run
  const files = await lessonFiles(project.home, process.env)
  const memory = openMemory({ ...files, run: own && { name: own.run, goal: own.task.goal } })
  /** Opened for each question: what was learned meanwhile is found. */
  const knowledge = () => openProjectKnowledge(project.home, SHIPPED.knowledge, process.env)
  return {
    only,
    search: async ({ text, types, limit }) =>
      (await knowledge()).search({ text, limit, tokens: TOKENS, ...(types ? { types } : {}) }),
    page: async (id) => (await knowledge()).page(id),
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
    lessons: (text, limit) => memory.recall({ text, limit }),
    async tell(told) {
      const named = JSON.stringify([told.kind, told.when, told.advice])
      const id = `lesson/${createHash('sha256').update(named).digest('hex').slice(0, 10)}`
      const evidence = [...told.evidence, only === null ? 'told over MCP' : `${only}: told over MCP`]
      // What an agent of a run tells must prove itself like any lesson of that run; outside of one it is the person's own agent.
      const outcome = own === null ? 'better' : 'none'
      const [kept] = await memory.learn([{ ...told, id, evidence, helped: 0, harmed: 0 }], outcome)
      return kept?.id ?? id
    },
  }
}
