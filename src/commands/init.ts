import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { budgetFlags, overridesOf, ownFlags, ownOf, taskFlags } from '../front/task-flags.ts'
import { type Drafted, draftEvaluator, drafter, draftPlan, tryDraft } from '../jobs/draft.ts'
import { initStarter, listStarters } from '../jobs/init.ts'
import { checkFiles, filesOf, freeze, planOf, type Sight, sightOf, tryOnce, writeFiles } from '../jobs/propose.ts'
import { listenToSignals } from '../jobs/session.ts'
import { AnnealError, EXIT } from '../records/error.ts'
import type { Plan } from '../records/proposal.ts'
import { checkText } from '../reports/check-text.ts'
import { draftText, trialsText } from '../reports/draft-text.ts'
import { safe } from '../reports/plain.ts'
import type { Own } from '../wiring/own.ts'
import { openProject, type Project } from '../wiring/project.ts'

const { task: _, ...planFlags } = taskFlags
export default class Init extends BaseCommand {
  static override summary = 'Propose a task from what stands in the repository, write it and try it.'
  static override description =
    'Looks for what measures the program (benchmarks, tests, evaluators), asks a little on a terminal, writes anneal.yaml, measures the program as it is, and says how to start. Runs nothing that you did not agree to, and overwrites nothing. With --starter it makes a repository of a shipped example instead.'
  static override examples = [
    { description: 'Ask, on a terminal:', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'Take the first proposal, for scripts:', command: '<%= config.bin %> <%= command.id %> --yes' },
    {
      description: 'Say it all:',
      command:
        '<%= config.bin %> <%= command.id %> --goal "Make the parser faster" --eval "node bench.mjs" --metric ops --maximize --edit "src/**/*.js"',
    },
    {
      description: 'Have a model draft an evaluator, try it on bad and good candidates, and leave it for you to read:',
      command: '<%= config.bin %> <%= command.id %> --draft-evaluator --goal "Sort faster" --edit sort.py --model NAME',
    },
    {
      description: 'A shipped example:',
      command: '<%= config.bin %> <%= command.id %> --starter circle-packing packing',
    },
  ]
  static override args = { folder: Args.string({ description: 'The folder to make, with --starter.' }) }
  static override flags = {
    starter: Flags.option({ options: listStarters() })({ summary: 'Make a repository of this example.' }),
    goal: Flags.string({ summary: 'What should become better, in words.', helpGroup: 'TASK' }),
    ...planFlags,
    ...budgetFlags,
    ...ownFlags,
    yes: Flags.boolean({ summary: 'Ask nothing: take the first proposal.', char: 'y' }),
    force: Flags.boolean({ summary: 'Write over files that stand there already.' }),
    check: Flags.boolean({
      summary: 'Measure the program as it is, once the task is written.',
      default: true,
      allowNo: true,
    }),
    'draft-evaluator': Flags.boolean({ summary: 'Let a model draft what measures, with a hold-out, and try it.' }),
    freeze: Flags.boolean({ summary: 'Commit what was written, where it was tried and did well.' }),
  }

  async run() {
    const { args, flags } = await this.parse(Init)
    if (flags.starter !== undefined) return this.starter(flags.starter, args.folder)
    if (args.folder !== undefined)
      throw new AnnealError({
        what: `A folder (${args.folder}) goes with --starter alone.`,
        why: '`anneal init` writes its task into the repository that you stand in.',
        fix: 'Leave it out, or name the repository with --dir.',
      })
    const project = await openProject(flags.dir)
    const own = ownOf(flags)
    const sight = await sightOf(project)
    const person = Boolean(process.stdin.isTTY && process.stdout.isTTY && !flags.yes && !this.jsonEnabled())
    if (sight.taken && !flags.force)
      throw new AnnealError({
        what: 'There is an anneal.yaml already. Nothing was written.',
        why: 'A file of yours is overwritten only when you say so.',
        fix: 'To try it: anneal check. To write a new one over it: anneal init --force',
      })
    const given = overridesOf(flags.goal, flags)
    const edit = flags.edit ?? sight.edit
    if (flags['draft-evaluator'])
      return this.draft(project, sight, own, { goal: flags.goal ?? '', edit }, flags, person)
    if (person && flags.eval === undefined) {
      const { askForTask, yes } = await import('../interview/task-questions.ts')
      const wish = await askForTask({
        proposals: sight.proposals,
        model: drafter(flags.model?.[0], process.env),
        edit,
        metricsOf: async (plan, adapter) => tryOnce(project, await filesOf(plan, adapter), own),
      })
      if ('draft' in wish) return this.draft(project, sight, own, wish.draft, flags, person)
      const check = flags.check && (await yes('Write anneal.yaml and measure the program as it is?'))
      return this.write(project, sight, own, planOf(wish.plan, given), wish.adapter, { ...flags, check })
    }
    const first = flags.eval === undefined ? sight.proposals[0] : undefined
    if (flags.eval === undefined && (first === undefined || !flags.yes)) throw undecided(sight)
    if (first) this.note(`Took ${safe(first.title)}.`)
    const plan = planOf(first?.plan ?? { goal: 'Improve the score.', edit }, given)
    return this.write(project, sight, own, plan, first?.adapter ?? null, flags)
  }

