import type { Attempt } from '../../records/attempt.ts'
import type { Confirmation, Stop } from '../../records/run.ts'
import type { Budget, Direction } from '../../records/task.ts'

/** What the page shows of a run, as plain data. `format` changes when a page of another version could not read it. */
export type PageData = {
  format: 1
  /** When it was made, and by which version of Anneal. */
  made: string
  by: string
  about: About
  /** `alive`: a process works on the run. */
  state: { stopped: Stop | null; alive: boolean; open: OpenRow[] }
  counts: { total: number; scored: number; failed: number; rejected: number }
  spent: { seconds: number; usd: number; usdUnknown: boolean; tokens: number; cached: number }
  baseline: number | null
  best: Best | null
  trust: Finding[]
  advice: Advice[]
  rows: Row[]
  cost: { steps: StepCost[]; models: ModelCost[] }
  operators: OperatorWorth[]
  knowledge: { told: Told[]; more: number }
  /** Real git diffs between two attempts; number 0 is the base. */
  compared: { from: number; to: number; diff: string }[]
  leftOut: LeftOut
}

export type About = {
  run: string
  goal: string
  metric: string
  direction: Direction
  editor: string
  models: string[]
  base: string
  branch: string | null
  created: string
  strategy: string
  parallel: number
  seed: number
  repeats: number
  target: number | null
  budget: Budget
  edit: string[]
  execute: string | null
  evaluate: string
  holdout: boolean
  tier: string
  replays: string | null
}

export type OpenRow = { attempt: number; operator: string; parents: number[]; editor: string; model: string | null }

/** The attempt to deliver, and the way that led to it: itself first, then its first parents up to the baseline. */
export type Best = {
  attempt: number
  score: number
  confirmed: boolean
  branch: string | null
  commit: string | null
  metrics: Record<string, number>
  files: Attempt['files']
  way: number[]
}

/** Something that a person should know before trusting a result. */
export type Finding = {
  about: string
  verdict: 'good' | 'fair' | 'bad'
  text: string
  /** Attempts that it speaks of. */
  attempts: number[]
}

export type Advice = { command: string; why: string }

export type Seconds = Attempt['seconds']

/** One attempt in the list and on the chart. */
export type Row = {
  attempt: number
  parents: number[]
  operator: string
  editor: string
  model: string | null
  status: Attempt['status']
  reason: string | null
  score: number | null
  title: string
  usd: number | null
  tokens: number
  seconds: Seconds
  added: number
  removed: number
  signs: number
  /** Whether it was tried for the title, and how that ended. */
  judged: 'champion' | 'confirmed' | 'refused' | null
  /** The run's active seconds when it ended, and what the run had spent by then. */
  at: number
  spent: { usd: number; tokens: number }
}

export type StepCost = {
  step: string
  seconds: number
  calls: number
  tokens: number
  usd: number | null
}
export type ModelCost = {
  model: string
  ideas: number
  gained: number
  calls: number
  failed: number
  /** Calls of which the server did not say what they took: charged as they were kept back. */
  untold: number
  input: number
  cached: number
  output: number
  seconds: number
  usd: number | null
}
export type OperatorWorth = {
  operator: string
  attempts: number
  scored: number
  /** Attempts that scored better than their first parent. */
  better: number
  /** Attempts that bettered the best score so far, and by how much in all. */
  records: number
  gained: number
  seconds: number
  usd: number | null
}

/** A page or lesson that attempts were told: `helped` counts those that went better than their parent, `harmed` the others that can be compared. */
export type Told = {
  id: string
  kind: string
  text: string
  learnedBy: number | null
  shown: number
  cited: number
  helped: number
  harmed: number
}

/** What is not in the page: attempts without prompts and logs, attempts without any details. */
export type LeftOut = { logs: number; details: number }

/** One attempt whole. */
export type Detail = {
  attempt: number
  /** Whole, where a row has but its start. */
  title: string
  hypothesis: string
  plan: string
  expected: string
  lens: string | null
  cites: string[]
  shown: string[]
  spare: string[]
  lessons: string[]
  branch: string | null
  commit: string | null
  reason: string | null
  files: Attempt['files']
  diff: string
  metrics: Record<string, number>
  flags: string[]
  signs: string[]
  /** What is known of the program as this attempt left it, each with the quote that bears it out. */
  claims: { text: string; quote: string }[]
  measured: Measured | null
  confirmation: (Omit<Confirmation, 'confirm' | 'holdout'> & { again: number | null; holdout: number | null }) | null
  /** What the ids of `cites`, `shown` and `lessons` stand for, as far as it is known. */
  names: Record<string, string>
  /** Logs and calls to models; null where they were left out of the page. */
  trace: Trace | null
}

export type Measured = {
  stage: string
  samples: number[]
  seeds: number[]
  isolation: string
  tier: string
  fast: number | null
  doubt: string | null
  gpu: { devices: number; utilisation: number | null; peakMemory: number | null } | null
  output: string
}

/** What an attempt left on the disk, as excerpts. */
export type Trace = {
  logs: { name: string; text: string }[]
  calls: Call[]
  /** Logs and calls beyond those. */
  more: number
}
/** A trace with the names of the pages and lessons that the attempt was told. */
export type Left = { trace: Trace; names: Record<string, string> }
export type Call = { purpose: string; system: string; prompt: string; reply: string }

/** Details in the page: in blocks, each a JSON array of them, deflated, in base64. `at` names each attempt's block. */
export type Packed = { blocks: string[]; at: Record<number, number> }
