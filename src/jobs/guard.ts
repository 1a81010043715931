import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Fall, fallOf, fallSettled, type Measured } from '../evaluate/fall.ts'
import { type Engine, openEngine } from '../git/engine.ts'
import { commitOf } from '../git/repository.ts'
import { sample } from '../loop.ts'
import { AnnealError, EXIT } from '../records/error.ts'
import type { GuardReport } from '../records/guard-report.ts'
import { type Bounds, boundsOf } from '../task/bounds.ts'
import { type Overrides, TASK_FILE } from '../task/load.ts'
import type { Own } from '../wiring/own.ts'
import { openProject } from '../wiring/project.ts'
import { prepare } from './prepare.ts'
import { rehearse } from './rehearse.ts'

export type GuardWish = {
  folder: string
  taskFile: string | undefined
  overrides: Overrides
  own: Own
  base: string
  /** A fall within this share of the base's score is none. */
  tolerance: number
}

const [BASE, HEAD] = [0, 1]
/** What only a run needs is not asked for: nothing is edited, learned or bought. What was measured before is measured again. */
const MEASURES_ONLY = {
  editor: 'genetic',
  models: [],
  context: [],
  budget: { attempts: 1, time: undefined, cost: undefined, tokens: undefined },
}

/**
 * Measures HEAD beside a base commit, in turns and on the same fresh seeds, and says whether its score fell beyond the noise. The task and all that decides
 * the score are the base's: a change cannot soften its own exam. Throws where the base does not score (exit 4), or the signal ends it.
 */
