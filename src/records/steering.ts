import { z } from 'zod'
import { HINTS } from './hint-bounds.ts'
import { Budget } from './task.ts'

const attempt = z.number().int().nonnegative()
const plain = <Name extends string>(name: Name) => z.strictObject({ order: z.literal(name) })

/** What a person asks of a run that is at work. */
export const Steering = z.discriminatedUnion('order', [
  /** Nothing new starts; what runs is finished. */
  plain('pause'),
  plain('resume'),
  /** Ends the run when what runs is finished, or at once. */
  z.strictObject({ order: z.literal('stop'), now: z.boolean().default(false) }),
  /** Takes the place of the bounds that it names. */
  z.strictObject({
    order: z.literal('budget'),
    budget: Budget.refine((budget) => Object.keys(budget).length > 0, 'name attempts, time, cost or tokens'),
  }),
  /** Search goes on from this attempt and those that descend from it. */
  z.strictObject({ order: z.literal('pin'), attempt }),
  plain('unpin'),
  /** Neither this attempt nor what descends from it is a parent again. */
  z.strictObject({ order: z.literal('ban'), attempt }),
  z.strictObject({ order: z.literal('unban'), attempt }),
  /** Told to the next ideas as the person's own words. */
  z.strictObject({
    order: z.literal('hint'),
    text: z
      .string()
      .trim()
      .min(1, 'an empty hint')
      .max(HINTS.characters, `a hint has ${HINTS.characters} characters at most`),
  }),
  z.strictObject({ order: z.literal('unhint'), hint: z.number().int().positive() }),
])
export type Steering = z.infer<typeof Steering>

/** How a run is steered. `idle` are the seconds of earlier pauses, `hinted` counts all hints that were ever given. */
export type Steered = {
  paused: boolean
  idle: number
  pinned: number | null
  banned: readonly number[]
  hints: readonly { id: number; text: string }[]
  hinted: number
}

export const UNSTEERED: Steered = { paused: false, idle: 0, pinned: null, banned: [], hints: [], hinted: 0 }
