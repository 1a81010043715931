import { Args } from '@oclif/core'
import { BaseCommand } from '../base-command.ts'
import { findRun, openProject } from '../project.ts'
import { runDocument } from '../reports/documents.ts'
import { statusText } from '../reports/plain.ts'

export default class Status extends BaseCommand {
  static override summary = 'A run at a glance.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> quiet-otter-3f2a --json',
  ]
  static override args = { run: Args.string({ description: 'The run; the newest if not given.' }) }

  async run() {
    const { args, flags } = await this.parse(Status)
    const { run } = await findRun(await openProject(flags.dir), args.run)
    this.log(statusText(run))
    return runDocument(run)
  }
}
