import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { budgetFlags, overridesOf, ownFlags, ownOf, taskFlags, watchFlags, wisdomFlags } from '../front/task-flags.ts'
import { startRun } from '../jobs/open-run.ts'
import { prepare, prepareReplay } from '../jobs/prepare.ts'
import { readResearch } from '../jobs/research.ts'
import { listenToSignals, work } from '../jobs/session.ts'
import { learnForTask } from '../jobs/teach.ts'
import { runDocument } from '../reports/documents.ts'
import { statusText } from '../reports/plain.ts'
import { openWatch } from '../terminal/watch.ts'

export default class Run extends BaseCommand {
  static override summary = 'Improve the program: the main job.'
  static override description =
    'Reads anneal.yaml, or needs no file when the flags say it all. Every attempt becomes a branch anneal/RUN/N; your branch and files are not touched.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --attempts 100',
    '<%= config.bin %> <%= command.id %> "Make the parser faster" --eval "node bench.mjs" --metric ops --maximize --edit "src/**/*.js"',
  ]
  static override args = { goal: Args.string({ description: 'What to improve, in words.' }) }
  static override flags = {
    ...taskFlags,
    ...wisdomFlags,
    ...budgetFlags,
    ...ownFlags,
    'require-improvement': Flags.boolean({ summary: 'Exit with 3 when no attempt beats the baseline.' }),
    research: Flags.string({
      summary: 'A file that `anneal research` made, to tell this run alone; may be given several times.',
      helpValue: 'FILE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    replay: Flags.string({
      summary: 'Repeat a run from its records, without a model.',
      helpValue: 'RUN',
    }),
    ...watchFlags,
  }

  async run() {
    const { args, flags } = await this.parse(Run)
    const own = ownOf(flags)
    const research = await readResearch(flags.research ?? [])
    const found = flags.replay
      ? await prepareReplay(flags.dir, flags.replay, own)
      : await prepare(flags.dir, flags.task, overridesOf(args.goal, flags), own)
    const prepared = research === '' ? found : { ...found, research }
    if (!flags.quiet) for (const note of prepared.notes) this.note(note)
    const watch = await openWatch({ ...flags, json: this.jsonEnabled() }, prepared.project, process.env, process)
    const signals = listenToSignals(watch.note)
    try {
      await learnForTask(prepared, own, (text) => flags.quiet || watch.note(text), signals.finish)
      const ready = await startRun(prepared, own, watch.hear, signals.abort)
      const { run, exit } = await work(ready, signals, flags['require-improvement'], watch)
      process.exitCode = exit
      await watch.close()
      this.log(`\n${statusText(run)}`)
      return runDocument(run)
    } finally {
      await watch.close()
    }
  }
}
