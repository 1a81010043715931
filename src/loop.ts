import type { Attempt, Opening } from './records/attempt.ts'
import { isSetback, type Setback } from './records/change.ts'
import { AnnealError, EXIT } from './records/error.ts'
import { type Evaluation, joined, type Stage } from './records/evaluation.ts'
import type { RunEvent } from './records/event.ts'
import type { Execution } from './records/execution.ts'
import type { Lesson } from './records/lesson.ts'
import { type Edited, outcomeOf, type Thought } from './records/outcome.ts'
import type { Challenge, Champion, Confirmation, Delivery, Duel, Run, Stop } from './records/run.ts'
import type { Sample, Trial } from './records/trial.ts'

/**
 * The steps of the loop. Each takes the values before it and gives the next; what goes wrong with a candidate is a value too.
 * A step throws only when Anneal itself is at fault, the user's request is wrong, or `signal` is aborted.
 */
export type Steps = {
  /** Waits while the person has paused the run; false where nothing new may start any more. */
  turn(ending: AbortSignal): Promise<boolean>
  /** Why no further attempt may start; null while one may. */
  stop(run: Run): Stop | null
  /** Chooses parents, operator, editor and model of the next attempt. Pure. */
  select(run: Run): Opening
  ideate(opening: Opening, run: Run, signal: AbortSignal): Promise<Thought | Setback>
  edit(opening: Opening, thought: Thought, run: Run, signal: AbortSignal): Promise<Edited | Setback>
  /** Runs the candidate, untrusted; null where the task has nothing to execute. */
  execute(trial: Trial, signal: AbortSignal): Promise<Execution | null>
  /** Measures, trusted. */
  evaluate(trial: Trial, execution: Execution | null, signal: AbortSignal): Promise<Sample>
  summarise(samples: Sample[]): Evaluation
  /** What an attempt must pass, the cheap before the dear; the last one gives its score. */
  stages(run: Run): readonly Stage[]
  /** Why a candidate is not worth measuring further; null while it is. */
  doubt(samples: Sample[], run: Run): string | null
  seeds(attempt: number, stage: Stage): number[]
  learn(attempt: Attempt, run: Run, signal: AbortSignal): Promise<Lesson[]>
  /** Gives the attempt its branch and note in the user's repository. The same again changes nothing. */
  publish(attempt: Attempt, run: Run): Promise<Attempt>
  /** The would-be champion that should be judged now, and who holds the title; null where there is none. */
  challenge(run: Run, ending: boolean): Challenge | null
  /** Whether the trials of a challenge suffice. */
  settled(duel: Duel, challenge: Challenge): boolean
  judge(challenge: Challenge, run: Run, confirm: Duel, holdout: Duel | null): Confirmation
  /** The attempt whose product should be put in its place now; null where that is done, or can wait. */
  due(run: Run, ending: boolean): Champion | null
  deliver(best: Champion, signal: AbortSignal): Promise<Delivery>
  clear(attempt: number): Promise<void>
}

/** The run's journal: what is appended is on the disk before anything acts on it. */
export type Journal = { run(): Run; append(event: RunEvent): Promise<Run> }
/** `finish`: start nothing new. `abort`: stop at once. */
export type Signals = { finish: AbortSignal; abort: AbortSignal }

/** Improves the task's program until a budget ends, the target is reached or the user stops it. Gives the run as it then stands. */
export async function optimise(steps: Steps, journal: Journal, { finish, abort }: Signals): Promise<Run> {
  const fault = new AbortController()
  const signal = AbortSignal.any([abort, fault.signal])
  const next = opener(steps, journal)

  if (journal.run().attempts.length === 0) {
    const opening = await next()
    if (opening) await attempt(steps, journal, opening, signal)
    const baseline = journal.run().attempts[0]
    if (baseline?.status !== 'scored') throw noBaseline(baseline)
  }
  await deliver(steps, journal, false, signal)

  const inTurn = oneAtATime()
  const ending = AbortSignal.any([finish, signal])
  const slot = async () => {
    while (await steps.turn(ending)) {
      const opening = await next()
      if (!opening) return
      await attempt(steps, journal, opening, signal)
      await inTurn(() => crown(steps, journal, false, signal))
      await inTurn(() => deliver(steps, journal, false, signal))
    }
  }
  const slots = Array.from({ length: journal.run().task.search.parallel }, slot)
  await Promise.all(slots.map((one) => one.catch((thrown: unknown) => fault.abort(thrown))))
  if (fault.signal.aborted && !abort.aborted) throw fault.signal.reason

  if (!abort.aborted) await crown(steps, journal, true, signal)
  if (!abort.aborted) await deliver(steps, journal, true, signal)
  const stopped = finish.aborted || abort.aborted ? 'interrupted' : (steps.stop(journal.run()) ?? 'attempts')
  return journal.append({ type: 'run.stopped', stopped })
}

/** Gives the next attempt to work on: first those that an earlier process left open, then new ones while the budget lasts. One at a time. */
function opener(steps: Steps, journal: Journal): () => Promise<Opening | null> {
  const left = [...journal.run().open]
  const inTurn = oneAtATime()
  const open = async () => {
    const unfinished = left.shift()
    if (unfinished) return unfinished
    if (steps.stop(journal.run())) return null
    const opening = steps.select(journal.run())
    await journal.append({ type: 'attempt.opened', opening })
    return opening
  }
  return () => inTurn(open)
}

