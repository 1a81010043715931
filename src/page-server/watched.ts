import { type Followed, followRun, journalSize, runNames } from '../jobs/followed.ts'
import { versionOf } from '../jobs/report.ts'
import { leaderOf } from '../reports/documents.ts'
import type { Project } from '../wiring/project.ts'
import type { LiveState, RunLine, Told } from './shape.ts'

/** Somebody who watches a run, or the list of runs alone. Told nothing while they are not `ready` to take more. */
export type Listener = { run: string | null; ready(): boolean; tell(told: Told): void }

export type Watched = {
  runs(): Promise<RunLine[]>
  /** A run of the project; null where there is none of that name. */
  find(name: string): Promise<Followed | null>
  whole(name: string): Promise<Extract<Told, { kind: 'run' }> | null>
  /** Tells a listener all that happens from now on, and at first how things stand; gives a function that ends it. */
  join(listener: Listener): () => void
  close(): void
}

/** Milliseconds between two looks at a run that is watched, and at all others; and the least between two messages of one run. */
const [LOOK, LIST, MESSAGES] = [250, 2000, 400]
/** A message may take this share of the time: of a long run that grows fast, fewer are made. */
const SHARE = 5

/** `followed` is let go, with all that it holds in memory, where nobody works on the run and nobody watches it; `size` tells then whether it has changed. */
type State = {
  followed: Followed | null
  size: number
  line: RunLine | null
  live: LiveState | null
  rows: Map<number, string>
  due: boolean
  next: number
}

/** Watches the runs of a project for all pages that are open. Nothing is read while nobody looks. */
export function watchRuns(project: Project, clock: () => number, wall: () => Date): Watched {
  const states = new Map<string, State>()
  const listeners = new Map<Listener, { fresh: boolean }>()
  const version = versionOf()
  let [listed, listing] = [Number.NEGATIVE_INFINITY, '']

  const stateOf = (name: string): State => {
    const known = states.get(name)
    const state = known ?? { followed: null, size: 0, line: null, live: null, rows: new Map(), due: true, next: 0 }
    states.set(name, state)
    return state
  }
  const look = async (name: string): Promise<State & { followed: Followed }> => {
    const state = stateOf(name)
    const followed = state.followed ?? followRun(project, name)
    state.followed = followed
    await see(state, followed)
    return Object.assign(state, { followed })
  }
  const see = async (state: State, followed: Followed): Promise<void> => {
    const { run, lines, grown, atWork } = await followed.look()
    if (!run || (!grown && state.line)) return
    state.due = true
    const leader = leaderOf(run)?.attempt
    const since = (attempt: number) =>
      lines.findLast(({ event }) => event.type === 'attempt.opened' && event.opening.attempt === attempt)?.wall ?? null
    const { paused, pinned, banned, hints } = run.steering
    state.live = {
      atWork,
      steering: { paused, pinned, banned, hints },
      working: run.open.map(({ attempt, operator, parents }) => ({
        attempt,
        operator,
        parents,
        since: since(attempt),
      })),
    }
    state.line = {
      ...{
        run: run.run,
        goal: run.task.goal.slice(0, 300),
        created: run.created,
        atWork,
        paused,
        stopped: run.stopped,
      },
      ...{ attempts: run.attempts.length, best: leader?.score ?? null, baseline: run.attempts[0]?.score ?? null },
    }
  }
  const list = async (): Promise<RunLine[]> => {
    const found: State[] = []
    for (const name of await runNames(project)) {
      // A run that cannot be read is not the others' fault.
      const state = await lineOf(name).catch(() => null)
      if (!state?.line) continue
      const created = state.line.created
      // The newest is what a page asks for next.
      for (const other of found) if ((other.line?.created ?? '') < created) letGo(other)
      if (found.some(({ line }) => (line?.created ?? '') > created)) letGo(state)
      found.push(state)
    }
    const lines = found.flatMap(({ line }) => line ?? [])
    return lines.toSorted((a, b) => b.created.localeCompare(a.created))
  }
  const letGo = (state: State) => {
    const watched = [...listeners.keys()].some(({ run }) => run === state.line?.run)
    if (!watched && state.line?.atWork === false) state.followed = null
  }
  const lineOf = async (name: string): Promise<State> => {
    const state = stateOf(name)
    const size = await journalSize(project, name)
    if (state.followed || size !== state.size) await look(name)
    state.size = size
    return state
  }
  const message = async (state: State & { followed: Followed }): Promise<Extract<Told, { kind: 'run' }> | null> => {
    const data = await state.followed.data(wall().toISOString(), await version)
    return data && state.live && { kind: 'run', whole: true, data, live: state.live }
  }

  const tellRun = async (name: string) => {
    const watching = [...listeners].filter(([{ run }]) => run === name)
    if (watching.length === 0) return
    const state = await look(name)
    const fresh = watching.some(([listener, one]) => one.fresh && listener.ready())
    if ((!state.due || clock() < state.next) && !fresh) return
    const begun = clock()
    const whole = await message(state)
    if (!whole) return
    state.due = false
    const texts = new Map(whole.data.rows.map((row) => [row.attempt, JSON.stringify(row)]))
    const rows = whole.data.rows.filter(({ attempt }) => state.rows.get(attempt) !== texts.get(attempt))
    state.rows = texts
    const patch: Told = { ...whole, whole: false, data: { ...whole.data, rows } }
    for (const [listener, one] of watching) {
      // Whoever could not take a message gets the next one whole.
      const ready = listener.ready()
      if (ready) listener.tell(one.fresh ? whole : patch)
      one.fresh = !ready
    }
    state.next = clock() + Math.max(MESSAGES, SHARE * (clock() - begun))
  }
  const tellList = async () => {
    if (clock() - listed < LIST && ![...listeners.values()].some(({ fresh }) => fresh)) return
    listed = clock()
    const runs = await list()
    const text = JSON.stringify(runs)
    for (const [listener, one] of listeners)
      if (listener.ready() && (text !== listing || one.fresh)) {
        listener.tell({ kind: 'runs', runs })
        if (listener.run === null) one.fresh = false
      }
    listing = text
  }
  let busy = false
  const timer = setInterval(async () => {
    if (busy || listeners.size === 0) return
    busy = true
    await tellList().catch(() => undefined)
    for (const name of new Set([...listeners.keys()].flatMap(({ run }) => run ?? [])))
      await tellRun(name).catch(() => undefined)
    busy = false
  }, LOOK)

  return {
    runs: list,
    async find(name) {
      if (!(await runNames(project)).includes(name)) return null
      const { followed, line } = await look(name)
      return line ? followed : null
    },
    async whole(name) {
      return message(await look(name))
    },
    join(listener) {
      listeners.set(listener, { fresh: true })
      return () => listeners.delete(listener)
    },
    close: () => clearInterval(timer),
  }
}
