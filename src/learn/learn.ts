import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Models } from '../models/models.ts'
import type { Prompts } from '../models/prompts.ts'
import type { Attempt, Opening } from '../records/attempt.ts'
import { material } from '../records/brief.ts'
import { excerpt } from '../records/excerpt.ts'
import { Lesson } from '../records/lesson.ts'
import { attemptOf, type Run } from '../records/run.ts'
import { better, isAgent, type ModelChoice } from '../records/task.ts'
import { lessonsByRule } from './rules.ts'

export type LearnParts = {
  models: Models | null
  prompts: Prompts
  choice(role: 'learn', opening: Opening): ModelChoice | null
  /** Seconds that a model may take to answer. */
  deadline(model: ModelChoice): number
  /** Keeps lessons beyond this run, and notes whether those that were shown helped. Gives the lessons as they are kept. */
  remember(
    attempt: number,
    lessons: readonly Lesson[],
    shown: readonly string[],
    outcome: 'better' | 'worse' | 'none',
  ): Promise<Lesson[]>
}

const Distilled = z.object({
  kind: Lesson.shape.kind,
  when: z.string().max(2000),
  advice: z.string().max(4000),
  confidence: z.number().min(0).max(1),
})

/** What an attempt taught: distilled by a model from its whole trace where a model made it, else by rule. */
export async function learn(parts: LearnParts, attempt: Attempt, run: Run, signal: AbortSignal): Promise<Lesson[]> {
  if (attempt.operator === 'baseline') return []
  const guided = attempt.editor === 'model' || isAgent(attempt.editor)
  const choice = guided ? parts.choice('learn', attempt) : null
  const lessons =
    parts.models && choice
      ? await distil(parts, parts.models, choice, attempt, run, signal)
      : lessonsByRule(attempt, run)
  return parts.remember(attempt.attempt, lessons, attempt.shown, effectOf(attempt, run))
}

async function distil(
  parts: LearnParts,
  models: Models,
  model: ModelChoice,
  attempt: Attempt,
  run: Run,
  signal: AbortSignal,
): Promise<Lesson[]> {
  const parent = run.attempts.find((one) => one.attempt === attempt.parents[0])
  const reply = await models.ask({
    attempt: attempt.attempt,
    purpose: 'learn',
    system: parts.prompts('lesson-system'),
    prompt: parts.prompts('lesson', {
      goal: run.task.goal,
      title: attempt.idea.title,
      hypothesis: attempt.idea.hypothesis,
      diff: material(excerpt(attempt.diff, 6000)),
      before: String(parent?.score ?? 'nothing'),
      after: String(attempt.score ?? 'nothing'),
      direction: run.task.evaluate.direction,
      reason: attempt.reason === null ? '' : `Why: ${material(excerpt(attempt.reason, 1500))}`,
      output: material(excerpt(attempt.evaluation?.output ?? '', 3000)),
    }),
    schema: { name: 'lesson', schema: Distilled },
    model,
    signal,
    deadline: parts.deadline(model),
  })
  if (!reply.ok) return lessonsByRule(attempt, run)
  const value = Distilled.parse(reply.value)
  if (value.advice.trim() === '') return []
  const id = `lesson/${createHash('sha256').update(`${run.run} ${attempt.attempt} ${value.advice}`).digest('hex').slice(0, 10)}`
  const evidence = [
    `${run.run} attempt ${attempt.attempt}: ${parent?.score ?? 'no score'} to ${attempt.score ?? attempt.status}`,
  ]
  return [{ ...value, id, evidence, helped: 0, harmed: 0 }]
}

/** How an attempt went against its parent; `none` where neither has a score. */
function effectOf({ score, parents }: Attempt, run: Run): 'better' | 'worse' | 'none' {
  const before = attemptOf(run, parents[0])?.score ?? null
  if (before === null && score === null) return 'none'
  return better(run.task.evaluate.direction, score, before) ? 'better' : 'worse'
}
