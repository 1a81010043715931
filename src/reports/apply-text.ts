import type { Attempt } from '../records/attempt.ts'
import type { ApplyWay, Preview } from '../records/preview.ts'
import type { Run } from '../records/run.ts'
import { sureText, timesText } from './plain.ts'
import { figure, oneLine, safe } from './words.ts'

const FILES = 20

/** What `apply` shows before anything is done: what the attempt is worth, how far it can be trusted, and what it would change. */
export function applyText(attempt: Attempt, run: Run, { files, moved, held }: Preview, way: ApplyWay): string {
  const { metric, direction } = run.task.evaluate
  const baseline = run.attempts[0]?.score ?? null
  const judged = run.confirmations.find((one) => one.attempt === attempt.attempt)
  const doubts = [...(attempt.evaluation?.flags ?? []), ...attempt.signs, ...(judged?.signs ?? [])]
  const sum = (part: 'added' | 'removed') => files.reduce((total, file) => total + (file[part] ?? 0), 0)
  const lines: [string, string][] = [
    ['attempt', `${attempt.attempt} of ${run.run}: ${oneLine(attempt.idea.title, 120)}`],
    attempt.score === null
      ? [
          'score',
          `none: it ${attempt.status === 'failed' ? 'failed' : 'was rejected'}. ${oneLine(attempt.reason ?? '', 160)}`,
        ]
      : [
          'score',
          `${figure(attempt.score)} against ${figure(baseline)} of the baseline${timesText(attempt.score, baseline)} (${metric}, ${direction})`,
        ],
    ['confirmed', judged ? judgedText(judged) : 'not measured again yet: its score may be luck'],
    ...(run.task.holdout ? [['hold-out', holdoutText(judged)] satisfies [string, string]] : []),
    [
      'signs',
      doubts.length > 0 ? [...new Set(doubts)].map((one) => oneLine(one, 200)).join('; ') : 'none of tampering',
    ],
    [
      'branch',
      `${moved === 0 ? 'stands where the run began' : `has ${moved} new ${moved === 1 ? 'commit' : 'commits'} since the run began`}${held ? ', and holds this change already' : ''}`,
    ],
    ['by', WAYS[way]],
    ['changes', `${files.length} ${files.length === 1 ? 'file' : 'files'}, +${sum('added')} −${sum('removed')} lines`],
  ]
  return [
    ...lines.map(([name, value]) => `${name.padEnd(10)} ${value}`),
    ...files
      .slice(0, FILES)
      .map(({ path, added, removed }) => `  ${safe(path)}  ${added === null ? 'binary' : `+${added} −${removed}`}`),
    ...(files.length > FILES ? [`  and ${files.length - FILES} more`] : []),
  ].join('\n')
}

const WAYS: Record<ApplyWay, string> = {
  merge: 'a merge commit on your branch',
  squash: 'one change, staged for you to commit',
  files: 'the files of your work tree alone',
  patch: 'a patch; your branch and files stay as they are',
}

function judgedText({ confirmed, confirm, confidence, reason, pairs }: Run['confirmations'][number]): string {
  if (!confirmed) return `no: ${oneLine(reason ?? '', 200)}`
  return `yes, ${figure(confirm.score)} when measured again${sureText(confidence)}${pairs.length > 0 ? `, ${pairs.length} ${pairs.length === 1 ? 'pair' : 'pairs'}` : ''}`
}

function holdoutText(judged: Run['confirmations'][number] | undefined): string {
  if (!judged?.holdout) return 'not measured'
  const { score, reason } = judged.holdout
  if (score === null) return `failed: ${oneLine(reason ?? '', 160)}`
  return `${figure(score)}${judged.holderHoldout === null ? '' : ` against ${figure(judged.holderHoldout)} of attempt ${judged.holder}`}`
}
