import type { Heard } from '../records/event.ts'
import type { Run } from '../records/run.ts'

/** An attempt that is worked on: its step, when that began, and what was last heard of it. */
export type Working = { attempt: number; step: string; since: number; text: string }

/** A GPU that the run may use, as it stands. Memory in bytes, utilisation from 0 to 1. */
export type GpuView = { id: string; utilisation: number | null; used: number | null; total: number | null }

/** All that the live view shows. Times in seconds of one monotonic clock. */
export type Scene = {
  run: Run
  /** When `run` was heard of. */
  at: number
  working: readonly Working[]
  notes: readonly string[]
  gpus: readonly GpuView[]
  /** What the person was told to wait for. */
  ending: 'no' | 'finishing' | 'stopping'
}

const NOTES = 50
/** Characters of a model's reply that are kept to be shown. */
const TAIL = 2000

export const openScene = (run: Run, now: number): Scene => ({
  ...{ run, at: now, notes: [], gpus: [], ending: 'no' },
  working: run.open.map(({ attempt }) => ({ attempt, step: 'waits', since: now, text: '' })),
})

/** The scene after an event; `run` is the run after it. */
export function seen(scene: Scene, event: Heard, run: Run, now: number): Scene {
  const heard = event.type === 'progress' ? scene : { ...scene, run, at: now }
  const without = (...numbers: number[]) => heard.working.filter(({ attempt }) => !numbers.includes(attempt))
  switch (event.type) {
    case 'attempt.opened': {
      const { attempt } = event.opening
      return { ...heard, working: [...without(attempt), { attempt, step: 'opened', since: now, text: '' }] }
    }
    case 'progress': {
      const { attempt, step, text = '' } = event
      if (step === 'note') return noted(heard, text)
      const before = heard.working.find((one) => one.attempt === attempt)
      const since = before?.step === step ? before.since : now
      const next = {
        attempt,
        step,
        since,
        text: text === '' && before?.step === step ? before.text : text.slice(-TAIL),
      }
      return {
        ...heard,
        working: before ? heard.working.map((one) => (one === before ? next : one)) : [...heard.working, next],
      }
    }
    case 'attempt.closed':
      return { ...heard, working: without(event.attempt.attempt) }
    case 'champion.judged':
      return { ...heard, working: without(event.confirmation.attempt, event.confirmation.holder) }
    case 'attempt.delivered':
      return { ...heard, working: without(event.delivery.attempt) }
    case 'run.stopped':
      return { ...heard, working: [] }
    case 'run.steered': {
      const ends = event.order.order !== 'stop' ? heard.ending : event.order.now ? 'stopping' : 'finishing'
      return { ...heard, ending: ends }
    }
    default:
      return heard
  }
}

/** The scene with a note more. */
export const noted = (scene: Scene, text: string): Scene => ({
  ...scene,
  notes: scene.notes.at(-1) === text ? scene.notes : [...scene.notes, text].slice(-NOTES),
})

/** Seconds that the run has been active by now. */
export function activeSeconds({ run, at }: Scene, now: number): number {
  const still = run.steering.paused || run.stopped !== null
  return run.spent.seconds + (still ? 0 : Math.max(0, now - at))
}
