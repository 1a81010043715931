import { lstat, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Engine } from '../git/engine.ts'
import type { Opening } from '../records/attempt.ts'
import { failed, isSetback, rejected, type Setback } from '../records/change.ts'
import type { Claim } from '../records/claim.ts'
import type { Idea } from '../records/idea.ts'
import type { Edited, Thought } from '../records/outcome.ts'

import { attemptOf, type Run } from '../records/run.ts'
import { blackenAll, type Secret } from '../records/secret.ts'
import type { Bounds } from '../task/bounds.ts'
import { standing } from './claims.ts'
import { changedOutside } from './markers.ts'
import { outwardLinks } from './outward-links.ts'
import { signsInDiff } from './signs.ts'

/** What an editor gets: a folder of plain files to change, and all that led to it. */
export type Assignment = { opening: Opening; thought: Thought; folder: string; run: Run }
/** What an editor says when it is done; the folder says the rest. An `idea` replaces the one it was given. */
export type Done = { idea?: Idea; claims?: Claim[]; recipe?: unknown }
/** Changes files in `folder`. Never throws for what a candidate, a model or a program did: that is a setback. */
export type Editor = (assignment: Assignment, signal: AbortSignal) => Promise<Done | Setback>

export type EditParts = {
  engine: Engine
  bounds: Bounds
  /** Where the editor of an attempt works. */
  folderOf(attempt: number): string
  /** Puts what `setup` made into the folder, and takes it away again. */
  lend(folder: string): Promise<() => Promise<void>>
  editors: Readonly<Record<string, Editor>>
  /** A digest of a commit's program, the same for programs that differ in layout and comments alone. */
  programOf(commit: string): Promise<string>
  /** What must not get into a commit, which is published as a branch. */
  secrets: readonly Secret[]
  /** Seconds since 1970 at the run's start: commits are dated by it, so that the same change is the same commit. */
  epoch: number
  clock(): number
}

/**
 * Turns an idea into a commit: exports the first parent as plain files, lets the editor change them, holds what changed against the task's bounds and commits it.
 * A change out of bounds, no change, and a program that was tried before are rejected, with the paths or the attempt named.
 */
