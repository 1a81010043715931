import { Args, Flags } from '@oclif/core'
import { z } from 'zod'
import { BaseCommand } from '../front/base-command.ts'
import { budgetFlags, budgetOf, ownFlags, ownOf, watchFlags } from '../front/task-flags.ts'
import { resumeRun } from '../jobs/open-run.ts'
import { listenToSignals, work } from '../jobs/session.ts'
import { AnnealError } from '../records/error.ts'
import { Count, Duration } from '../records/units.ts'
import { runDocument } from '../reports/documents.ts'
import { statusText } from '../reports/plain.ts'
import { openWatch } from '../terminal/watch.ts'
import { openProject } from '../wiring/project.ts'

const Raised = z.object({
  attempts: z.number().optional(),
  time: Duration.optional(),
  cost: z.number().positive().optional(),
  tokens: Count.optional(),
})

export default class Resume extends BaseCommand {
  static override summary = 'Go on with a run after any stop, with a bigger budget if asked.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> quiet-otter-3f2a --attempts 200',
  ]
  static override args = { run: Args.string({ description: 'The run; the newest if not given.' }) }
  static override flags = {
    ...budgetFlags,
    ...ownFlags,
    'require-improvement': Flags.boolean({ summary: 'Exit with 3 when no attempt beats the baseline.' }),
    ...watchFlags,
  }

  async run() {
    const { args, flags } = await this.parse(Resume)
    const budget = Raised.safeParse(budgetOf(flags))
    if (!budget.success)
      throw new AnnealError({
        what: 'The budget is not right.',
        why: budget.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('\n'),
        fix: 'See `anneal resume --help`.',
      })
    const project = await openProject(flags.dir)
    const own = ownOf(flags)
    const given = Object.fromEntries(Object.entries(budget.data).filter(([, value]) => value !== undefined))
    const watch = await openWatch({ ...flags, json: this.jsonEnabled() }, project, process.env, process)
    const signals = listenToSignals(watch.note)
    try {
      const ready = await resumeRun(project, args.run, given, own, watch.hear, signals.abort)
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
