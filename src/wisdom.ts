import { join } from 'node:path'
import type { Recalled } from './ideate/brief.ts'
import { type Knowledge, openKnowledge } from './knowledge/knowledge.ts'
import { openMemory } from './memory/lessons.ts'
import type { Operator } from './records/idea.ts'
import type { Lesson } from './records/lesson.ts'
import type { Page } from './records/page.ts'

/** What a run was taught and what it learned, as the steps ask for it. */
export type Wisdom = {
  recall(about: { goal: string; operator: Operator; error: string }): Promise<Recalled>
  remember(lessons: readonly Lesson[], shown: readonly string[], outcome: 'better' | 'worse' | 'none'): Promise<void>
}

/** Types of pages that a step profits from; all of them where none is named. */
const TYPES: Partial<Record<Operator, readonly Page['type'][]>> = {
  draft: ['workflow', 'principle', 'implementation'],
  improve: ['heuristic', 'implementation', 'principle'],
  debug: ['environment', 'heuristic', 'implementation'],
}
const PAGE_CHARACTERS = 8000
const LESSONS = 6

/** Opens the project's knowledge and memory; the store itself with the first question. */
export function openWisdom({ home, pages }: { home: string; pages: string }): Wisdom {
  const memory = openMemory(join(home, 'lessons.jsonl'))
  let knowledge: Promise<Knowledge> | null = null
  return {
    async recall({ goal, operator, error }) {
      knowledge ??= openKnowledge({ pages, folder: join(home, 'store') })
      const types = TYPES[operator]
      const text = `${goal} ${error.slice(0, 500)}`
      const found = await (await knowledge).search({ text, characters: PAGE_CHARACTERS, ...(types ? { types } : {}) })
      return { pages: found.map(({ page }) => page), lessons: await memory.recall(text, LESSONS) }
    },
    async remember(lessons, shown, outcome) {
      await memory.learn(lessons)
      if (outcome !== 'none')
        await memory.credit(
          shown.filter((id) => id.startsWith('lesson/')),
          outcome,
        )
    },
  }
}
