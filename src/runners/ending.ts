import { constants } from 'node:os'
import type { Execution } from '../records/execution.ts'

export type Ending = Execution['ending']

const SIGNALS = new Map<number, string>(Object.entries(constants.signals).map(([name, number]) => [number, name]))
/** The last words of programs whose memory ran out before the watch saw it. */
const OUT_OF_MEMORY =
  /MemoryError|std::bad_alloc|out of memory|OutOfMemoryError|Cannot allocate memory|memory allocation of \d+ bytes failed|cudaErrorMemoryAllocation|CUDA_ERROR_OUT_OF_MEMORY|CU(BLAS|DNN|SOLVER|SPARSE)_STATUS_ALLOC_FAILED|RESOURCE_EXHAUSTED|ResourceExhaustedError|OOM when allocating/i
const LAST_WORDS = 4000

export type End = {
  /** Why Anneal killed it, if it did. */
  stopped: Ending | null
  started: boolean
  code: number | null
  signal: string | null
  output: string
}

/** How a command ended. A shell says "killed by signal n" with the code 128 + n, which is told apart here. */
export function endingOf({
  stopped,
  started,
  code,
  signal,
  output,
}: End): Pick<Execution, 'ending' | 'exitCode' | 'signal'> {
  const name = signal ?? (code !== null && code > 128 ? (SIGNALS.get(code - 128) ?? null) : null)
  const end = { exitCode: code, signal: name }
  if (stopped !== null) return { ending: stopped, ...end }
  if (!started) return { ending: 'not-started', ...end }
  if (code === 0) return { ending: 'ok', ...end }
  if (name === 'SIGXFSZ') return { ending: 'output-limit', ...end }
  if (name === 'SIGXCPU') return { ending: 'timeout', ...end }
  // Nobody else within reach kills so: where it was not us, it was the kernel, out of memory.
  if (name === 'SIGKILL' || OUT_OF_MEMORY.test(output.slice(-LAST_WORDS))) return { ending: 'memory', ...end }
  return { ending: name === null ? 'exit' : 'signal', ...end }
}
