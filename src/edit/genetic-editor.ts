import type { Engine } from '../git/engine.ts'
import type { Attempt } from '../records/attempt.ts'
import { failed, rejected } from '../records/change.ts'
import { seeded } from '../records/random.ts'
import type { Bounds } from '../task/bounds.ts'
import type { Editor } from './edit.ts'
import { readEditable, writeFiles } from './files.ts'
import { type GeneticFiles, genetic } from './genetic.ts'

/** The editor that needs no model: the genetic editor over the files of the attempt's parents. */
export function geneticEditor({ engine, bounds }: { engine: Engine; bounds: Bounds }): Editor {
  return async ({ opening, folder, run }) => {
    const parent = run.attempts.find(({ attempt }) => attempt === opening.parents[0])
    const mate = run.attempts.find(({ attempt }) => attempt === opening.parents[1])
    if (!parent) return failed('its parent is not to be found')
    const files = await readEditable(folder, bounds.editable)
    const found = genetic({
      parent: { attempt: parent, files },
      mate: mate?.commit ? { attempt: mate, files: await committed(engine, mate, files) } : null,
      operator: opening.operator,
      history: run.attempts,
      direction: run.task.evaluate.direction,
      random: seeded(run.task.search.seed, opening.attempt, opening.seed),
    })
    if (!found) return rejected('the genetic editor found nothing new to change')
    const astray = await writeFiles(folder, found.files)
    if (astray !== null) return rejected(`${astray} is a link that leads out of the candidate's folder`)
    return { idea: found.idea, recipe: found.recipe }
  }
}

async function committed(engine: Engine, { commit }: Attempt, like: GeneticFiles): Promise<GeneticFiles> {
  const files = new Map<string, string>()
  for (const path of like.keys()) {
    const bytes = commit === null ? null : await engine.read(commit, path)
    if (bytes) files.set(path, bytes.toString('utf8'))
  }
  return files
}
