import type { Attempt } from '../../records/attempt.ts'
import type { Tier } from '../../records/execution.ts'
import type { Run } from '../../records/run.ts'
import { leaderOf } from '../documents.ts'
import { figure } from '../plain.ts'
import type { Finding } from './shape.ts'

const TIERS: Record<Tier, { verdict: Finding['verdict']; text: string }> = {
  bubblewrap: {
    verdict: 'good',
    text: 'Candidates ran in a bubblewrap sandbox: no network, no files but their own, no other processes.',
  },
  'bubblewrap-without-proc': {
    verdict: 'good',
    text: 'Candidates ran in a bubblewrap sandbox without /proc: no network, no files but their own, no other processes.',
  },
  namespaces: {
    verdict: 'good',
    text: 'Candidates ran in Linux namespaces: no network, no files but their own, no other processes.',
  },
  uid: {
    verdict: 'fair',
    text: 'Candidates ran under another user id: they could reach the network and read what every user may read.',
  },
  none: {
    verdict: 'bad',
    text: 'Candidates ran without a sandbox, with all the rights of the person who started them.',
  },
}
/** Attempts that a finding names. */
const NAMED = 20

/** What a person should know before trusting the result: confirmation, hold-out, noise, isolation, sandbox, signs of tampering. */
export function trustOf(run: Run): Finding[] {
  const leader = leaderOf(run)
  const best = leader && leader.attempt.attempt > 0 ? leader.attempt : null
  return [
    confirmationFinding(run, best, leader?.confirmed ?? false),
    ...holdoutFinding(run, best),
    ...noiseFinding(run, best),
    isolationFinding(best ?? run.attempts[0]),
    sandboxFinding(run),
    signsFinding(run, best),
    ...flagsFinding(best),
  ].flatMap((finding) => finding ?? [])
}

function sandboxFinding({ tier, task }: Run): Finding {
  const { verdict, text } = TIERS[tier]
  const about = 'Sandbox'
  if (!task.runner.network || verdict !== 'good') return { about, verdict, text, attempts: [] }
  return {
    about,
    verdict: 'fair',
    text: text.replace('no network', 'with the network, as it was allowed'),
    attempts: [],
  }
}

function confirmationFinding(run: Run, best: Attempt | null, confirmed: boolean): Finding {
  const about = 'Confirmation'
  if (!best)
    return {
      about,
      verdict: 'fair',
      text: 'No attempt has beaten the baseline, so there is nothing to confirm.',
      attempts: [],
    }
  const judged = run.confirmations.find(({ attempt }) => attempt === best.attempt)
  if (!confirmed || !judged)
    return {
      about,
      verdict: 'fair',
      text: `Attempt ${best.attempt} has the best score of one measurement. It was not measured again yet, and the best of many scores is often a lucky one.`,
      attempts: [best.attempt],
    }
  const holder = judged.holder === 0 ? 'the baseline' : `attempt ${judged.holder}`
  const again = figure(judged.confirm.score)
  const seeds = `${judged.pairs.length} fresh ${judged.pairs.length === 1 ? 'seed' : 'seeds'}`
  const steady = judged.pairs.length === 1 && judged.confidence === 1
  const sure =
    steady || judged.confidence === null ? '' : `, ${percent(judged.confidence)} sure that it is better than ${holder}`
  return {
    about,
    verdict: 'good',
    text: steady
      ? `Measured again from a fresh checkout beside ${holder}: a fresh seed gave both the very scores they had, so the metric has no noise.`
      : `Measured again from a fresh checkout beside ${holder} on ${seeds}: ${again}${sure}.`,
    attempts: [best.attempt],
  }
}

function holdoutFinding(run: Run, best: Attempt | null): Finding[] {
  const about = 'Hold-out'
  if (!run.task.holdout)
    return [
      {
        about,
        verdict: 'fair',
        text: 'The task has no hold-out: nothing shows that the gain holds on cases that the search never met.',
        attempts: [],
      },
    ]
  const judged = run.confirmations.find(({ attempt }) => attempt === best?.attempt)
  if (!judged?.holdout)
    return [{ about, verdict: 'fair', text: 'The best attempt was not tried on the hold-out yet.', attempts: [] }]
  const { holdout, holderHoldout, confirmed } = judged
  const before =
    holderHoldout === null
      ? ''
      : `, where ${judged.holder === 0 ? 'the baseline' : `attempt ${judged.holder}`} has ${figure(holderHoldout)}`
  return [
    {
      about,
      verdict: confirmed ? 'good' : 'bad',
      text:
        holdout.score === null
          ? 'It failed on the hold-out.'
          : `On cases that the search never met it scores ${figure(holdout.score)}${before}.`,
      attempts: [],
    },
  ]
}

function noiseFinding(run: Run, best: Attempt | null): Finding[] {
  const about = 'Noise'
  const judged = run.confirmations.find(({ attempt }) => attempt === best?.attempt)
  const again = judged ? judged.pairs.map(({ challenger }) => challenger) : (best?.evaluation?.samples ?? [])
  if (again.length < 2) return []
  const spread = Math.max(...again) - Math.min(...again)
  const gain = Math.abs((best?.score ?? 0) - (run.attempts[0]?.score ?? 0))
  return [
    {
      about,
      verdict: spread > gain ? 'fair' : 'good',
      text:
        spread === 0
          ? `${again.length} measurements of it gave the same score.`
          : `${again.length} measurements of it lie within ${figure(spread)} of one another; the gain over the baseline is ${figure(gain)}.`,
      attempts: [],
    },
  ]
}

function isolationFinding(attempt: Attempt | undefined): Finding | null {
  if (!attempt?.evaluation) return null
  return attempt.evaluation.isolation === 'separate'
    ? {
        about: 'Isolation',
        verdict: 'good',
        text: 'No line of candidate code runs in the process that measures.',
        attempts: [],
      }
    : {
        about: 'Isolation',
        verdict: 'fair',
        text: 'Candidate and evaluator share a process: trust the score as far as you trust the code. docs/evaluators.md says how to part them.',
        attempts: [],
      }
}

function signsFinding(run: Run, best: Attempt | null): Finding {
  const about = 'Signs of tampering'
  const own = new Set([
    ...(best?.signs ?? []),
    ...(run.confirmations.find(({ attempt }) => attempt === best?.attempt)?.signs ?? []),
  ])
  const signed = run.attempts.filter(({ signs }) => signs.length > 0).map(({ attempt }) => attempt)
  if (own.size > 0)
    return {
      about,
      verdict: 'bad',
      text: `On the best attempt: ${[...own].join('; ')}`,
      attempts: best ? [best.attempt] : [],
    }
  if (signed.length === 0)
    return {
      about,
      verdict: 'good',
      text: run.attempts.length === 1 ? 'None on the one attempt.' : `None on ${run.attempts.length} attempts.`,
      attempts: [],
    }
  return {
    about,
    verdict: 'good',
    text: `None on the best attempt; ${signed.length} ${signed.length === 1 ? 'other shows' : 'others show'} some.`,
    attempts: signed.slice(0, NAMED),
  }
}

function flagsFinding(best: Attempt | null): Finding[] {
  const flags = best?.evaluation?.flags ?? []
  if (flags.length === 0) return []
  return [{ about: 'Flags', verdict: 'bad', text: flags.join('; '), attempts: best ? [best.attempt] : [] }]
}

/** A share; never rounded up to certainty. */
const percent = (share: number) =>
  share > 0.9999 && share < 1 ? 'over 99.99 %' : `${(100 * share).toFixed(share > 0.99 && share < 1 ? 2 : 0)} %`
