import type { Lesson } from '../records/lesson.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { areAlike } from './likeness.ts'
import { type Fold, idIn, isForgotten, type Learned, parseLine, type Standing, worth } from './lines.ts'
import { withoutSecrets } from './secrets.ts'

/** Where a lesson holds: in the run that learned it, in all runs of the project, or in all projects of the user. */
export type Scope = 'run' | 'project' | 'user'
export type Kept = Standing & { scope: Scope; worth: number }
export type Outcome = 'better' | 'worse' | 'none'
export type Ask = {
  text: string
  limit: number
  kinds?: readonly Lesson['kind'][]
  /** Lessons that are told whatever the text, before the others and beyond the limit, unless they are forgotten by now. */
  first?: readonly Lesson[]
}

/** The lessons of a project and of its user, across runs. */
export type Memory = {
  /** The lessons that fit a text best, weighed by how often they have helped. */
  recall(ask: Ask): Promise<Lesson[]>
  /** Keeps lessons of an attempt that went so; like ones are merged. Gives them as they are kept: without secrets, under the id of the one they are like. */
  learn(lessons: readonly Lesson[], outcome: Outcome): Promise<Lesson[]>
  /** Notes that the attempt `by` (RUN/N), which was shown these lessons, went better or worse than its parent. */
  credit(ids: readonly string[], outcome: 'better' | 'worse', by: string): Promise<void>
}

export type MemoryParts = {
  /** The files of lessons: the project's, and the user's own where there is one. */
  project: string
  user: string | null
  /** The run that asks and learns, with its goal; null outside of a run. */
  run: { name: string; goal: string } | null
}

/** Opens the memory of a project. A lesson serves other runs once a failure or a gain has proven it, and other projects once it has helped in two runs. */
export function openMemory({ project, user, run }: MemoryParts): Memory {
  const own = openLedger(project)
  const shared = user === null ? null : openLedger(user)
  const both = shared ? [own, shared] : [own]

  return {
    async recall({ text, limit, kinds, first = [] }) {
      const ranked = await Promise.all(both.map((ledger) => rankedIn(ledger, text, kinds, run?.name ?? null)))
      const { fold } = await own.now()
      const best = distinct(first.flatMap((lesson) => asItStands(fold, lesson) ?? []))
      const most = best.length + limit
      for (const { lesson } of ranked.flat().toSorted((a, b) => b.score - a.score)) {
        if (best.length === most) break
        if (!isAmong(best, lesson)) best.push(lesson)
      }
      return best
    },
    async learn(lessons, outcome) {
      const kept: Lesson[] = []
      for (const raw of lessons) {
        const lesson = clean(raw)
        const proven = lesson.kind === 'error' || outcome === 'better'
        const line = await learnedLine(own, lesson, { run: run?.name ?? null, goal: run?.goal ?? '', proven })
        await own.append([line])
        kept.push({ ...lesson, id: line.like ?? lesson.id })
      }
      if (shared)
        await promote(
          own,
          shared,
          kept.map(({ id }) => id),
        )
      return kept
    },
    async credit(ids, outcome, by) {
      for (const ledger of both) {
        const { fold } = await ledger.now()
        const known = [...new Set(ids.map((id) => idIn(fold, id)))].filter((id) => fold.standing.has(id))
        if (known.length > 0) await ledger.append([{ type: 'shown', ids: known, outcome, by }])
      }
      if (shared) await promote(own, shared, ids)
    },
  }
}

const isAmong = (lessons: readonly Lesson[], lesson: Lesson) =>
  lessons.some((other) => other.id === lesson.id || areAlike(other, lesson))

const distinct = (lessons: readonly Lesson[]) =>
  lessons.filter((lesson, index) => !isAmong(lessons.slice(0, index), lesson))

/** A lesson with the credit it has by now; null where it is forgotten. One that is not kept here stays as it is. */
function asItStands(fold: Fold, lesson: Lesson): Lesson | null {
  const standing = fold.standing.get(idIn(fold, lesson.id))
  if (!standing) return lesson
  return isForgotten(standing) ? null : standing.lesson
}

async function rankedIn(ledger: Ledger, text: string, kinds: Ask['kinds'], run: string | null) {
  const { fold, index } = await ledger.now()
  return [...index.rank(text)].flatMap(([id, score]) => {
    const standing = fold.standing.get(id)
    if (!standing || isForgotten(standing) || (kinds && !kinds.includes(standing.lesson.kind))) return []
    const here = standing.proven || (run !== null && standing.runs.includes(run))
    return here ? [{ lesson: standing.lesson, score: score * worth(standing.lesson) }] : []
  })
}

