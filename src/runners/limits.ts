import { availableParallelism } from 'node:os'
import type { Job } from './job.ts'

export const DEFAULTS = {
  processes: 512,
  fileSize: 2 ** 30,
  diskSize: 4 * 2 ** 30,
  diskEntries: 200_000,
  logLimit: 4 * 2 ** 20,
  printLimit: 64 * 2 ** 20,
} as const

/** Private memory that one process may map beyond twice the job's limit: thread stacks, allocators' arenas. */
const DATA_SLACK = 512 * 2 ** 20

/**
 * The words that set the kernel's limits for what follows. Memory is watched from outside, for the address space says
 * little (V8 and CUDA reserve far more than they use); RLIMIT_DATA only stops what is faster than the watch.
 */
export function limitWords(job: Job): string[] {
  return [
    'prlimit',
    '--core=0',
    `--cpu=${Math.ceil(job.timeout * availableParallelism()) + 1}`,
    `--data=${Math.ceil(job.memory * 2 + DATA_SLACK)}`,
    `--fsize=${Math.ceil(job.fileSize ?? DEFAULTS.fileSize)}`,
    `--nproc=${job.processes ?? DEFAULTS.processes}`,
  ]
}
