import { stringify } from 'yaml'
import { aleBench } from './ale-bench.ts'
import type { Imported, Importer } from './imported.ts'
import { openEvolve } from './openevolve.ts'
import { aide, autoresearch } from './printed.ts'
import { shinka } from './shinka.ts'

/** Whose tasks can be taken over, by the name of the format. */
export const IMPORTERS: Record<string, Importer> = {
  aide,
  'ale-bench': aleBench,
  autoresearch,
  openevolve: openEvolve,
  shinka,
  weco: aide,
}

/** The text of the task file. */
export const taskText = (task: Imported['task']): string => stringify(task, { lineWidth: 120 })