  private async starter(starter: string, folder: string | undefined) {
    if (folder === undefined)
      throw new AnnealError({
        what: '--starter needs a folder to make.',
        why: 'The example becomes a repository of its own.',
        fix: `anneal init --starter ${starter} ${starter}`,
      })
    const made = await initStarter(starter, folder)
    this.log(`Made ${made.folder} from the starter ${starter}.\n\n  cd ${folder}\n  anneal check\n  anneal run`)
    return made
  }

  private async write(
    project: Project,
    { uncommitted }: Sight,
    own: Own,
    plan: Plan,
    adapter: 'bench-score.mjs' | null,
    flags: { force: boolean; check: boolean; freeze: boolean },
  ) {
    const files = await filesOf(plan, adapter)
    const written = await writeFiles(project, files, flags.force)
    this.log(`Wrote ${written.join(' and ')}.`)
    const named = plan.evaluate.split(/[\s"']+/).filter((word) => uncommitted.has(word))
    if (named.length > 0) this.note(`Not committed yet, and a run starts from HEAD: ${named.join(', ')}`)
    const report = flags.check ? await checkFiles(project, files, own, (text) => this.note(text)) : null
    if (report) this.log(`\n${checkText(report).split('\n').slice(0, -2).join('\n')}`)
    if (report && plan.repeats === undefined && (report.baseline.relative ?? 0) > NOISY)
      this.log('\nThe score is noisy: think of `repeats: 3` under `evaluate`.')
    const commit = flags.freeze ? await freeze(project, written) : null
    this.log(`\nTo start:\n${commit === null ? commitLine(written) : ''}  anneal run`)
    return { written, plan, check: report, commit }
  }

  private async draft(
    project: Project,
    sight: Sight,
    own: Own,
    { goal, edit }: Pick<Plan, 'goal' | 'edit'>,
    flags: { force: boolean; freeze: boolean; model: string[] | undefined },
    person: boolean,
  ) {
    if (goal === '')
      throw new AnnealError({
        what: 'A model that drafts an evaluator has to know the goal.',
        why: '--draft-evaluator was given without --goal.',
        fix: 'anneal init --draft-evaluator --goal "…" --edit GLOB',
      })
    const signals = listenToSignals(() => undefined)
    try {
      this.note('Asking the model for an evaluator …')
      const drafted = await draftEvaluator(project, { goal, edit }, sight.files, flags.model?.[0], signals.finish)
      const { draft } = drafted
      const task = await filesOf(draftPlan(draft, { goal, edit }), null)
      const files = new Map([...task, ...draft.files.map(({ path, text }) => [path, text] as const)])
      const written = await writeFiles(project, files, flags.force)
      this.log(`${draftText(draft)}\n\nWrote ${written.join(', ')}, for you to read. ${billText(drafted)}`)
      const trials = await tryDraft(project, files, draft, own, (text) => this.note(safe(text)), signals.finish)
      this.log(`\n${trialsText(trials)}`)
      const commit = await this.freezeDraft(project, written, trials, flags.freeze, person)
      this.log(
        commit === null
          ? `\nNothing is committed. Read the files and mend them; then:\n${commitLine(written)}  anneal check\n  anneal run`
          : '\nFrozen: a run takes it from this commit.\n\n  anneal run',
      )
      return { written, draft: { ...draft, ...drafted, draft: undefined }, trials, commit }
    } finally {
      signals.release()
    }
  }

  /** Commits a drafted evaluator when the person says so; without a person, only one that told bad from good. */
  private async freezeDraft(
    project: Project,
    written: readonly string[],
    trials: { sound: boolean; why: string },
    asked: boolean,
    person: boolean,
  ): Promise<string | null> {
    if (person) {
      const { yes } = await import('../interview/task-questions.ts')
      return (await yes('Have you read it, and is it to be committed?', false)) ? freeze(project, written) : null
    }
    if (!asked) return null
    if (trials.sound) return freeze(project, written)
    throw new AnnealError({
      what: 'The evaluator is not committed: it cannot be trusted yet.',
      why: trials.why,
      fix: `Its files are there to be read and mended: ${written.join(', ')}. Commit them yourself once they are right.`,
      exit: EXIT.baseline,
    })
  }
}

/** The share of the score from which its spread is worth a word. */
const NOISY = 0.02

const commitLine = (paths: readonly string[]) =>
  `  git add ${paths.join(' ')} && git commit -m "Add the task for Anneal"\n`

const billText = ({ model, tokens, usd }: Drafted) =>
  `(${safe(model)}: ${tokens} tokens, ${usd === null ? 'its price is not known' : `$${usd.toFixed(4)}`})`

function undecided({ proposals }: Sight): AnnealError {
  if (proposals.length === 0)
    return new AnnealError({
      what: 'Nothing here seems to measure the program.',
      why: 'There is no evaluator, benchmark or test that Anneal knows.',
      fix: 'Give the command (--eval CMD --metric NAME --maximize), or let a model draft one (--draft-evaluator --goal "…" --edit GLOB). docs/evaluators.md says how to write one.',
    })
  return new AnnealError({
    what: 'Which task is it to be?',
    why: `This is no terminal, so nobody can be asked. Found here:\n${proposals.map(({ title, plan }) => `  ${title}: ${plan.evaluate}`).join('\n')}`,
    fix: 'Take the first with --yes, or say it with --eval, --metric and --edit.',
  })
}
