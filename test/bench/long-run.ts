import { performance } from 'node:perf_hooks'
import { parse } from 'yaml'
import { anneal, offline, repository, TINY } from '../support/cli.ts'
import { longRun } from '../support/long-run.ts'
import type { Row } from './table.ts'

const [SHORT, LONG, MORE] = [50, 5000, 20]
const EDITOR = 'echo "const more = $ANNEAL_ATTEMPT" >> solve.mjs'

/** Milliseconds of one command, the median of `turns`. */
async function timed(folder: string, words: string[], turns = 3): Promise<number> {
  const times: number[] = []
  for (let turn = 0; turn < turns; turn++) {
    const begun = performance.now()
    const said = await anneal(folder, words, offline())
    if (said.code !== 0) throw new Error(said.out + said.err)
    times.push(performance.now() - begun)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(turns / 2)] ?? Number.NaN
}

/** Milliseconds of one more attempt in a run that has `attempts` already. */
async function oneMore(attempts: number): Promise<number> {
  const folder = repository(TINY)
  const task = { ...parse(TINY['anneal.yaml'] ?? ''), editor: { command: EDITOR }, budget: { attempts } }
  const name = longRun(folder, task, attempts)
  const resume = async (to: number) => {
    const begun = performance.now()
    const said = await anneal(
      folder,
      ['resume', name, '--attempts', String(to), '--sandbox', 'off', '--json'],
      offline(),
    )
    if (said.code !== 0) throw new Error(said.out + said.err)
    return performance.now() - begun
  }
  await resume(attempts)
  const opening = await resume(attempts)
  return ((await resume(attempts + MORE)) - opening) / MORE
}

/** Whether a long run stays as quick as a short one. */
export async function longRuns(): Promise<Row[]> {
  const folder = repository(TINY)
  const task = { ...parse(TINY['anneal.yaml'] ?? ''), editor: { command: EDITOR }, budget: { attempts: LONG } }
  const name = longRun(folder, task, LONG)
  const bare = await timed(folder, ['--version'])
  const rows: Row[] = []
  // What the run still owes its champions is judged once.
  await timed(folder, ['resume', name, '--sandbox', 'off', '--json'], 1)
  for (const words of [
    ['status', name],
    ['log', name, '--json'],
    ['resume', name, '--sandbox', 'off', '--json'],
  ]) {
    const time = await timed(folder, words)
    rows.push({
      what: `anneal ${words[0]} on ${LONG} attempts (--version: ${bare.toFixed(0)} ms)`,
      figure: `${time.toFixed(0)} ms`,
      aim: 'under 1000 ms',
    })
  }
  const [early, late] = [await oneMore(SHORT), await oneMore(LONG)]
  rows.push({
    what: `attempt ${LONG} beside attempt ${SHORT}`,
    figure: `${late.toFixed(0)} ms, ${early.toFixed(0)} ms = ${(late / early).toFixed(2)} ×`,
    aim: 'at most 1.3 ×',
  })
  return rows
}