export async function edit(
  parts: EditParts,
  opening: Opening,
  thought: Thought,
  run: Run,
  signal: AbortSignal,
): Promise<Edited | Setback> {
  const { engine, bounds, clock } = parts
  if (opening.operator === 'baseline') {
    const tree = await engine.treeOf(run.base)
    const program = await parts.programOf(run.base)
    const change = { commit: run.base, tree, files: [], diff: '', program }
    return { change, idea: thought.idea, signs: [], seconds: 0 }
  }
  const parents = opening.parents.flatMap(
    (number) => run.attempts.find(({ attempt }) => attempt === number)?.commit ?? [],
  )
  const [first] = parents
  if (first === undefined) return failed(`its parent ${opening.parents.join(', ')} left no commit`)
  const begun = clock()
  const folder = parts.folderOf(opening.attempt)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const outward = await outwardLinks(engine, first)
  const exported = await engine.export(first, folder, (path) => bounds.hidden(path) || outward.has(path))
  // A model and the genetic editor run nothing there.
  const runs = opening.editor !== 'model' && opening.editor !== 'genetic'
  const takeBack = runs ? await parts.lend(folder) : async () => undefined
  const editor = parts.editors[opening.editor]
  if (!editor) throw new Error(`no editor ${opening.editor}`)
  const done = await editor({ opening, thought, folder, run }, signal)
  signal.throwIfAborted()
  const spent = () => clock() - begun
  const idea = isSetback(done) || !done.idea ? undefined : blackenAll(done.idea, parts.secrets)
  const end = (setback: Setback): Setback => ({ idea: idea ?? thought.idea, seconds: spent(), ...setback })
  if (isSetback(done)) return end(done)
  await takeBack()
  const changed = await exported.changed()
  const outside = changed.filter((path) => !bounds.editable(path))
  if (outside.length > 0)
    return end({
      ...rejected(
        `it changed files that it may not: ${outside.slice(0, 10).join(', ')}${outside.length > 10 ? ` and ${outside.length - 10} more` : ''}`,
      ),
      signs: [`it wrote to files that decide its score: ${outside.slice(0, 3).join(', ')}`],
    })
  const odd = await oddFiles(folder, changed)
  if (odd.length > 0) return end(rejected(`it made something that is not a plain file: ${odd.join(', ')}`))
  if (changed.length === 0) return end(rejected('it changed nothing'))
  const betrayed = await secretsWritten(folder, changed, parts.secrets)
  if (betrayed.length > 0)
    return end({
      ...rejected(`it wrote a secret of your environment into the program: the value of ${betrayed.join(', ')}`),
      signs: ['it wrote a secret of the environment into the program'],
    })
  const unmarked = run.task.markers ? await changedOutsideMarkers(engine, run.base, folder, changed) : []
  if (unmarked.length > 0)
    return end(
      rejected(
        `it changed ${unmarked.join(', ')} outside of EVOLVE-BLOCK-START and EVOLVE-BLOCK-END: only what stands between them may change`,
      ),
    )
  const finalIdea = idea ?? thought.idea
  const made = await engine.commit(
    { folder, parents, message: messageOf(opening, finalIdea), seconds: parts.epoch + opening.attempt },
    changed,
  )
  const change = { ...made, program: await parts.programOf(made.commit) }
  const twin = run.attempts.find(({ tree, program }) => tree === change.tree || program === change.program)
  if (twin) {
    const but = twin.tree === change.tree ? '' : ', but for layout and comments'
    return end({ ...rejected(`it is the same program as attempt ${twin.attempt}${but}`), idea: finalIdea, change })
  }
  const signs = signsInDiff(change.diff, bounds.hiddenFiles)
  const inherited = opening.parents.flatMap((number) => attemptOf(run, number)?.claims ?? [])
  const claims =
    run.task.memory === 'off'
      ? []
      : await standing([...inherited, ...(thought.claims ?? []), ...(done.claims ?? [])], async (path) =>
          bounds.hidden(path) ? null : ((await engine.read(made.commit, path))?.toString('utf8') ?? null),
        )
  return {
    change,
    idea: finalIdea,
    signs,
    ...(claims.length > 0 ? { claims } : {}),
    ...(done.recipe === undefined ? {} : { recipe: done.recipe }),
    seconds: spent(),
  }
}

/** The changed paths that bear markers at the base and differ outside of them. */
async function changedOutsideMarkers(
  engine: Engine,
  base: string,
  folder: string,
  paths: readonly string[],
): Promise<string[]> {
  const wrong = await Promise.all(
    paths.map(async (path) => {
      const before = await engine.read(base, path)
      const after = await readFile(join(folder, path), 'utf8').catch(() => null)
      return before !== null && changedOutside(before.toString('utf8'), after)
    }),
  )
  return paths.filter((_, index) => wrong[index])
}

/** The names of the variables whose values stand in the changed files. */
async function secretsWritten(folder: string, paths: readonly string[], secrets: readonly Secret[]): Promise<string[]> {
  if (secrets.length === 0) return []
  const bodies = await Promise.all(paths.map((path) => readFile(join(folder, path)).catch(() => Buffer.alloc(0))))
  return secrets.filter(({ value }) => bodies.some((body) => body.includes(value))).map(({ name }) => name)
}

/** Links, devices and the like among the changed paths: a link would let an edit reach out of the folder. */
async function oddFiles(folder: string, paths: readonly string[]): Promise<string[]> {
  const facts = await Promise.all(
    paths.map(async (path) => ({ path, stat: await lstat(join(folder, path)).catch(() => null) })),
  )
  return facts.filter(({ stat }) => stat && !stat.isFile()).map(({ path }) => path)
}

function messageOf({ attempt, parents, operator }: Opening, idea: Idea): string {
  const body = [idea.hypothesis, idea.plan]
    .map((text) => text.trim())
    .filter(Boolean)
    .join('\n\n')
  const trailers = [
    `Anneal-Attempt: ${attempt}`,
    ...parents.map((parent) => `Anneal-Parent: ${parent}`),
    `Anneal-Operator: ${operator}`,
  ]
  return `${[idea.title.replace(/\s+/g, ' '), body, trailers.join('\n')].filter(Boolean).join('\n\n')}\n`
}
