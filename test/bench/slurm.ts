import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { openBatchRunner } from '../../src/runners/batch.ts'
import { slurmQueue } from '../../src/runners/slurm.ts'
import { lacking, startSlurm } from '../support/slurm.ts'
import type { Row } from './table.ts'

const TURNS = 15

/** What the Slurm runner adds to one job, beyond a job that is handed to Slurm by hand; in turns, on a Slurm of one node. */
export async function slurmCost(): Promise<Row[]> {
  const reason = lacking()
  if (reason !== null) return [{ what: `not measured: ${reason}`, figure: '', aim: '' }]
  const slurm = await startSlurm()
  Object.assign(process.env, slurm.environment)
  try {
    const folder = mkdtempSync(join(slurm.folder, 'bench-'))
    const { run, close } = await openBatchRunner({ queue: slurmQueue(), folder, run: 'bench' })
    let number = 0
    const byHand = async () => {
      const done = join(folder, `done-${number++}`)
      const script = join(folder, 'script.sh')
      writeFileSync(script, `#!/bin/sh\ntouch ${done}\n`)
      slurm.tool('sbatch', '--mem=100M', '--output=/dev/null', script)
      while (!existsSync(done)) await wait(5)
    }
    const byRunner = async () => {
      const job = { command: 'true', folder, readable: [], writable: [], environment: {}, timeout: 10, memory: 1e8 }
      const log = join(folder, `log-${number++}`)
      const { ending } = await run({ ...job, network: false, sandboxed: true, log }, new AbortController().signal)
      if (ending !== 'ok') throw new Error(`the job ended: ${ending}`)
    }
    const times: [number[], number[]] = [[], []]
    for (let turn = -1; turn < TURNS; turn++)
      for (const [index, way] of [byHand, byRunner].entries()) {
        const begun = performance.now()
        await way()
        if (turn >= 0) times[index]?.push(performance.now() - begun)
      }
    await close()
    const [plain = 0, ours = 0] = times.map((values) => values.toSorted((a, b) => a - b)[(TURNS - 1) / 2])
    return [
      { what: 'a job handed to Slurm by hand, from hand-in to its end, median', figure: ms(plain), aim: '' },
      { what: 'the same through the runner, in the sandbox', figure: ms(ours), aim: '' },
      { what: 'the runner adds', figure: `${ms(ours - plain)}`, aim: 'under 1 s' },
    ]
  } finally {
    await slurm.stop()
  }
}

const ms = (value: number) => `${value.toFixed(0)} ms`
