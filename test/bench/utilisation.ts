import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { openJournal } from '../../src/journal/journal.ts'
import { optimise, type Steps } from '../../src/loop.ts'
import type { Opening } from '../../src/records/attempt.ts'
import type { Evaluation } from '../../src/records/evaluation.ts'
import { seeded } from '../../src/records/random.ts'
import type { Sample } from '../../src/records/trial.ts'
import { select } from '../../src/search/select.ts'
import { stopOf } from '../../src/search/stop.ts'
import { normal } from '../../src/search/thompson.ts'
import { emptyRun } from './simulate.ts'
import type { Row } from './table.ts'

const SLOTS = 8
const ATTEMPTS = 400
/** Seconds that steps take in the middle, and the spread of their logarithm: the longest take some ten times the middle. */
const STEPS = { ideate: 0.04, edit: 0.02, execute: 0.16, evaluate: 0.04 }
const SPREAD = 0.8
const NEVER = new AbortController().signal

/** How well slots are kept busy by the real loop and the real journal, where steps do nothing but sleep for log-normal times. */
export async function utilisation(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'anneal-utilisation-'))
  try {
    const busy: { from: number; to: number }[] = []
    const random = seeded(17)
    const step = async (name: keyof typeof STEPS) => {
      await sleep(1000 * STEPS[name] * Math.exp(SPREAD * normal(random)))
    }
    const journal = await openJournal(
      folder,
      () => performance.now() / 1000,
      () => new Date(),
    )
    const start = emptyRun('bandit-tree', 1, ATTEMPTS)
    const task = { ...start.task, search: { ...start.task.search, parallel: SLOTS } }
    await journal.append({ type: 'run.started', start: { ...start, task } })
    const held = {
      run: () => journal.run() ?? start,
      append: journal.append,
    }
    await optimise(sleeping(step, busy), held, { finish: NEVER, abort: NEVER })
    await journal.close()
    return [rowOf(busy)]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The share of the slots' time that attempts' steps took, from the first attempt after the baseline until the first slot found nothing left to do. */
function rowOf(busy: readonly { from: number; to: number }[]): Row {
  const begun = Math.min(...busy.map(({ from }) => from))
  const last = busy.toSorted((a, b) => b.from - a.from)[0]?.from ?? begun
  const used = busy.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, last) - from), 0)
  const share = used / (SLOTS * (last - begun))
  return {
    what: `slots kept busy: ${SLOTS} slots, ${ATTEMPTS} attempts of log-normal length`,
    figure: `${(100 * share).toFixed(1)} %`,
    aim: 'at least 95 %',
  }
}

function sleeping(step: (name: keyof typeof STEPS) => Promise<void>, busy: { from: number; to: number }[]): Steps {
  const began = new Map<number, number>()
  const score = seeded(5)
  const evaluationOf = (samples: readonly Sample[]): Evaluation => ({
    status: 'scored',
    reason: null,
    score: samples[0]?.metrics?.score ?? 0,
    metrics: {},
    samples: [],
    seeds: [],
    stage: 'full',
    isolation: 'separate',
    tier: 'none',
    flags: [],
    signs: [],
    output: '',
    seconds: { execute: 0, evaluate: 0 },
  })
  return {
    turn: async (ending) => !ending.aborted,
    stop: stopOf,
    select: (run) => select(run, { geneticOperator: () => 'tune', model: () => 'm' }),
    async ideate(opening: Opening) {
      if (opening.attempt > 0) began.set(opening.attempt, performance.now())
      await step('ideate')
      return {
        idea: { title: `idea ${opening.attempt}`, hypothesis: '', plan: '', expected: '', cites: [] },
        shown: [],
        seconds: 0,
      }
    },
    async edit(opening, thought) {
      await step('edit')
      const change = { commit: `c${opening.attempt}`, tree: `t${opening.attempt}`, files: [], diff: '' }
      return { change, idea: thought.idea, signs: [], seconds: 0 }
    },
    async execute() {
      await step('execute')
      return null
    },
    async evaluate(trial) {
      await step('evaluate')
      const from = began.get(trial.attempt)
      if (from !== undefined) busy.push({ from, to: performance.now() })
      return {
        trial,
        metrics: { score: score() },
        reason: null,
        flags: [],
        signs: [],
        execution: null,
        evaluation: null,
      }
    },
    summarise: evaluationOf,
    stages: () => ['full'],
    doubt: () => null,
    seeds: () => [1],
    learn: async () => [],
    publish: async (attempt) => attempt,
    challenge: () => null,
    settled: () => true,
    judge: () => {
      throw new Error('nobody is challenged')
    },
    due: () => null,
    deliver: async ({ attempt }) => ({ attempt, reason: null, seconds: 0 }),
    clear: async () => undefined,
  }
}
