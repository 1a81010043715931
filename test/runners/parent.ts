/** Run by the tests as a process of its own: runs a job some times over and prints what came of each, a JSON line a job. */
import { childrenOf } from '../../src/runners/processes.ts'
import { localRunner } from '../../src/runners/runner.ts'
import { probeTiers, tryTier } from '../../src/runners/sandbox.ts'

const { tier, job, times = 1, probe = false, attack = false } = JSON.parse(process.argv[2] ?? '{}')
if (probe) console.log(JSON.stringify(await probeTiers()))
if (attack) console.log(JSON.stringify(await tryTier(tier)))
for (let i = 0; i < times && job !== undefined; i++) {
  const ran = await localRunner({ tier, unsafe: true }).run(job, new AbortController().signal)
  console.log(JSON.stringify({ ...ran, children: childrenOf(process.pid).length }))
}
