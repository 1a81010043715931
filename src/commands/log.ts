import { Args } from '@oclif/core'
import { BaseCommand } from '../base-command.ts'
import { findRun, openProject } from '../project.ts'
import { logDocument } from '../reports/documents.ts'
import { treeText } from '../reports/plain.ts'

export default class Log extends BaseCommand {
  static override summary = 'The tree of attempts of a run.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']
  static override args = { run: Args.string({ description: 'The run; the newest if not given.' }) }

  async run() {
    const { args, flags } = await this.parse(Log)
    const { run } = await findRun(await openProject(flags.dir), args.run)
    this.log(treeText(run))
    return logDocument(run)
  }
}
