import { readFile } from 'node:fs/promises'
import { exportLessons, forgetLessons, importLessons, type Kept, listLessons, openMemory } from '../memory/lessons.ts'
import { AnnealError, messageOf } from '../records/error.ts'
import type { Lesson } from '../records/lesson.ts'
import type { Page } from '../records/page.ts'
import { openProject, SHIPPED } from '../wiring/project.ts'
import { lessonFiles, openProjectKnowledge } from '../wiring/wisdom.ts'

export type { Kept }

const filesOf = async (folder: string) => lessonFiles((await openProject(folder)).home, process.env)

/** Pages and lessons that fit a question, with what the person should know of the store. */
export async function recall(
  folder: string,
  question: string,
  { tokens, rebuild }: { tokens: number; rebuild: boolean },
): Promise<{ pages: { page: Page; why: string; score: number }[]; lessons: Lesson[]; notes: readonly string[] }> {
  const { home } = await openProject(folder)
  const knowledge = await openProjectKnowledge(home, SHIPPED.knowledge, process.env, rebuild)
  const memory = openMemory({ ...(await lessonFiles(home, process.env)), run: null })
  const pages = await knowledge.search({ text: question, tokens })
  return { pages, lessons: await memory.recall({ text: question, limit: 10 }), notes: knowledge.notes() }
}

/** The lessons of the project and its user; forgotten ones only where they are asked for. */
export async function lessonsOf(folder: string, forgotten: boolean): Promise<Kept[]> {
  const kept = await listLessons(await filesOf(folder))
  return forgotten ? kept : kept.filter((one) => !one.forgotten)
}

/** One lesson by its id, or by the start of it. */
export async function lessonOf(folder: string, id: string): Promise<Kept> {
  const kept = await listLessons(await filesOf(folder))
  return kept.find(({ lesson }) => isNamed(lesson, id)) ?? missing([id])
}

const isNamed = ({ id }: Lesson, given: string) => id === given || id === `lesson/${given}`

/** Forgets lessons by their ids. Throws, with nothing forgotten, where one is not known. */
export async function forget(folder: string, ids: readonly string[]): Promise<string[]> {
  const files = await filesOf(folder)
  const kept = await listLessons(files)
  const found = ids.map((id) => kept.find(({ lesson }) => isNamed(lesson, id))?.lesson.id)
  const unknown = ids.filter((_, index) => found[index] === undefined)
  if (unknown.length > 0) return missing(unknown)
  return forgetLessons(
    files,
    found.flatMap((id) => id ?? []),
  )
}

function missing(ids: readonly string[]): never {
  throw new AnnealError({
    what: `There is no lesson ${ids.join(', ')}.`,
    why: 'Neither this project nor your own lessons hold one by that name.',
    fix: 'See `anneal lessons list`, with --forgotten for all.',
  })
}

/** All lessons that are not forgotten, as JSON lines. */
export const exported = async (folder: string): Promise<{ text: string; lessons: number }> => {
  const kept = await lessonsOf(folder, false)
  return { text: exportLessons(kept), lessons: kept.length }
}

/** Takes lessons from a file of JSON lines into the project, or into the user's own. */
export async function imported(folder: string, file: string, forUser: boolean) {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AnnealError({
      what: `${file} cannot be read.`,
      why: messageOf(cause),
      fix: 'Name an existing file.',
      cause,
    })
  })
  const { project, user } = await filesOf(folder)
  if (forUser && user === null)
    throw new AnnealError({
      what: 'There is no place for lessons of your own.',
      why: 'The folder anneal under $XDG_DATA_HOME (or ~/.local/share) cannot be written to.',
      fix: 'Set XDG_DATA_HOME to a folder that can, or import without --user.',
    })
  const result = await importLessons(forUser && user !== null ? user : project, text)
  if (result.added.length + result.known.length === 0)
    throw new AnnealError({
      what: `${file} holds no lesson.`,
      why: `None of its lines has the form {"type": "learned", "lesson": {…}}.`,
      fix: 'Give a file that `anneal lessons export` wrote.',
    })
  return result
}
