import { existsSync, readdirSync } from 'node:fs'
import type { Mount } from './mount.ts'

/** The GPUs' device files, for a job that was given GPUs. CUDA itself says which of them it may use. */
export function foundDevices(environment: Readonly<Record<string, string>>): Mount[] {
  if (!environment.CUDA_VISIBLE_DEVICES || !existsSync('/dev/nvidiactl')) return []
  const names = readdirSync('/dev').filter((name) => name.startsWith('nvidia'))
  return names.map((name) => ({ kind: 'device', path: `/dev/${name}`, source: `/dev/${name}` }))
}