/** One attempt: idea, edit, execution and evaluation, branch, lessons. Its `attempt.closed` event is its single commit point. */
async function attempt(steps: Steps, journal: Journal, opening: Opening, signal: AbortSignal): Promise<void> {
  await steps.clear(opening.attempt)
  const thought = await steps.ideate(opening, journal.run(), signal)
  const edited = isSetback(thought) ? thought : await steps.edit(opening, thought, journal.run(), signal)
  const evaluation = isSetback(edited)
    ? null
    : await score(steps, journal, opening.attempt, edited.change.commit, signal)
  signal.throwIfAborted()
  const outcome = await steps.publish(outcomeOf(opening, thought, edited, evaluation), journal.run())
  const lessons = await steps.learn(outcome, journal.run(), signal)
  for (const lesson of lessons) await journal.append({ type: 'lesson.learned', attempt: outcome.attempt, lesson })
  const bill = journal.run().bills[opening.attempt] ?? { usd: 0, tokens: 0 }
  await journal.append({
    type: 'attempt.closed',
    attempt: { ...outcome, ...bill, lessons: lessons.map(({ id }) => id) },
  })
  await steps.clear(opening.attempt)
}

/** Takes a commit through the stages, up to the first that it fails or that leaves it in doubt. */
async function score(
  steps: Steps,
  journal: Journal,
  attempt: number,
  commit: string,
  signal: AbortSignal,
): Promise<Evaluation | null> {
  const stages: Evaluation[] = []
  for (const stage of steps.stages(journal.run())) {
    const evaluation = await measure(steps, attempt, commit, stage, signal, journal.run())
    stages.push(evaluation)
    if (evaluation.status === 'failed' || evaluation.doubt !== undefined) break
  }
  return joined(stages)
}

/** Executes and evaluates a commit once for each seed of the stage, and stops at the first failure; in a `run`, at the first doubt too. */
export async function measure(
  steps: Steps,
  attempt: number,
  commit: string,
  stage: Stage,
  signal: AbortSignal,
  run?: Run,
): Promise<Evaluation> {
  const samples: Sample[] = []
  for (const seed of steps.seeds(attempt, stage)) {
    const one = await sample(steps, { attempt, commit, stage, seed }, signal)
    samples.push(one)
    if (one.reason !== null) break
    const doubt = run ? steps.doubt(samples, run) : null
    if (doubt !== null) return { ...steps.summarise(samples), doubt }
  }
  return steps.summarise(samples)
}

/** Executes and evaluates once. */
export async function sample(steps: Steps, trial: Trial, signal: AbortSignal): Promise<Sample> {
  const execution = await steps.execute(trial, signal)
  signal.throwIfAborted()
  const measured = await steps.evaluate(trial, execution, signal)
  signal.throwIfAborted()
  return measured
}

/** Judges would-be champions beside the holder of the title: measured again from fresh checkouts, and on the hold-out where there is one. */
async function crown(steps: Steps, journal: Journal, ending: boolean, signal: AbortSignal): Promise<void> {
  for (;;) {
    const challenge = steps.challenge(journal.run(), ending)
    if (!challenge) return
    const confirm = await duel(steps, challenge, 'confirm', signal)
    const holdout = journal.run().task.holdout ? await duel(steps, challenge, 'holdout', signal) : null
    const confirmation = steps.judge(challenge, journal.run(), confirm, holdout)
    await journal.append({ type: 'champion.judged', confirmation })
    await steps.clear(challenge.challenger.attempt)
    await steps.clear(challenge.holder.attempt)
  }
}

/** Puts what the best attempt makes in its place, where the task asks for it. */
async function deliver(steps: Steps, journal: Journal, ending: boolean, signal: AbortSignal): Promise<void> {
  const best = steps.due(journal.run(), ending)
  if (!best) return
  const delivery = await steps.deliver(best, signal)
  await journal.append({ type: 'attempt.delivered', delivery })
  await steps.clear(best.attempt)
}

/** Measures both sides in turn, on the same fresh seeds, until that settles it. */
async function duel(steps: Steps, challenge: Challenge, stage: Stage, signal: AbortSignal): Promise<Duel> {
  const trial = (side: Champion, seed: number) =>
    sample(steps, { attempt: side.attempt, commit: side.commit, stage, seed }, signal)
  const { challenger, holder } = challenge
  const samples: Duel = { challenger: [], holder: [] }
  for (const seed of steps.seeds(challenger.attempt, stage)) {
    samples.holder.push(await trial(holder, seed))
    samples.challenger.push(await trial(challenger, seed))
    if (steps.settled(samples, challenge)) break
  }
  return samples
}

/** Gives a function that lets jobs through one at a time, in the order in which they came. */
function oneAtATime(): <T>(job: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (job) => {
    const turn = last.then(job)
    last = turn.catch(() => undefined)
    return turn
  }
}

function noBaseline(baseline: Attempt | undefined): AnnealError {
  return new AnnealError({
    what: 'The baseline does not score: there is nothing to improve on yet.',
    why: baseline?.reason ?? 'it was not measured',
    fix: 'Run the command by hand at HEAD and mend it, commit, then run `anneal check`.',
    exit: EXIT.baseline,
  })
}
