import { Flags } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { budgetFlags, budgetOf, overridesOf, ownFlags, ownOf, taskFlags, wisdomFlags } from '../front/task-flags.ts'
import { leaveFault, leaveReports, openForJob, packForCache } from '../jobs/ci.ts'
import { listenToSignals, UNWATCHED, work } from '../jobs/session.ts'
import { AnnealError } from '../records/error.ts'
import { Budget } from '../records/task.ts'
import { runDocument } from '../reports/documents.ts'
import { eventLine, statusText } from '../reports/plain.ts'

export default class Ci extends BaseCommand {
  static override summary = 'Work as a CI job does: go on with the run of this commit or start one, and leave reports.'
  static override description =
    'Leaves result.json, summary.md, junit.xml, annotations.txt, outputs.txt and champion.patch in a folder, however it ends. SIGINT and SIGTERM stop at once; the next job goes on where .anneal was cached. See docs/ci.md.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --attempts 50 --time 30m --out anneal-reports',
    '<%= config.bin %> <%= command.id %> --pack',
  ]
  static override flags = {
    out: Flags.string({
      summary: 'The folder for the reports; relative to the repository.',
      default: '.anneal/ci',
      helpValue: 'DIR',
      helpGroup: 'CI',
    }),
    'require-improvement': Flags.boolean({
      summary: 'Exit with 3 when no attempt beats the baseline beyond the noise.',
      helpGroup: 'CI',
    }),
    pack: Flags.boolean({
      summary: 'Only keep the branches of the newest run in .anneal, before it is cached.',
      helpGroup: 'CI',
    }),
    ...taskFlags,
    ...wisdomFlags,
    ...budgetFlags,
    ...ownFlags,
  }

  async run() {
    const { flags } = await this.parse(Ci)
    if (flags.pack) {
      const run = await packForCache(flags.dir)
      this.log(run === null ? 'There is no run to keep.' : `The branches of ${run} are kept in .anneal.`)
      return { run }
    }
    const budget = Budget.safeParse(budgetOf(flags))
    if (!budget.success)
      throw new AnnealError({
        what: 'The budget is not right.',
        why: budget.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('\n'),
        fix: 'See `anneal ci --help`.',
      })
    const required = flags['require-improvement']
    const heard = listenToSignals(() => undefined)
    // A job that is cancelled has seconds: either signal stops at once.
    const signals = { ...heard, abort: AbortSignal.any([heard.finish, heard.abort]) }
    const wish = {
      folder: flags.dir,
      taskFile: flags.task,
      overrides: overridesOf(undefined, flags),
      own: ownOf(flags),
      budget: budget.data,
    }
    try {
      const ready = await openForJob(
        wish,
        (event, run) => {
          const line = eventLine(event, run)
          if (line !== null) this.note(line)
        },
        (text) => this.note(text),
        signals.abort,
      )
      const { run, exit } = await work(ready, signals, required, { ...UNWATCHED, note: (text) => this.note(text) })
      process.exitCode = exit
      await leaveReports(flags.dir, flags.out, run, required)
      await packForCache(flags.dir)
      this.log(`\n${statusText(run)}`)
      return runDocument(run)
    } catch (thrown) {
      const stopped = {
        what: 'Stopped before the run began.',
        why: 'The job was told to stop.',
        fix: 'Start the job again.',
        exit: heard.code() ?? 1,
      }
      const fault = signals.abort.aborted ? new AnnealError({ ...stopped, cause: thrown }) : thrown
      await leaveFault(flags.dir, flags.out, fault)
      throw fault
    } finally {
      heard.release()
    }
  }
}
