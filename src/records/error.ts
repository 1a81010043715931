/** Exit codes that a shell or CI can act on; the table stands in docs/reference.md. */
export const EXIT = {
  fault: 1,
  request: 2,
  noImprovement: 3,
  baseline: 4,
  journal: 65,
  unavailable: 69,
  disk: 74,
  locked: 75,
  refused: 77,
} as const

/** What each of them means. */
export const EXIT_MEANING: Readonly<Record<keyof typeof EXIT, string>> = {
  fault: 'a fault of Anneal’s own',
  request: 'the request is wrong: flags, task or repository',
  noImprovement:
    'done, and the answer is no: no attempt beat the baseline under `--require-improvement`, HEAD is worse for `guard`, or all runs of `bench` failed',
  baseline: 'the baseline does not score, or a drafted evaluator cannot be trusted',
  journal: 'the journal of a run is damaged',
  unavailable: 'a sandbox, model or service that is needed is not there',
  disk: 'the disk is full',
  locked: 'another process is working on the run',
  refused: 'the model’s server refuses the key',
}

/** All three parts are asked for, so that no message is without one. */
export type ErrorText = { what: string; why: string; fix: string; exit?: number; cause?: unknown }

/**
 * The one error that a user is meant to read: what happened, why, and what to do.
 * Thrown by whoever knows all three; shown once, by the command that was typed.
 */
export class AnnealError extends Error {
  override readonly name = 'AnnealError'
  readonly what: string
  readonly why: string
  readonly fix: string
  readonly exit: number

  constructor({ what, why, fix, exit = EXIT.request, cause }: ErrorText) {
    super([what, why, fix].filter(Boolean).join('\n'), { cause })
    this.what = what
    this.why = why
    this.fix = fix
    this.exit = exit
  }
}

/** The message of anything that was thrown, on one line. */
export function messageOf(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).replace(/\s*\n\s*/g, ' ').trim()
}
