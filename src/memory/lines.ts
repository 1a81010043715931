import { z } from 'zod'
import { Lesson } from '../records/lesson.ts'

/** One line of a file of lessons. */
export const Line = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('learned'),
    lesson: Lesson,
    /** The run that learned it and the goal it had then; null where a person brought it. */
    run: z.string().nullable().default(null),
    goal: z.string().default(''),
    /** The lesson that it was found to be like: its evidence counts there. */
    like: z.string().nullable().default(null),
    /** Whether it was learned from a failure or a gain that was measured. */
    proven: z.boolean().default(true),
  }),
  z.object({
    type: z.literal('shown'),
    ids: z.array(z.string()),
    outcome: z.enum(['better', 'worse']),
    /** The attempt, as RUN/N: what is noted of it twice, after a crash, counts once. */
    by: z.string().optional(),
  }),
  z.object({ type: z.literal('forgotten'), ids: z.array(z.string()) }),
])
export type Line = z.infer<typeof Line>
export type Learned = Extract<Line, { type: 'learned' }>

/** A lesson as it stands after all that was noted of it. */
export type Standing = {
  lesson: Lesson
  runs: readonly string[]
  goals: readonly string[]
  /** Whether it may serve runs other than the one that learned it. */
  proven: boolean
  forgotten: boolean
}

/** Lessons by id. An id that was found to be like another leads to the same one. */
export type Fold = { standing: Map<string, Standing>; alias: Map<string, string>; credited: Set<string> }

export const emptyFold = (): Fold => ({ standing: new Map(), alias: new Map(), credited: new Set() })

const EVIDENCE = 10
const GOALS = 3
const joined = (a: readonly string[], b: readonly string[], most: number) => [...new Set([...a, ...b])].slice(-most)

/** The one lesson that an id leads to. */
export const idIn = ({ alias }: Fold, id: string): string => alias.get(id) ?? id

/** Adds one line: what is learned again gathers evidence, what was shown gathers credit. Gives the ids that changed. */
export function addLine(fold: Fold, line: Line): string[] {
  const { standing, alias } = fold
  if (line.type === 'learned') {
    const { lesson, run, goal, proven } = line
    const targets = [line.like ?? lesson.id, lesson.id].map((one) => idIn(fold, one))
    const id = targets.find((one) => standing.has(one)) ?? lesson.id
    const known = standing.get(id)
    if (lesson.id !== id && !standing.has(lesson.id)) alias.set(lesson.id, id)
    const [runs, goals] = [run === null ? [] : [run], goal === '' ? [] : [goal]]
    standing.set(
      id,
      known
        ? {
            ...known,
            lesson: {
              ...known.lesson,
              evidence: joined(known.lesson.evidence, lesson.evidence, EVIDENCE),
              confidence: Math.max(known.lesson.confidence, lesson.confidence),
              helped: known.lesson.helped + lesson.helped,
              harmed: known.lesson.harmed + lesson.harmed,
            },
            runs: joined(known.runs, runs, EVIDENCE),
            goals: joined(known.goals, goals, GOALS),
            // Learned twice, from two different traces, is evidence too.
            proven: known.proven || proven || lesson.evidence.some((one) => !known.lesson.evidence.includes(one)),
            // What a person brings back is wanted again.
            forgotten: known.forgotten && run !== null,
          }
        : { lesson, runs, goals, proven, forgotten: false },
    )
    return [id]
  }
  if (line.type === 'shown' && line.by !== undefined) {
    if (fold.credited.has(line.by)) return []
    fold.credited.add(line.by)
  }
  const ids = [...new Set(line.ids.map((id) => idIn(fold, id)))].filter((id) => standing.has(id))
  for (const id of ids) {
    const known = standing.get(id)
    if (!known) continue
    const { helped, harmed } = known.lesson
    if (line.type === 'forgotten') standing.set(id, { ...known, forgotten: true })
    else if (line.outcome === 'better')
      standing.set(id, { ...known, lesson: { ...known.lesson, helped: helped + 1 }, proven: true })
    else standing.set(id, { ...known, lesson: { ...known.lesson, harmed: harmed + 1 } })
  }
  return ids
}

/** Reads one line of a file; null where it is torn or not a line of ours. */
export function parseLine(raw: string): Line | null {
  if (raw.trim() === '') return null
  try {
    const parsed = Line.safeParse(JSON.parse(raw))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** Lessons as they stand after all lines of a text. */
export function foldLines(text: string): Fold {
  const fold = emptyFold()
  for (const raw of text.split('\n')) {
    const line = parseLine(raw)
    if (line) addLine(fold, line)
  }
  return fold
}

/** The mean of a Beta posterior over "an attempt that was shown it went better than its parent". The prior weighs two attempts, and leans as the lesson's own confidence says. */
export const worth = ({ helped, harmed, confidence }: Lesson): number =>
  (helped + 2 * confidence) / (helped + harmed + 2)

/** Attempts that must have gone worse, and the worth below which a lesson then counts as forgotten. */
const FAILED = { attempts: 8, worth: 0.1 }

/** Whether a lesson is no longer recalled: a person forgot it, or it kept failing. */
export const isForgotten = ({ lesson, forgotten }: Standing): boolean =>
  forgotten || (lesson.harmed >= FAILED.attempts && worth(lesson) < FAILED.worth)
