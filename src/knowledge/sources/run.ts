import { excerpt } from '../../records/excerpt.ts'
import type { Lesson } from '../../records/lesson.ts'
import type { Page } from '../../records/page.ts'
import type { Run } from '../../records/run.ts'
import { pageText } from '../pages.ts'
import { fenced } from './notebook.ts'
import type { SourceFile } from './source-file.ts'

/** Characters of a champion's diff that its page holds. */
const DIFF = 6000

/** What an earlier run taught, as pages: each of its lessons, and what its champion (the attempt of that number) changed. */
export function runFiles({ run, attempt: number, diff }: { run: Run; attempt: number | null; diff: string }): {
  files: SourceFile[]
  at: string
} {
  const lessons = run.lessons.map((lesson) => lessonPage(lesson, run))
  const champion = run.attempts.find(({ attempt }) => attempt === number && attempt > 0)
  const baseline = run.attempts[0]?.score ?? null
  const own = champion ? new Set([...champion.lessons, ...champion.shown]) : new Set<string>()
  const pages: Page[] = champion
    ? [
        ...lessons,
        {
          id: `implementation/${slug(run.run)}-champion`,
          type: 'implementation',
          title: `${champion.idea.title} (${run.task.evaluate.metric}: ${baseline} to ${champion.score})`.slice(0, 300),
          domains: [],
          sources: [],
          links: run.lessons
            .filter(({ id }) => own.has(id))
            .map(({ id }) => ({ edge: 'uses_heuristic' as const, to: lessonId(id) })),
          provenance: [],
          body: [
            `Goal: ${run.task.goal}`,
            champion.idea.hypothesis,
            champion.idea.plan,
            fenced(excerpt(diff, DIFF), 'diff'),
          ]
            .filter(Boolean)
            .join('\n\n')
            .trim(),
        },
      ]
    : lessons
  const files = pages.map(
    (page): SourceFile => ({ path: `${page.id}.md`, kind: 'markdown', read: async () => Buffer.from(pageText(page)) }),
  )
  return { files, at: run.created.slice(0, 10) }
}

function lessonPage({ id, kind, when, advice, evidence }: Lesson, { run }: Run): Page {
  return {
    id: lessonId(id),
    type: 'heuristic',
    title: advice.split('\n')[0]?.slice(0, 200) || `A lesson of ${run}`,
    domains: [],
    sources: [],
    links: [],
    provenance: [],
    body: `${kind === 'error' ? 'A mistake to avoid' : kind === 'practice' ? 'A practice that worked' : 'A fact'}. When: ${when}\n\n${advice}${evidence.length > 0 ? `\n\nEvidence: ${evidence.join('; ')}` : ''}`,
  }
}

const lessonId = (id: string) => `heuristic/${slug(id)}`
const slug = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
