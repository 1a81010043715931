import { join } from 'node:path'
import type { Imported } from './imported.ts'

/** How an adapter is started. It finds what it runs in a file: a command that named the program would seem to measure with what candidates may change. */
export const EVALUATE = 'python3 anneal_evaluate.py'

/** The script that runs another tool's evaluator as it is, what it imports, and what it is told. */
export const adapterFiles = (templates: string, script: string, settings: object): Imported['files'] => ({
  'anneal_evaluate.py': { copy: join(templates, 'imports', script) },
  'anneal_signed.py': { copy: join(templates, 'imports', 'anneal_signed.py') },
  'anneal_evaluate.json': `${JSON.stringify(settings, null, 2)}\n`,
})

export const NO_HOLDOUT = 'a hold-out, which the format does not have: see docs/evaluators.md'
