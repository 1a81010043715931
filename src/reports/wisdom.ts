import type { Lesson } from '../records/lesson.ts'
import type { Page } from '../records/page.ts'
import { safe } from './plain.ts'

/** A lesson with where it holds and what it has been worth. */
export type KeptLesson = {
  lesson: Lesson
  scope: string
  worth: number
  runs: readonly string[]
  goals: readonly string[]
  forgotten: boolean
}
export type FoundPage = { page: Page; why: string }

/** What `lessons list --json` holds of a lesson. */
export const lessonDocument = ({ lesson, scope, worth, runs, goals, forgotten }: KeptLesson) => ({
  ...lesson,
  scope,
  worth: Number(worth.toFixed(3)),
  runs,
  goals,
  forgotten,
})

/** Lessons, one on two lines each. */
export const lessonsText = (kept: readonly KeptLesson[]): string =>
  kept
    .map(({ lesson, scope, worth, forgotten }) => {
      const record = `helped ${lesson.helped}, harmed ${lesson.harmed}, worth ${worth.toFixed(2)}`
      const head = `${lesson.id}  ${lesson.kind}, ${scope}, ${record}${forgotten ? ', forgotten' : ''}`
      return `${head}\n    ${line(`${lesson.when}: ${lesson.advice}`, 240)}`
    })
    .join('\n')

/** One lesson whole. */
export function lessonText({ lesson, scope, worth, runs, goals, forgotten }: KeptLesson): string {
  const parts: [string, string][] = [
    ['lesson', `${lesson.id}${forgotten ? ' (forgotten)' : ''}`],
    ['kind', `${lesson.kind}, ${scope}`],
    ['when', lesson.when],
    ['advice', lesson.advice],
    ['record', `helped ${lesson.helped}, harmed ${lesson.harmed}, worth ${worth.toFixed(2)}`],
    ['runs', runs.join(', ')],
    ['goals', goals.join('\n')],
    ['evidence', lesson.evidence.join('\n')],
  ]
  return parts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name.padEnd(9)} ${safe(value).replace(/\n/g, '\n          ')}`)
    .join('\n')
}

/** Pages that were found, each with its reason and the start of its text. */
export const pagesText = (found: readonly FoundPage[]): string =>
  found
    .map(({ page, why }) => `${page.id}  ${line(page.title, 120)}\n    (${why})\n    ${line(page.body, 240)}`)
    .join('\n')

function line(text: string, limit: number): string {
  const one = safe(text).replace(/\s+/g, ' ').trim()
  return one.length > limit ? `${one.slice(0, limit - 1)}…` : one
}
