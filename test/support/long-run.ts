import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeLine } from '../../src/journal/lines.ts'
import type { Attempt } from '../../src/records/attempt.ts'
import type { RunEvent } from '../../src/records/event.ts'
import { Task } from '../../src/records/task.ts'
import { git } from './cli.ts'

/** Writes the journal of a run of many attempts into a repository: what a long run leaves, without running it. Gives the run's name. */
export function longRun(folder: string, task: object, attempts: number): string {
  const name = `long-run-${attempts.toString(16).padStart(4, '0')}`
  const base = git(folder, 'rev-parse', 'HEAD')
  const tree = git(folder, 'rev-parse', 'HEAD^{tree}')
  const place = join(folder, '.anneal', 'runs', name)
  mkdirSync(join(place, 'attempts'), { recursive: true })
  const parsed = Task.parse(task)
  const events: RunEvent[] = [
    {
      type: 'run.started',
      start: {
        format: 1,
        run: name,
        task: parsed,
        base,
        branch: 'main',
        editor: 'command',
        evaluator: '',
        tier: 'none',
        created: new Date(0).toISOString(),
      },
    },
  ]
  const diff = 'diff --git a/solve.mjs b/solve.mjs\n'.padEnd(1500, '+const value = 4\n')
  for (let number = 0; number <= attempts; number++) {
    const opening = {
      attempt: number,
      parents: number === 0 ? [] : [Math.floor(number / 2)],
      operator: number === 0 ? ('baseline' as const) : ('improve' as const),
      editor: 'command',
      model: null,
      seed: number,
    }
    const fails = number > 0 && number % 3 === 0
    const attempt: Attempt = {
      ...opening,
      status: fails ? 'failed' : 'scored',
      reason: fails ? 'the candidate exited with 1: it broke' : null,
      score: fails ? null : Math.sqrt(number),
      metrics: fails ? {} : { value: Math.sqrt(number) },
      branch: null,
      commit: base,
      tree: number === 0 ? tree : number.toString(16).padStart(40, '0'),
      idea: {
        title: `Idea number ${number}`,
        hypothesis: 'It may help.',
        plan: 'Change it.',
        expected: 'More.',
        cites: [],
      },
      files: [{ path: 'solve.mjs', added: 1, removed: 1 }],
      diff,
      evaluation: {
        status: fails ? 'failed' : 'scored',
        reason: null,
        score: fails ? null : Math.sqrt(number),
        metrics: {},
        samples: [],
        seeds: [1],
        stage: 'full',
        isolation: 'separate',
        tier: 'none',
        flags: [],
        signs: [],
        output: 'it printed something\n'.repeat(20),
        seconds: { execute: 0.1, evaluate: 0.1 },
      },
      signs: [],
      seconds: { ideate: 0, edit: 0, execute: 0.1, evaluate: 0.1 },
      usd: 0,
      tokens: 0,
      shown: [],
      lessons: [],
    }
    events.push({ type: 'attempt.opened', opening }, { type: 'attempt.closed', attempt })
  }
  let h = ''
  const lines = events.map((event, seq) => {
    const line = writeLine(h, { seq, at: seq / 10, wall: new Date(0).toISOString(), event })
    h = line.h
    return line.text
  })
  writeFileSync(join(place, 'journal.jsonl'), lines.join(''))
  return name
}
