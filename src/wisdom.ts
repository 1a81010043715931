import type { Recalled } from './ideate/brief.ts'
import type { Operator } from './records/idea.ts'
import type { Lesson } from './records/lesson.ts'

export type Wisdom = {
  recall(about: { goal: string; operator: Operator; error: string }): Promise<Recalled>
  remember(lessons: readonly Lesson[], shown: readonly string[], outcome: 'better' | 'worse' | 'none'): Promise<void>
}

export async function openWisdom(_: { home: string; pages: string }): Promise<Wisdom> {
  return { recall: async () => ({ pages: [], lessons: [] }), remember: async () => undefined }
}
