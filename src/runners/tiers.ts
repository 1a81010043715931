import { AnnealError, EXIT } from '../records/error.ts'
import type { Tier } from '../records/execution.ts'

/** What a tier keeps from the command: the network, files that were not mounted, and the machine's other processes. */
export type Guarantees = { network: boolean; files: boolean; processes: boolean }

/**
 * What each tier guarantees once its canaries pass. `uid` keeps out of files only as far as their modes say:
 * what every user of the machine may read, the command may read too, so `files` is false there.
 */
export const GUARANTEES: Readonly<Record<Tier, Guarantees>> = {
  bubblewrap: { network: true, files: true, processes: true },
  'bubblewrap-without-proc': { network: true, files: true, processes: true },
  namespaces: { network: true, files: true, processes: true },
  uid: { network: false, files: false, processes: true },
  none: { network: false, files: false, processes: false },
}

/** True where a tier may run model-written code without the person giving up the sandbox. */
export function tierHolds(tier: Tier, { network }: { network: boolean }): boolean {
  const guarantees = GUARANTEES[tier]
  return guarantees.processes && (guarantees.network || network)
}

/** The refusal for a sandboxed job on a tier that does not hold, with what would mend it. */
export function refusal(tier: Tier, why = ''): AnnealError {
  const lack = tier === 'none' ? 'no sandbox holds on this machine' : `the tier "${tier}" cannot cut the network`
  return new AnnealError({
    what: `Model-written code was not run: ${lack}.`,
    why,
    fix: mend(),
    exit: EXIT.unavailable,
  })
}

/** The command that would most likely give this machine a sandbox. */
export function mend(): string {
  if (process.platform !== 'linux')
    return 'Run Anneal in a Linux container or virtual machine, or accept the risk with --sandbox off.'
  return [
    'Install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap; Fedora: dnf install bubblewrap).',
    'In a container: start it with --security-opt seccomp=unconfined --security-opt systempaths=unconfined, or --privileged.',
    'On Ubuntu 24.04: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0.',
    'Or accept the risk with --sandbox off.',
  ].join('\n')
}
