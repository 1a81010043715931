import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../records/error.ts'
import { TIERS, type Tier } from '../records/execution.ts'
import { type Canaries, forkingJob, outgrew, reached, reachingJob, setUpCanaries } from './canaries.ts'
import type { Job, Ran } from './job.ts'
import { runJob } from './run-job.ts'
import { GUARANTEES, type Guarantees } from './tiers.ts'
import { nodeFolder } from './toolchains.ts'

/** Why a tier does not hold on this machine. */
export type TierFailure = { tier: Tier; why: string }

/** The best tier that held when tried, and why each better one did not. */
export type Probe = { tier: Tier; guarantees: Guarantees; failures: readonly TierFailure[] }

let probed: Promise<Probe> | null = null

/** Tries the tiers, best first, with canaries that are really attacked; once for each process. */
export function probeTiers(): Promise<Probe> {
  probed ??= probe()
  return probed
}

async function probe(): Promise<Probe> {
  const failures: TierFailure[] = []
  if (process.platform === 'linux') {
    for (const tier of TIERS) {
      if (tier === 'none') break
      const why = await tryTier(tier)
      if (why === null) return { tier, guarantees: GUARANTEES[tier], failures }
      failures.push({ tier, why })
    }
  }
  return { tier: 'none', guarantees: GUARANTEES.none, failures }
}

/** Attacks one tier; why it does not hold, or null. */
export async function tryTier(tier: Tier): Promise<string | null> {
  if (tier === 'uid' && process.getuid?.() !== 0) return 'only root can drop to another user id'
  const canaries = await setUpCanaries()
  try {
    const why = await attack(tier, canaries)
    return why.length === 0 ? null : why.join('; ')
  } catch (error) {
    return messageOf(error)
  } finally {
    canaries.remove()
  }
}

async function attack(tier: Tier, canaries: Canaries): Promise<string[]> {
  const run = (job: Job): Promise<Ran> =>
    runJob({ job, tier, unsafe: true, toolchains: nodeFolder(), signal: new AbortController().signal })
  const [reaching, forking] = [reachingJob(canaries, 'reach'), forkingJob(canaries, 'fork')]
  const [reach, fork] = await Promise.all([run(reaching), run(forking)])
  const stuck = [reach, fork].find(({ ending }) => ending === 'not-started')
  if (stuck !== undefined) return [firstLine(stuck.output) || 'it could not be started']
  const got = reached(reach.channel, canaries, { network: GUARANTEES[tier].network })
  const said = reach.ending === 'ok' ? [] : [firstLine(readFileSync(join(canaries.outside, 'reach.log'), 'utf8'))]
  return [...got, ...said, ...outgrew(forking, canaries)].filter(Boolean)
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? ''
}
