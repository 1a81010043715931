import { constants } from 'node:fs'
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { z } from 'zod'
import type { Recalled } from '../ideate/brief.ts'
import type { Embedding } from '../knowledge/embedding.ts'
import { type Knowledge, openKnowledge } from '../knowledge/knowledge.ts'
import { type MemoryParts, openMemory } from '../memory/lessons.ts'
import { openEmbeddings } from '../models/embeddings.ts'
import { messageOf } from '../records/error.ts'
import type { Operator } from '../records/idea.ts'
import { Lesson } from '../records/lesson.ts'
import type { Page } from '../records/page.ts'

type Environment = Readonly<Record<string, string | undefined>>
export type Outcome = 'better' | 'worse' | 'none'
export type About = { attempt: number; goal: string; operator: Operator; error: string; own: readonly Lesson[] }

/** What a run was taught and what it learned, as the steps ask for it. */
export type Wisdom = {
  /** Pages and lessons for a step. An attempt that is worked on again after a crash is told the same again. */
  recall(about: About): Promise<Recalled>
  /** Keeps lessons beyond this run, and notes whether those that were shown helped. Gives the lessons as they are kept. */
  remember(attempt: number, lessons: readonly Lesson[], shown: readonly string[], outcome: Outcome): Promise<Lesson[]>
}

/** What requests for embeddings took. */
export type Embedded = { model: string; calls: number; input: number; seconds: number }

export type WisdomParts = {
  /** Where the project's knowledge and lessons are kept. */
  home: string
  /** The built-in pages. */
  shipped: string
  environment: Environment
  run: { name: string; goal: string }
  /** The folder of an attempt's records. */
  folderOf(attempt: number): string
  /** Whether lessons are told at all. */
  memory: boolean
  /** Whether lessons are kept beyond the run; a replay teaches nothing new. */
  learns: boolean
  /** Told what the person should know. */
  note(attempt: number, text: string): void
  /** Told what embeddings have taken since it was told last. */
  bill(attempt: number, used: Embedded): Promise<void>
}

/** What a step profits from: the way to go for a draft, what to do better for an improvement, what surrounds the program when it broke. */
const TYPES: Partial<Record<Operator, readonly Page['type'][]>> = {
  draft: ['workflow', 'principle'],
  improve: ['heuristic', 'implementation'],
  tune: ['heuristic'],
  debug: ['environment', 'heuristic'],
}
const PAGE_TOKENS = 2000
/** Lessons at most. Warnings have places of their own: what goes wrong is seldom hinted at by the goal, so what fits the goal best would crowd them out. */
const LESSONS = { errors: 12, others: 6 }
/** Lessons of this run that are always told, the newest. */
const OWN = 8
/** Characters of an error that are looked up: its message stands at one of its ends. */
const ERROR = 1500

/** Where a project's knowledge lies: the built-in pages, those it was taught, and the store over them. */
export const knowledgeOf = (home: string, shipped: string) => ({
  pages: [shipped, join(home, 'pages')],
  folder: join(home, 'store'),
})

/** Opens a project's knowledge with the embedding that the environment names, or the built-in one. */
export const openProjectKnowledge = (
  home: string,
  shipped: string,
  environment: Environment,
  rebuild = false,
  heard?: Parameters<typeof openEmbeddings>[1],
): Promise<Knowledge> => {
  const embedding: Embedding | null = openEmbeddings(environment, heard)
  return openKnowledge({ ...knowledgeOf(home, shipped), embedding, rebuild })
}

/** The files of lessons of a project and of its user. Where the user's own folder cannot be written to, there is none. */
export async function lessonFiles(home: string, environment: Environment): Promise<Omit<MemoryParts, 'run'>> {
  const given = environment.XDG_DATA_HOME
  const data = given && isAbsolute(given) ? given : join(environment.HOME || homedir(), '.local', 'share')
  const folder = join(data, 'anneal')
  const writable = await mkdir(folder, { recursive: true })
    .then(() => access(folder, constants.W_OK))
    .then(
      () => true,
      () => false,
    )
  return { project: join(home, 'lessons.jsonl'), user: writable ? join(folder, 'lessons.jsonl') : null }
}

