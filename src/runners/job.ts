import type { Execution } from '../records/execution.ts'

/** One command to run and everything it may touch. */
export type Job = {
  /** Run by `/bin/sh -c`. */
  command: string
  /** Absolute; the working directory. Read-only in the sandbox unless it stands in `writable`. */
  folder: string
  /** Absolute paths mounted read-only besides the system's. */
  readable: readonly string[]
  /** Absolute paths mounted read-write. A private temp folder (TMPDIR) is always there. */
  writable: readonly string[]
  /** Absolute paths that stay out of sight though a path above them is mounted. */
  hidden?: readonly string[]
  /** The whole environment beyond PATH, LANG, USER, HOME and TMPDIR; nothing of Anneal's own gets in. */
  environment: Readonly<Record<string, string>>
  /** Seconds on the wall. */
  timeout: number
  /** Bytes that all processes of the job may hold together. */
  memory: number
  /** Processes and threads at once. */
  processes?: number
  /** Bytes in one file. */
  fileSize?: number
  /** Bytes and entries in the writable folders together. */
  diskSize?: number
  diskEntries?: number
  /** Bytes of output kept on disk, half from the head and half from the tail. */
  logLimit?: number
  /** Bytes of output after which the job is killed. */
  printLimit?: number
  network: boolean
  /** False: trusted code, run plainly, but for its own process group, time, memory and output limits, and death at its end. */
  sandboxed: boolean
  /** The file that gets standard output and standard error. */
  log: string
  /** True: descriptor 3 of the command is a stream, and what was written there (at most 1 MB) comes back as `channel`. */
  resultPipe?: boolean
  /** GPUs that it holds alone while it runs. */
  gpus?: number
  /** Names it within its run, so that an engine that outlives this process finds it again. */
  name?: string
  /** Written to the command's standard input, which then ends; without it there is none. */
  input?: string
  /** Hears standard output as it comes; must not throw. */
  onOutput?: (bytes: Buffer) => void
}

/** How the command ended, with the last 64 kB of standard output alone and what came over descriptor 3. */
export type Ran = Execution & { stdoutTail: string; channel: string | null }

export type Runner = { run(job: Job, signal: AbortSignal): Promise<Ran> }
