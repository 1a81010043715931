import type { Evaluation } from '../records/evaluation.ts'
import type { Challenge, Confirmation, Duel } from '../records/run.ts'
import { better, type Direction, type Task } from '../records/task.ts'
import type { Sample } from '../records/trial.ts'
import { differenceOf, isSettled, isSure, type Pair } from './paired.ts'
import { type Scale, summarise } from './summarise.ts'

/** A hold-out that keeps less than this share of the public gain is a sign that the gain is in the public cases alone. */
const HELD = 0.25

/** Whether the trials of a challenge suffice: a side failed, nothing moves (one pair repeats both known scores), or the paired test has its answer. */
export function settled({ task }: Scale, challenge: Challenge, duel: Duel): boolean {
  if ([...duel.challenger, ...duel.holder].some(({ reason }) => reason !== null)) return true
  const pairs = pairsOf(duel, task.evaluate.metric)
  return repeats(pairs, challenge, task) || isSettled(pairs, task.evaluate.direction)
}

/**
 * Whether a would-be champion takes the title. Measured again beside its holder on the same fresh seeds it must be better beyond the noise, and better on the hold-out
 * where there is one. The best of many noisy scores is a lucky one (the winner's curse): only the second measurement counts.
 */
export function judge(scale: Scale, challenge: Challenge, confirm: Duel, holdout: Duel | null): Confirmation {
  const { metric, direction } = scale.task.evaluate
  const { challenger, holder } = challenge
  const pairs = pairsOf(confirm, metric)
  const steady = repeats(pairs, challenge, scale.task)
  const lead = pairs.length > 0 ? differenceOf(pairs, direction) : { mean: 0, confidence: null }
  const trial: Trials = {
    again: summarise(confirm.challenger, scale),
    failure: confirm.holder.find(({ reason }) => reason !== null)?.reason ?? null,
    mean: lead.mean,
    confidence: steady && lead.mean > 0 ? 1 : lead.confidence,
    pairs: pairs.length,
    holdout: holdout && {
      challenger: summarise(holdout.challenger, scale),
      holder: scoreOf(holdout.holder[0], metric),
    },
  }
  const reason = objectionTo(trial, holder.attempt, direction)
  return {
    attempt: challenger.attempt,
    holder: holder.attempt,
    pairs,
    confidence: trial.confidence,
    confirmed: reason === null,
    reason,
    confirm: trial.again,
    holdout: trial.holdout?.challenger ?? null,
    holderHoldout: trial.holdout?.holder ?? null,
    signs: signsOf(trial, challenge, direction),
  }
}

type Trials = {
  again: Evaluation
  failure: string | null
  mean: number
  confidence: number | null
  pairs: number
  holdout: { challenger: Evaluation; holder: number | null } | null
}

function objectionTo(trial: Trials, holder: number, direction: Direction): string | null {
  const { again, failure, mean, confidence, pairs, holdout } = trial
  if (again.status === 'failed') return `it failed when measured again: ${again.reason}`
  if (failure !== null) return `attempt ${holder}, which it was held against, failed when measured again: ${failure}`
  if (again.flags.length > 0) return again.flags.join('; ')
  if (mean <= 0)
    return `measured again with fresh seeds it scored ${short(again.score ?? 0)}, no better than attempt ${holder} beside it`
  if (confidence === null || !isSure(confidence))
    return `measured again, its lead of ${short(mean)} over attempt ${holder} is within the noise (${percent(confidence ?? 0)} sure after ${pairs} pairs)`
  if (holdout === null) return null
  if (holdout.challenger.status === 'failed') return 'it failed on the hold-out'
  if (holdout.holder !== null && !better(direction, holdout.challenger.score, holdout.holder))
    return `on the hold-out it is no better than attempt ${holder}`
  return null
}

/** A gain that the hold-out does not show lies in the public cases alone. */
function signsOf({ holdout }: Trials, { challenger, holder }: Challenge, direction: Direction): string[] {
  if (holdout?.challenger.score == null || holdout.holder === null || !alike(holder.score, holdout.holder)) return []
  const open = signed(direction, challenger.score - holder.score)
  const held = signed(direction, holdout.challenger.score - holdout.holder)
  return held < HELD * open
    ? [`on the hold-out it gains ${short(held)} where it gained ${short(open)} in the open`]
    : []
}

/** The scores of both sides by seed, as far as both have one. */
function pairsOf({ challenger, holder }: Duel, metric: string): Pair[] {
  return challenger.flatMap((sample, index) => {
    const [ours, theirs] = [scoreOf(sample, metric), scoreOf(holder[index], metric)]
    return ours === null || theirs === null ? [] : [{ seed: sample.trial.seed, challenger: ours, holder: theirs }]
  })
}

const scoreOf = (sample: Sample | undefined, metric: string): number | null =>
  sample?.reason === null ? (sample.metrics?.[metric] ?? null) : null

/**
 * A fresh seed gave both sides the very scores that they had, and that can be no coincidence: the metric has no noise. Scores of few digits, such as counts and
 * shares of a few cases, may meet again by chance.
 */
const repeats = (pairs: readonly Pair[], { challenger, holder }: Challenge, { evaluate }: Task): boolean =>
  pairs.length > 0 &&
  (evaluate.deterministic || (isLong(challenger.score) && isLong(holder.score))) &&
  pairs.every((pair) => pair.challenger === challenger.score && pair.holder === holder.score)

/** Significant digits from which a score that comes again is no coincidence. */
const LONG = 6
const isLong = (score: number): boolean => score.toExponential().replace(/e.*$|\D/g, '').length >= LONG

const signed = (direction: Direction, gain: number) => (direction === 'maximize' ? gain : -gain)

/** Whether the hold-out measures on the same scale: the holder's scores there and in the open are alike. */
const alike = (open: number, held: number): boolean =>
  Math.abs(open - held) <= 0.5 * Math.max(Math.abs(open), Math.abs(held))

const short = (value: number) => String(Number(value.toPrecision(4)))
const percent = (share: number) => `${(100 * share).toFixed(share > 0.99 ? 2 : 0)} %`
