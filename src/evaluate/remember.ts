import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { Metrics } from '../records/evaluation.ts'
import { Execution } from '../records/execution.ts'
import type { Sample, Trial } from '../records/trial.ts'

const Kept = z.object({
  metrics: Metrics.nullable(),
  flags: z.array(z.string()),
  signs: z.array(z.string()),
  execution: Execution.nullable(),
  evaluation: Execution.nullable(),
})

/** Samples of earlier measurements, of this run and of others. */
export type Remembered = {
  find(trial: Trial): Promise<Sample | null>
  keep(sample: Sample): Promise<void>
}

export type RememberParts = {
  folder: string
  /** Whether the task says that the same tree gives the same metrics under the same seed. */
  deterministic: boolean
  /** Digests of all that decides a score besides the tree: the evaluator, the base that it lies in, the sandbox and the machine's share. */
  scale: readonly string[]
  treeOf(commit: string): Promise<string>
}

/**
 * Keeps samples by tree, evaluator, seed and stage, for tasks that declare themselves deterministic: anywhere else a second measurement is worth having. Failures may
 * be the machine's and are not kept; a champion's trials are always made afresh.
 */
export function remembered({ folder, deterministic, scale, treeOf }: RememberParts): Remembered {
  const fileOf = async ({ commit, seed, stage }: Trial) => {
    const key = JSON.stringify([await treeOf(commit), seed, stage, ...scale])
    return join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`)
  }
  const eligible = ({ stage }: Trial) => deterministic && stage !== 'confirm' && stage !== 'holdout'
  return {
    async find(trial) {
      if (!eligible(trial)) return null
      const text = await readFile(await fileOf(trial), 'utf8').catch(() => null)
      const kept = text === null ? null : Kept.safeParse(jsonOf(text))
      return kept?.success ? { trial, reason: null, ...kept.data } : null
    },
    async keep(sample) {
      if (!eligible(sample.trial) || sample.reason !== null) return
      const file = await fileOf(sample.trial)
      const { metrics, flags, signs, execution, evaluation } = sample
      const aside = `${file}.${randomUUID()}.tmp`
      await mkdir(dirname(file), { recursive: true })
      await writeFile(aside, JSON.stringify({ metrics, flags, signs, execution, evaluation }))
      await rename(aside, file)
    },
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
