import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type EditParts, edit } from './edit/edit.ts'
import { geneticOperators } from './edit/genetic-operators.ts'
import { programs } from './edit/program-digest.ts'
import { evaluate } from './evaluate/evaluate.ts'
import { judge, settled } from './evaluate/judge.ts'
import { noncesOf } from './evaluate/nonces.ts'
import { doubtOf } from './evaluate/race.ts'
import { remembered } from './evaluate/remember.ts'
import { seedsOf } from './evaluate/seeds.ts'
import { summarise } from './evaluate/summarise.ts'
import { deliver } from './execute/deliver.ts'
import { execute } from './execute/execute.ts'
import { setUp } from './execute/setup.ts'
import { openEngine } from './git/engine.ts'
import { openBriefs } from './ideate/brief.ts'
import { ideate } from './ideate/ideate.ts'
import { openProgramText } from './ideate/program-text.ts'
import type { Journal } from './journal/journal.ts'
import { learn } from './learn/learn.ts'
import { type Steps, sample } from './loop.ts'
import { openModels } from './models/models.ts'
import { priceOf, readPrices } from './models/prices.ts'
import { openPrompts } from './models/prompts.ts'
import { recordsUnder } from './models/record.ts'
import { Opening } from './records/attempt.ts'
import type { Heard } from './records/event.ts'
import { seeded } from './records/random.ts'
import { attemptOf, type Run } from './records/run.ts'
import { blackenAll, secretsIn } from './records/secret.ts'
import { isAgent, type ModelChoice, type Role } from './records/task.ts'
import { leaderOf } from './reports/documents.ts'
import { discreet } from './runners/discreet.ts'
import { openWorkplace } from './runners/workplace.ts'
import { challenge } from './search/challenge.ts'
import { chooseModel } from './search/choose-model.ts'
import { dueDelivery } from './search/due-delivery.ts'
import { fastDoubt, stagesOf } from './search/fidelity.ts'
import { pickModel } from './search/pick-model.ts'
import { select } from './search/select.ts'
import { stopOf } from './search/stop.ts'
import { checkBounds } from './task/bounds.ts'
import { choicesOf, editorsOf, mcpServer } from './wiring/editors.ts'
import { withLimits } from './wiring/limits.ts'
import { openPacking } from './wiring/packing.ts'
import { at, clock } from './wiring/process.ts'
import { findRun, type Project, RESEARCH, SHIPPED } from './wiring/project.ts'
import type { Runners } from './wiring/runner.ts'
import { openSpending } from './wiring/spending.ts'
import { openWisdom } from './wiring/wisdom.ts'

/** The step that a call serves, by its purpose. */
const STEPS: Record<string, string> = { repair: 'edit', tools: 'edit' }

export type Listener = (event: Heard, run: Run) => void

/** Milliseconds between two looks at whether a pause is over. */
const PAUSE_POLL = 50
/** Seconds that a model may take to answer, and a person who plays one, where their entry says nothing. */
const [LONGEST_CALL, PATIENCE] = [600, 86_400]

/** A run's journal as its steps and those who steer it see it. */
export type RunJournal = { run(): Run; append: Journal['append'] }

