import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { Lesson } from '../records/lesson.ts'

const Line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('learned'), lesson: Lesson }),
  z.object({ type: z.literal('shown'), ids: z.array(z.string()), outcome: z.enum(['better', 'worse']) }),
])
type Line = z.infer<typeof Line>

/** The lessons of a project, across its runs. */
export type Memory = {
  /** The lessons that fit `text` best, weighed by how often they have helped; at most `limit`. */
  recall(text: string, limit: number): Promise<Lesson[]>
  learn(lessons: readonly Lesson[]): Promise<void>
  /** Notes that an attempt which was shown these lessons went better or worse than its parent. */
  credit(ids: readonly string[], outcome: 'better' | 'worse'): Promise<void>
}

/** Opens the memory in `file`: JSON lines, appended to, which are the truth; a torn last line is passed over. */
export function openMemory(file: string): Memory {
  const append = async (line: Line) => {
    await mkdir(dirname(file), { recursive: true })
    await appendFile(file, `${JSON.stringify(line)}\n`)
  }
  return {
    async recall(text, limit) {
      const lessons = [...foldLessons(await readFile(file, 'utf8').catch(() => '')).values()].filter(
        (lesson) => !isForgotten(lesson),
      )
      return rank(lessons, text).slice(0, limit)
    },
    async learn(lessons) {
      for (const lesson of lessons) if (!SECRET.test(JSON.stringify(lesson))) await append({ type: 'learned', lesson })
    },
    async credit(ids, outcome) {
      if (ids.length > 0) await append({ type: 'shown', ids: [...ids], outcome })
    },
  }
}

/** What looks like a key is never stored. */
const SECRET = /sk-[A-Za-z0-9_-]{16,}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----/

/** Lessons as they stand after all lines: what was learned again gathers evidence, what was shown gathers credit. */
export function foldLessons(text: string): Map<string, Lesson> {
  const lessons = new Map<string, Lesson>()
  for (const raw of text.split('\n')) {
    const line = parseLine(raw)
    if (line?.type === 'learned') {
      const known = lessons.get(line.lesson.id)
      lessons.set(
        line.lesson.id,
        known
          ? {
              ...known,
              evidence: [...new Set([...known.evidence, ...line.lesson.evidence])].slice(-10),
              confidence: Math.max(known.confidence, line.lesson.confidence),
            }
          : line.lesson,
      )
    }
    if (line?.type === 'shown')
      for (const id of line.ids) {
        const known = lessons.get(id)
        if (known)
          lessons.set(
            id,
            line.outcome === 'better' ? { ...known, helped: known.helped + 1 } : { ...known, harmed: known.harmed + 1 },
          )
      }
  }
  return lessons
}

function parseLine(raw: string): Line | null {
  if (raw.trim() === '') return null
  try {
    const parsed = Line.safeParse(JSON.parse(raw))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** The mean of a Beta posterior over "an attempt that was shown it went better", with the prior of a coin weighted by the lesson's confidence. */
export const worth = ({ helped, harmed, confidence }: Lesson): number =>
  (helped + 2 * confidence) / (helped + harmed + 2)

const isForgotten = (lesson: Lesson) => lesson.harmed >= 8 && worth(lesson) < 0.1

const wordsOf = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [])

/** Lessons by likeness of words to `text`, times what they have been worth. */
export function rank(lessons: readonly Lesson[], text: string): Lesson[] {
  const asked = wordsOf(text)
  const scored = lessons.map((lesson) => {
    const words = wordsOf(`${lesson.when} ${lesson.advice}`)
    const shared = [...words].filter((word) => asked.has(word)).length
    return { lesson, score: (shared / Math.sqrt(1 + words.size)) * worth(lesson) }
  })
  return scored
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ lesson }) => lesson)
}
