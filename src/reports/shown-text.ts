import type { Attempt } from '../records/attempt.ts'
import type { Run } from '../records/run.ts'
import { ago } from './ago.ts'
import { diffText } from './diff-text.ts'
import { factsText } from './facts-text.ts'
import { type Look, linked, paint } from './look.ts'
import { attemptText } from './plain.ts'
import { safe } from './words.ts'

/** One attempt whole, as `show` prints it. `closed` is when it was closed, in milliseconds since 1970. */
export function shownText(attempt: Attempt, run: Run, logs: string, closed: number, look: Look): string {
  const head = factsText(
    `${attemptText(attempt, run, logs)}\n${`closed      ${ago(closed, look.now)}`.trimEnd()}`,
    look,
  )
  const output = attempt.evaluation?.output ?? ''
  return [
    head.replace(logs, linked(logs, logs, look)),
    ...(attempt.diff === '' ? [] : ['', diffText(attempt.diff, look)]),
    ...(output === '' ? [] : ['', paint('strong', 'output', look), safe(output).trimEnd()]),
  ].join('\n')
}