/** The one place where the parts of a run are built and handed to one another. */
export async function wireSteps(
  project: Project,
  folder: string,
  journal: RunJournal,
  runners: Runners,
  listen: Listener,
  signal: AbortSignal,
): Promise<Steps> {
  const run = journal.run()
  const { task, base } = run
  const { repository, home } = project
  const engine = await openEngine(repository, join(folder, 'git'))
  const files = (await engine.list(base)).map(({ path }) => path)
  const bounds = checkBounds(task, files)
  const { runner, work, cache, forget } = runners
  const local = discreet(runners.local)
  const secrets = secretsIn(process.env)
  const environment = Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )
  const furniture = await setUp(
    {
      command: task.setup,
      base,
      engine,
      runner: discreet(runner),
      cache,
      memory: task.runner.memory,
      environment,
    },
    signal,
  )
  const begun = clock() - run.spent.seconds - run.steering.idle
  const left = () => {
    const { task: now, steering, spent } = journal.run()
    const active = steering.paused ? spent.seconds : clock() - begun - steering.idle
    return now.budget.time === undefined ? Number.POSITIVE_INFINITY : Math.max(1, now.budget.time - active)
  }
  const logs = join(folder, 'attempts')
  const workplace = openWorkplace(work, logs, furniture, left)
  const trials = { task, engine, runner, bounds, workplace, base, nonce: await noncesOf(join(folder, 'secret')) }
  const prompts = openPrompts(SHIPPED.prompts)
  const { served, own: agentModels } = choicesOf(task, run.editor, process.env)
  const prices = await readPrices(SHIPPED.prices)
  const ledger = openSpending(journal, () => randomBytes(6).toString('hex'))
  const replayed = run.replays === undefined ? null : await findRun(project, run.replays)
  const models = openModels({
    environment: process.env,
    queue: join(folder, 'queue'),
    prices,
    replay: replayed !== null,
    record: recordsUnder(logs, replayed && join(replayed.folder, 'attempts'), () => at('after a reply')),
    onText: (attempt, purpose, tail) => step(attempt, STEPS[purpose] ?? purpose, tail),
    note: (attempt, text) => step(attempt, 'note', text),
    ...ledger,
  })
  const research = await readFile(join(folder, RESEARCH), 'utf8').catch(() => '')
  const wisdom = await openWisdom({
    home,
    shipped: SHIPPED.knowledge,
    environment: process.env,
    run: { name: run.run, goal: task.goal },
    folderOf: (attempt) => join(logs, String(attempt)),
    memory: task.memory === 'on',
    learns: replayed === null,
    bill: (attempt, { model: name, ...used }) => {
      const taken = { ...used, cached: 0, output: 0, model: name, purpose: 'embedding', ok: true }
      return ledger.onUsage(attempt, `${attempt}-embedding`, { ...taken, usd: priceOf({ name }, taken, prices) })
    },
    note: (attempt, text) => listen({ type: 'progress', attempt, step: 'note', text }, journal.run()),
  })
  const choice = (role: Role, opening: Opening) =>
    pickModel(served, role, opening.model, seeded(task.search.seed, opening.attempt, role.length))
  const deadline = ({ name, timeout }: ModelChoice) =>
    Math.min(timeout ?? (name === 'manual' ? PATIENCE : LONGEST_CALL), left())
  const program = openProgramText({ engine, bounds })
  const briefs = openBriefs({ engine, bounds, base, program, research, recall: wisdom.recall })
  const asking = { models, prompts, bounds, choice, deadline, clock, brief: briefs.of }
  const logsOf = (attempt: number) => join(logs, String(attempt))
  const epoch = Math.floor(Date.parse(run.created) / 1000)
  const step = (attempt: number, name: string, text?: string) =>
    listen({ type: 'progress', attempt, step: name, ...(text === undefined ? {} : { text }) }, journal.run())
  const editing: EditParts = {
    engine,
    bounds,
    folderOf: (attempt) => join(work, String(attempt), 'edit'),
    lend: workplace.lend,
    editors: editorsOf({
      ...{ asking, engine, bounds, task, runner: local, logsOf, left, environment, ledger, prices },
      editor: run.editor,
      agentModel: (opening) =>
        pickModel(agentModels, 'edit', opening.model, seeded(task.search.seed, opening.attempt, 4)),
      now: journal.run,
      onProgress: (attempt, text) => step(attempt, 'edit', text),
      note: (attempt, text) => step(attempt, 'note', text),
      smoke: async ({ opening, folder, run: now }, changed, abort) => {
        const parents = [attemptOf(now, opening.parents[0])?.commit ?? base]
        const { commit } = await engine.commit({ folder, parents, message: 'A try\n', seconds: epoch }, changed)
        const [seed = 0] = limited.seeds(opening.attempt, 'smoke')
        return sample(limited, { attempt: opening.attempt, commit, stage: 'smoke', seed }, abort)
      },
      mcp: task.memory === 'on' ? mcpServer(repository.root, run.run, SHIPPED.program, process.env) : null,
    }),
    programOf: programs(engine, base),
    secrets,
    epoch,
    clock,
  }
  const packNow = openPacking(engine, run, at, (attempt, text) => step(attempt, 'note', text))
  const scale = { task, tier: run.tier }
  const known = remembered({
    folder: join(home, 'cache', 'evaluations'),
    deterministic: task.evaluate.deterministic,
    // An evaluator lies in a whole export of the base, editable files among them.
    scale: [run.evaluator, run.tier, task.setup ?? '', await engine.treeOf(base), JSON.stringify(task.runner)],
    treeOf: engine.treeOf,
  })

  const steps: Steps = {
    turn: async (ending) => {
      while (journal.run().steering.paused && !ending.aborted)
        await wait(PAUSE_POLL, undefined, { signal: ending }).catch(() => undefined)
      return !ending.aborted
    },
    stop: (now) => stopOf(now) ?? (replayed && now.attempts.length >= replayed.run.attempts.length ? 'attempts' : null),
    select: (now) =>
      (replayed && openingOf(replayed.run, now.attempts.length)) ??
      select(now, {
        geneticOperator: (state, random) => geneticOperators(state.attempts, task.evaluate.direction, random),
        model: (state, random) => chooseModel(state, isAgent(run.editor) ? agentModels : served, random)?.name ?? null,
      }),
    ideate: (opening, now, abort) => {
      step(opening.attempt, 'ideate')
      return ideate(asking, opening, now, abort)
    },
    edit: (opening, thought, now, abort) => {
      step(opening.attempt, 'edit')
      return edit(editing, opening, thought, now, abort)
    },
    execute: async (trial, abort) => {
      const before = await known.find(trial)
      if (before) return before.execution
      step(trial.attempt, trial.stage === 'full' ? 'execute' : trial.stage)
      return execute(trials, trial, abort)
    },
    evaluate: async (trial, execution, abort) => {
      const before = await known.find(trial)
      if (before) return before
      step(trial.attempt, trial.stage === 'full' ? 'evaluate' : trial.stage)
      const sample = await evaluate(trials, trial, execution, abort)
      // What failed for want of space is no candidate's fault.
      if (sample.reason !== null) await workplace.ensureRoom()
      await known.keep(sample)
      return sample
    },
    summarise: (samples) => summarise(samples, scale),
    stages: stagesOf,
    doubt: (samples, now) => doubtOf(scale, samples, now, fastDoubt),
    seeds: (attempt, stage) => seedsOf(task, attempt, stage),
    learn: async (attempt, now, abort) =>
      task.memory === 'off'
        ? []
        : learn({ models, prompts, choice, deadline, remember: wisdom.remember }, attempt, now, abort),
    publish: async (made, now) => {
      // From here on it is written down, pushed and told.
      const attempt = blackenAll(made, secrets)
      if (attempt.commit === null) return attempt
      const branch = `anneal/${now.run}/${attempt.attempt}`
      const { diff: _, recipe: __, evaluation: ___, claims: ____, ...note } = attempt
      at('before publishing')
      await engine.publish(branch, attempt.commit, { ...note, run: now.run, branch }, epoch + attempt.attempt)
      at('after publishing')
      await packNow(attempt.attempt)
      return { ...attempt, branch }
    },
    challenge,
    settled: (samples, match) => settled(scale, match, samples),
    judge: (match, _, confirm, holdout) => judge(scale, match, confirm, holdout),
    due: (now, ending) => dueDelivery(now, leaderOf(now)?.attempt ?? null, ending),
    deliver: (best, abort) => {
      step(best.attempt, 'deliver')
      const [seed = 0] = seedsOf(task, best.attempt, 'full')
      return deliver({ ...trials, root: repository.root, clock }, best, seed, abort)
    },
    clear: async (attempt) => {
      briefs.forget(attempt)
      await workplace.clear(attempt)
      await forget(attempt)
    },
  }
  const limited = withLimits(steps, task.search)
  return limited
}

/** The opening of an attempt, as it was. */
function openingOf(run: Run, number: number): Opening | null {
  const found = attemptOf(run, number)
  return found ? Opening.parse(found) : null
}
