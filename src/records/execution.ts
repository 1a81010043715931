import { z } from 'zod'

/** How well a command was kept from the rest of the machine, best first. */
export const TIERS = ['bubblewrap', 'bubblewrap-without-proc', 'namespaces', 'uid', 'none'] as const
export const Tier = z.enum(TIERS)
export type Tier = z.infer<typeof Tier>

export const ENDINGS = [
  'ok',
  'exit',
  'signal',
  'timeout',
  'output-limit',
  'memory',
  'interrupted',
  'not-started',
  'lost',
] as const

/** How much of its GPUs a command used, looked at about every second: `utilisation` from 0 to 1 on average, `peakMemory` in bytes on the fullest device; null where nothing was seen. */
export const GpuUse = z.object({
  devices: z.array(z.string()),
  utilisation: z.number().nullable(),
  peakMemory: z.number().nullable(),
})
export type GpuUse = z.infer<typeof GpuUse>

/** One command that ran: how it ended and what it said. `output` is a bounded excerpt; the log on disk holds head and tail up to the runner's cap. */
export const Execution = z.object({
  ending: z.enum(ENDINGS),
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  seconds: z.number().nonnegative(),
  output: z.string(),
  tier: Tier,
  gpu: GpuUse.optional(),
})
export type Execution = z.infer<typeof Execution>

/** Why a command that did not end well ended, in a few words. */
export function endingText({ ending, exitCode, signal, seconds }: Execution): string {
  switch (ending) {
    case 'ok':
      return 'ended well'
    case 'exit':
      return `exited with ${exitCode}`
    case 'signal':
      return `was killed by ${signal}`
    case 'timeout':
      return `ran past its time limit (${seconds.toFixed(1)} s)`
    case 'output-limit':
      return 'printed or wrote more than its limit'
    case 'memory':
      return signal === 'SIGKILL' ? 'ran out of memory (SIGKILL)' : 'ran out of memory'
    case 'interrupted':
      return 'was interrupted'
    case 'not-started':
      return 'could not be started'
    case 'lost':
      return 'was lost by the cluster'
  }
}