/** The line for a lesson: merged with one that stands where there is one like it. */
async function learnedLine(
  ledger: Ledger,
  lesson: Lesson,
  rest: Pick<Learned, 'run' | 'goal' | 'proven'>,
): Promise<Learned> {
  const { fold, index } = await ledger.now()
  const near = [...index.rank(`${lesson.when} ${lesson.advice}`)].toSorted((a, b) => b[1] - a[1]).slice(0, 20)
  const twin = fold.standing.has(idIn(fold, lesson.id))
    ? idIn(fold, lesson.id)
    : near.map(([id]) => id).find((id) => areAlikeIn(fold, id, lesson))
  return { type: 'learned', lesson, ...rest, like: twin === undefined || twin === lesson.id ? null : twin }
}

function areAlikeIn(fold: Fold, id: string, lesson: Lesson): boolean {
  const standing = fold.standing.get(id)
  return standing !== undefined && areAlike(standing.lesson, lesson)
}

/** Runs in which a lesson was learned or times it helped, before it serves all projects of the user. */
const PROMOTED = { runs: 2, helped: 2 }

/** Copies what has proven itself over several runs of the project to the user's own lessons, once. */
async function promote(own: Ledger, shared: Ledger, ids: readonly string[]): Promise<void> {
  const [{ fold }, above] = await Promise.all([own.now(), shared.now()])
  for (const id of new Set(ids.map((one) => idIn(fold, one)))) {
    const standing = fold.standing.get(id)
    if (!standing || isForgotten(standing) || above.fold.standing.has(idIn(above.fold, id))) continue
    const { lesson, runs, goals } = standing
    if (runs.length < PROMOTED.runs || lesson.helped < PROMOTED.helped || lesson.helped <= lesson.harmed) continue
    await shared.append([
      await learnedLine(shared, lesson, { run: runs.at(-1) ?? null, goal: goals.at(-1) ?? '', proven: true }),
    ])
  }
}

const clean = (lesson: Lesson): Lesson => ({
  ...lesson,
  when: withoutSecrets(lesson.when).slice(0, 2000),
  advice: withoutSecrets(lesson.advice).slice(0, 4000),
  evidence: lesson.evidence.map((one) => withoutSecrets(one).slice(0, 2000)),
})

/** All lessons of a project and its user, the most worth first; forgotten ones too. */
export async function listLessons({ project, user }: Omit<MemoryParts, 'run'>): Promise<Kept[]> {
  const files: [string | null, boolean][] = [
    [project, false],
    [user, true],
  ]
  const listed = await Promise.all(
    files.map(async ([file, above]) => {
      if (file === null) return []
      const { fold } = await openLedger(file).now()
      return [...fold.standing.values()].map((standing): Kept => {
        const scope = above ? 'user' : standing.proven ? 'project' : 'run'
        return { ...standing, forgotten: isForgotten(standing), scope, worth: worth(standing.lesson) }
      })
    }),
  )
  return listed.flat().toSorted((a, b) => b.worth - a.worth)
}

/** Forgets lessons wherever they are kept; gives the ids that were known. */
export async function forgetLessons(
  { project, user }: Omit<MemoryParts, 'run'>,
  ids: readonly string[],
): Promise<string[]> {
  const forgotten: string[] = []
  for (const file of user === null ? [project] : [project, user]) {
    const ledger = openLedger(file)
    const { fold } = await ledger.now()
    const known = ids.map((id) => idIn(fold, id)).filter((id) => fold.standing.has(id))
    if (known.length > 0) await ledger.append([{ type: 'forgotten', ids: known }])
    forgotten.push(...known)
  }
  return [...new Set(forgotten)]
}

/** Lessons as JSON lines that `importLessons` takes, forgotten ones left out. */
export const exportLessons = (lessons: readonly Kept[]): string =>
  lessons
    .filter(({ forgotten }) => !forgotten)
    .map(
      ({ lesson, goals, proven }) =>
        `${JSON.stringify({ type: 'learned', lesson, goal: goals.at(-1) ?? '', proven })}\n`,
    )
    .join('')

/** Takes lessons in from JSON lines into a file. The same again adds nothing. Gives what was taken in, what stood already, and the numbers of lines that hold no lesson. */
export async function importLessons(
  file: string,
  text: string,
): Promise<{ added: string[]; known: string[]; wrong: number[] }> {
  const ledger = openLedger(file)
  const [added, known, wrong]: [string[], string[], number[]] = [[], [], []]
  for (const [index, raw] of text.split('\n').entries()) {
    if (raw.trim() === '') continue
    const line = parseLine(raw)
    if (line?.type !== 'learned') {
      wrong.push(index + 1)
      continue
    }
    const lesson = clean(line.lesson)
    const { fold } = await ledger.now()
    const standing = fold.standing.get(idIn(fold, lesson.id))
    if (standing && !isForgotten(standing)) {
      known.push(lesson.id)
      continue
    }
    await ledger.append([await learnedLine(ledger, lesson, { run: null, goal: line.goal, proven: line.proven })])
    added.push(lesson.id)
  }
  return { added, known, wrong }
}
