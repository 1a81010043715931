import { attemptCost } from './attempt-cost.ts'
import { learnRepository } from './learn.ts'
import { longRuns } from './long-run.ts'
import { memory } from './memory.ts'
import { retrieval } from './retrieval.ts'
import { sandboxCost } from './sandbox.ts'
import { scale } from './scale.ts'
import { slurmCost } from './slurm.ts'
import { strategies } from './strategies.ts'
import { strategiesCli } from './strategies-cli.ts'
import { type Row, table } from './table.ts'
import { utilisation } from './utilisation.ts'

/** The benchmarks by name: figures measured side by side in one run, ratios rather than times. */
const BENCHES: Record<string, () => Promise<Row[]>> = {
  'attempt-cost': attemptCost,
  learn: learnRepository,
  'long-run': longRuns,
  sandbox: sandboxCost,
  scale,
  slurm: slurmCost,
  strategies,
  'strategies-cli': strategiesCli,
  utilisation,
  memory,
  retrieval: () => retrieval(),
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in BENCHES))
if (unknown.length > 0) {
  console.error(`No benchmark ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}.`)
  process.exit(2)
}
for (const [name, bench] of Object.entries(BENCHES)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  console.log(`\n${name}\n${table(await bench())}`)
}
