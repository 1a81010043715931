import { Flags } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { budgetFlags, overridesOf, ownFlags, ownOf, taskFlags } from '../front/task-flags.ts'
import { checkReport } from '../jobs/check.ts'
import { EXIT } from '../records/error.ts'
import { checkText } from '../reports/check-text.ts'

export default class Check extends BaseCommand {
  static override summary = 'Validate the task and try the baseline, before anything is spent.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --runs 5']
  static override flags = {
    ...taskFlags,
    ...budgetFlags,
    ...ownFlags,
    runs: Flags.integer({ summary: 'Times that the baseline is measured.', default: 3, min: 1 }),
  }

  async run() {
    const { flags } = await this.parse(Check)
    const own = ownOf(flags)
    const report = await checkReport(flags.dir, flags.task, overridesOf(undefined, flags), own, flags.runs, (text) =>
      this.note(text),
    )
    if (!report.ok) process.exitCode = EXIT.unavailable
    this.log(checkText(report))
    return report
  }
}
