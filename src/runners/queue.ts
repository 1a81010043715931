/** How a job stands with a batch engine. `completed` says only that the engine saw it end by itself. */
export const STATES = [
  'waiting',
  'running',
  'completed',
  'failed',
  'cancelled',
  'timeout',
  'memory',
  'preempted',
  'node-lost',
] as const
export type State = (typeof STATES)[number]

/** A job as an engine is asked to run it. */
export type Order = {
  /** Unique among the jobs of this user. */
  name: string
  /** The program and its words, without a shell. */
  words: readonly string[]
  /** The PATH that it gets. */
  path: string
  /** An existing folder to start in. */
  folder: string
  /** The file for what the engine, or a program that cannot start, says. */
  log: string
  /** Seconds after which the engine itself may end it. */
  seconds: number
  /** Bytes. */
  memory: number
  gpus: number
}

/** A job that an engine knows; `detail` is its own word for the state, and where it ran. */
export type Standing = { id: string; state: State; detail: string }

/**
 * A batch engine, as far as Anneal needs one. Collecting is not its business: results come back through the job's folder.
 * Each call throws an `AnnealError` where the request can never be met, and `Unreachable` where trying again may help.
 */
export type Queue = {
  /** Hands a job in and gives the engine's id for it. */
  submit(order: Order): Promise<string>
  /** How jobs stand, by name, all in one question; one that the engine no longer knows is missing, and of two with one name that which still runs counts. */
  look(wanted: readonly { name: string; id: string | null }[]): Promise<ReadonlyMap<string, Standing>>
  /** Ends jobs; one that has ended already is none of its business. */
  cancel(ids: readonly string[]): Promise<void>
}

/** The engine cannot be asked just now. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}