/** Opens the wisdom of a run; the store itself with the first question. */
export async function openWisdom(parts: WisdomParts): Promise<Wisdom> {
  const { home, shipped, environment, run, folderOf, learns, note } = parts
  const memory = openMemory({ ...(await lessonFiles(home, environment)), run })
  let opened: Promise<Knowledge> | null = null
  let embedded: Embedded | null = null
  const heard = ({ model, input, seconds }: Omit<Embedded, 'calls'>) => {
    const before = embedded ?? { calls: 0, input: 0, seconds: 0 }
    embedded = { model, calls: before.calls + 1, input: before.input + input, seconds: before.seconds + seconds }
  }
  const settle = async (attempt: number) => {
    const used = embedded
    embedded = null
    if (used) await parts.bill(attempt, used)
  }
  const noted = new Set<string>()
  const tell = (attempt: number, text: string) => {
    if (!noted.has(text)) note(attempt, text)
    noted.add(text)
  }
  /** Pages are a help, not a need: where the store cannot be had, the run goes on without, and says so. */
  const pagesFor = async ({ attempt, operator, goal, error }: About) => {
    try {
      opened ??= openProjectKnowledge(home, shipped, environment, false, heard)
      const knowledge = await opened
      const types = TYPES[operator]
      const text = operator === 'debug' && error !== '' ? endsOf(error) : goal
      const found = await knowledge.search({ text, tokens: PAGE_TOKENS, ...(types ? { types } : {}) })
      for (const one of knowledge.notes()) tell(attempt, one)
      return found.map(({ page: { id, title, body }, why }) => ({ id, title, body, why }))
    } catch (fault) {
      opened = null
      tell(attempt, `Knowledge cannot be searched: ${messageOf(fault).slice(0, 300)}`)
      return []
    }
  }
  /** Warnings first, those of errors like this one before others; then the newest lessons of this run, then what fits the goal. */
  const lessonsFor = async ({ operator, goal, error, own }: About) => {
    const asked = operator === 'debug' && error !== '' ? endsOf(error) : goal
    const alike = await memory.recall({ text: asked, limit: LESSONS.errors, kinds: ['error'] })
    const left = LESSONS.errors - alike.length
    const warnings = await memory.recall({ text: goal, limit: left, kinds: ['error'], first: alike })
    const first = [...warnings, ...own.slice(-OWN)]
    return memory.recall({ text: goal, limit: LESSONS.others, kinds: ['practice', 'fact'], first })
  }
  return {
    async recall(about) {
      const file = join(folderOf(about.attempt), 'recalled.json')
      const before = await readRecalled(file)
      if (before) return before
      const lessons = parts.memory ? await lessonsFor(about) : []
      const recalled = { pages: await pagesFor(about), lessons }
      await settle(about.attempt)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(`${file}.tmp`, JSON.stringify(recalled))
      await rename(`${file}.tmp`, file)
      return recalled
    },
    async remember(attempt, lessons, shown, outcome) {
      if (!learns) return [...lessons]
      const kept = await memory.learn(lessons, outcome)
      const ids = shown.filter((id) => id.startsWith('lesson/'))
      if (outcome !== 'none') await memory.credit(ids, outcome, `${run.name}/${attempt}`)
      return kept
    },
  }
}

const Kept = z.object({
  pages: z.array(z.object({ id: z.string(), title: z.string(), body: z.string(), why: z.string() })),
  lessons: z.array(Lesson),
})

const readRecalled = async (file: string) => {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return Kept.parse(JSON.parse(text))
  } catch {
    // A power loss may leave it empty: it is asked for anew.
    return null
  }
}

const endsOf = (error: string) =>
  error.length <= ERROR ? error : `${error.slice(0, ERROR / 2)}\n${error.slice(-ERROR / 2)}`
