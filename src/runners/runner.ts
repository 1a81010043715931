import type { Tier } from '../records/execution.ts'
import type { Runner } from './job.ts'
import { runJob } from './run-job.ts'

export type LocalOptions = {
  /** The tier that `probeTiers` found to hold. */
  tier: Tier
  /** The person typed `--sandbox off`: sandboxed jobs may run on a tier that does not guard what they need. */
  unsafe?: boolean
}

/** Runs jobs on this machine. A sandboxed job that the tier cannot guard is refused with an `AnnealError`, never run bare. */
export function localRunner({ tier, unsafe = false }: LocalOptions): Runner {
  return { run: (job, signal) => runJob({ job, signal, tier, unsafe }) }
}
