import { z } from 'zod'
import { Attempt, Opening } from './attempt.ts'
import { Lesson } from './lesson.ts'
import { Confirmation, Delivery, RunStart, Stop } from './run.ts'
import { Steering } from './steering.ts'
import { Budget } from './task.ts'
import { Reservation, Usage } from './usage.ts'

/** Everything that is kept of a run, in the order in which it happened. An `attempt.closed` is the attempt's single commit point. */
export const RunEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run.started'), start: RunStart }),
  z.object({ type: z.literal('run.resumed'), budget: Budget.optional() }),
  z.object({ type: z.literal('attempt.opened'), opening: Opening }),
  z.object({ type: z.literal('model.reserved'), attempt: z.number().int(), call: z.string(), most: Reservation }),
  z.object({ type: z.literal('model.called'), attempt: z.number().int(), call: z.string(), usage: Usage }),
  /** A call did not fit into what is left, and no other call holds any of it. */
  z.object({ type: z.literal('budget.exhausted'), by: z.enum(['cost', 'tokens']) }),
  z.object({ type: z.literal('lesson.learned'), attempt: z.number().int(), lesson: Lesson }),
  z.object({ type: z.literal('attempt.closed'), attempt: Attempt }),
  z.object({ type: z.literal('champion.judged'), confirmation: Confirmation }),
  z.object({ type: z.literal('attempt.delivered'), delivery: Delivery }),
  z.object({ type: z.literal('run.steered'), order: Steering }),
  z.object({ type: z.literal('run.stopped'), stopped: Stop }),
])
export type RunEvent = z.infer<typeof RunEvent>

/** What a listener hears and nobody keeps: where each slot is. */
export type Progress = { type: 'progress'; attempt: number; step: string; text?: string }

export type Heard = RunEvent | Progress
