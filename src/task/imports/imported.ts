import type { Direction } from '../../records/task.ts'

/** What an importer made of another tool's task. It has read the source and changed nothing. */
export type Imported = {
  /** The content of `anneal.yaml`, as a person would write it. */
  task: { [key: string]: unknown }
  /** What the task's repository holds besides: a path in it, and the text or the absolute path of the file to copy. */
  files: Record<string, string | { copy: string }>
  /** What was understood, a line each. */
  notes: string[]
  /** What the source says and the task does not carry over, a line each. */
  missing: string[]
}

/** What the person says beside the source. */
export type ImportOptions = {
  /** The folder of shipped templates, absolute. */
  templates: string
  /** The files that may change, relative to the source. */
  source?: string[] | undefined
  /** The other tool's configuration, relative to the source. */
  config?: string | undefined
  evalCommand?: string | undefined
  metric?: string | undefined
  goal?: Direction | undefined
  /** Attempts. */
  steps?: number | undefined
  /** Text, or the path of a text file. */
  instructions?: string | undefined
  /** How long one evaluation may take, such as `10m`. */
  timeout?: string | undefined
}

/** Reads a task of another tool. Throws an AnnealError where the folder is not one. */
export type Importer = (source: string, options: ImportOptions) => Promise<Imported>
