import type { Own } from './prepare.ts'
import { AnnealError } from './records/error.ts'
import type { Run } from './records/run.ts'
import { localRunner, type Runner } from './runners/runner.ts'
import { probeTiers } from './runners/sandbox.ts'
import { refusal } from './runners/tiers.ts'

/** The runner of a run, on the best tier that holds here. Throws where none does, unless the person has turned the sandbox off. */
export async function runnerOf(run: Run, own: Own): Promise<Runner> {
  const probe = own.sandboxOff ? null : await probeTiers()
  if (probe?.tier === 'none') throw refusal('none', probe.failures.map(({ tier, why }) => `${tier}: ${why}`).join('\n'))
  if (!own.sandboxOff && run.tier === 'none')
    throw new AnnealError({
      what: 'This run was started with the sandbox off.',
      why: 'Its scores would not be comparable.',
      fix: 'Resume it with --sandbox off, or start a new run.',
    })
  return localRunner({ tier: probe?.tier ?? 'none', unsafe: own.sandboxOff })
}