export async function guard(wish: GuardWish, say: (text: string) => void, signal: AbortSignal): Promise<GuardReport> {
  const { repository } = await openProject(wish.folder)
  const base = await commitOf(repository, wish.base)
  const notes: string[] = []
  if (repository.dirty) notes.push('The work tree has uncommitted changes; HEAD is measured without them.')
  const aside = await mkdtemp(join(tmpdir(), 'anneal-guard-'))
  try {
    const engine = await openEngine(repository, join(aside, 'git'))
    const taskFile = await taskOfBase(engine, base, wish.taskFile, join(aside, 'base'), notes)
    const overrides = { ...wish.overrides, ...MEASURES_ONLY, evaluate: { ...evaluateOf(wish), deterministic: false } }
    const prepared = await prepare(wish.folder, taskFile, overrides, wish.own)
    const project = { ...prepared.project, repository: { ...repository, head: base } }
    if (wish.own.sandboxOff) notes.push('The sandbox is off: what is measured can reach whatever you can.')
    return await compare({ ...prepared, project }, repository.head, wish, notes, say, signal)
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

async function compare(
  prepared: Awaited<ReturnType<typeof prepare>>,
  head: string,
  { base: ref, tolerance, own }: GuardWish,
  notes: string[],
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<GuardReport> {
  const { task, project } = prepared
  const { metric, direction } = task.evaluate
  const base = project.repository.head
  const { steps, folder, close } = await rehearse(prepared, own, signal)
  const begun = performance.now()
  try {
    const engine = await openEngine(project.repository, join(folder, 'git'))
    const files = (await engine.list(base)).map(({ path }) => path)
    const { commit, compared, sealed } = await candidateOf(engine, base, head, boundsOf(task, files), folder)
    if (sealed.length > 0) notes.push(`Not compared, since they belong to what measures: ${listed(sealed)}.`)
    const nothing = {
      ...{ metric, direction, tolerance, sealed, notes },
      base: { ref, commit: base, score: null },
      head: { commit: head, score: null },
      ...{ change: null, relative: null, confidence: null, pairs: [], seconds: 0 },
    }
    if (compared.length === 0)
      return { ...nothing, verdict: 'no worse', reason: 'no file that is compared differs from the base' }

    const measure = async (attempt: number, seed: number) => {
      const trial = { attempt, commit: attempt === BASE ? base : commit, stage: 'confirm' as const, seed }
      const { reason, metrics } = await sample(steps, trial, signal)
      return { reason, score: metrics?.[metric] ?? Number.NaN }
    }
    const measured: Measured[] = []
    for (const seed of steps.seeds(HEAD, 'confirm')) {
      say(`pair ${measured.length + 1}`)
      // The order turns each time: what drifts on the machine falls on both alike.
      const order = measured.length % 2 === 0 ? [BASE, HEAD] : [HEAD, BASE]
      const sides = new Map<number, { reason: string | null; score: number }>()
      for (const side of order) sides.set(side, await measure(side, seed))
      const [before, after] = [sides.get(BASE), sides.get(HEAD)]
      if (!before || !after || before.reason !== null) throw noBase(ref, before?.reason ?? '')
      const seconds = (performance.now() - begun) / 1000
      if (after.reason !== null)
        return { ...nothing, seconds, verdict: 'worse', reason: `HEAD does not score: ${after.reason}` }
      measured.push({ seed, base: before.score, head: after.score })
      if (fallSettled(measured, direction, tolerance)) break
    }
    const fall = fallOf(measured, direction, tolerance)
    const [before, after] = [mean(measured.map((one) => one.base)), mean(measured.map((one) => one.head))]
    return {
      ...nothing,
      ...fall,
      base: { ref, commit: base, score: before },
      head: { commit: head, score: after },
      relative: before === 0 ? null : fall.change / Math.abs(before),
      pairs: measured,
      reason: reasonOf(fall, measured.length, metric),
      seconds: (performance.now() - begun) / 1000,
    }
  } finally {
    await close()
  }
}

/** The base with HEAD's files in it, but those that decide the score: the paths that were and were not taken over. */
async function candidateOf(engine: Engine, base: string, head: string, bounds: Bounds, folder: string) {
  const [before, after] = [await engine.list(base), await engine.list(head)]
  const stood = new Map(before.map(({ path, mode, object }) => [path, `${mode} ${object}`]))
  const stands = new Map(after.map(({ path, mode, object }) => [path, `${mode} ${object}`]))
  const changed = [...new Set([...stood.keys(), ...stands.keys()])].filter(
    (path) => stood.get(path) !== stands.get(path),
  )
  const [sealed, compared] = [changed.filter(bounds.sealed), changed.filter((path) => !bounds.sealed(path))]
  const tree = join(folder, 'head')
  await engine.export(head, tree, bounds.sealed)
  const message = 'HEAD, measured as its base is\n'
  const order = { folder: tree, parents: [base], message, seconds: 0 }
  const commit = compared.length > 0 ? (await engine.commit(order, compared)).commit : base
  return { commit, compared, sealed }
}

/** The task file as it stands in the base, where it stands there. */
async function taskOfBase(
  engine: Engine,
  base: string,
  asked: string | undefined,
  folder: string,
  notes: string[],
): Promise<string | undefined> {
  const path = asked ?? TASK_FILE
  if ((await engine.read(base, path)) === null) {
    notes.push(`The base holds no ${path}; the task is read from the work tree and the flags.`)
    return asked
  }
  await engine.export(base, folder)
  return join(folder, path)
}

const evaluateOf = ({ overrides }: GuardWish): object =>
  typeof overrides.evaluate === 'object' && overrides.evaluate !== null ? overrides.evaluate : {}

const listed = (paths: readonly string[]) =>
  paths.length > 10 ? `${paths.slice(0, 10).join(', ')} and ${paths.length - 10} more` : paths.join(', ')

/** Around the first value, so that equal ones give just that. */
const mean = ([first = Number.NaN, ...rest]: readonly number[]) =>
  first + rest.reduce((sum, value) => sum + value - first, 0) / (rest.length + 1)

function reasonOf({ verdict, confidence }: Fall, pairs: number, metric: string): string {
  const after = `after ${pairs} pair${pairs === 1 ? '' : 's'}`
  if (verdict === 'worse') return `${metric} fell beyond the noise (${(100 * confidence).toFixed(2)} % sure ${after})`
  if (verdict === 'better') return `${metric} is better beyond the noise, ${after}`
  return `no fall of ${metric} beyond the noise, ${after}`
}

function noBase(ref: string, why: string): AnnealError {
  return new AnnealError({
    what: `The base ${ref} does not score: there is nothing to hold HEAD against.`,
    why,
    fix: 'Run the commands by hand at that commit, or name another with --base.',
    exit: EXIT.baseline,
  })
}
