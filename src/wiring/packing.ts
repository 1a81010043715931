import { join } from 'node:path'
import { type Engine, openEngine } from '../git/engine.ts'
import type { Run } from '../records/run.ts'
import type { FaultPoint } from './fault-points.ts'
import type { Project } from './project.ts'

/** Published attempts after which the objects that they brought go into a pack of their own. */
const EVERY = 400

/** Gives what is called with each attempt that is published: it packs each time that enough have gathered. A pack that fails fails no attempt: what it would hold stands as it is. */
export function openPacking(
  engine: Engine,
  { run, base }: Run,
  at: FaultPoint,
  note: (attempt: number, text: string) => void,
) {
  let published = 0
  return async (attempt: number): Promise<void> => {
    published++
    if (published % EVERY === 0)
      await engine
        .pack({ run, base }, at)
        .catch((fault: Error) => note(attempt, `Git could not pack: ${fault.message}`))
  }
}

/** Packs what a run that has ended left loose, where it is worth it. */
export async function packRun({ repository }: Project, folder: string, { run, base }: Run): Promise<void> {
  const engine = await openEngine(repository, join(folder, 'git'))
  await engine.pack({ run, base })
}
