import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Tier } from '../../src/records/execution.ts'
import { localRunner } from '../../src/runners/runner.ts'
import { probeTiers } from '../../src/runners/sandbox.ts'
import type { Row } from './table.ts'

const TURNS = 60

/** What the sandbox adds to one execution: the same command plainly and sandboxed, in turns. */
export async function sandboxCost(): Promise<Row[]> {
  const { tier } = await probeTiers()
  const folder = mkdtempSync(join(tmpdir(), 'anneal-bench-'))
  const job = (on: Tier, sandboxed: boolean) => async () => {
    const begun = performance.now()
    await localRunner({ tier: on, unsafe: true }).run(
      {
        command: 'true',
        folder,
        readable: [],
        writable: [],
        environment: {},
        timeout: 10,
        memory: 1e9,
        network: false,
        sandboxed,
        log: join(folder, 'log'),
      },
      new AbortController().signal,
    )
    return performance.now() - begun
  }
  const [plain, walled] = [job('none', false), job(tier, true)]
  const times: [number[], number[]] = [[], []]
  for (let turn = 0; turn < TURNS; turn++) {
    times[0].push(await plain())
    times[1].push(await walled())
  }
  const [low, high] = times.map((values) => values.toSorted((a, b) => a - b)[TURNS / 2] ?? Number.NaN)
  const added = (high ?? 0) - (low ?? 0)
  return [
    { what: 'a command without a sandbox, median', figure: `${low?.toFixed(1)} ms`, aim: '' },
    {
      what: `the same in tier ${tier}`,
      figure: `${high?.toFixed(1)} ms, ${added.toFixed(1)} ms more`,
      aim: 'under 30 ms more',
    },
  ]
}
