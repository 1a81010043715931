import { join } from 'node:path'
import { Args } from '@oclif/core'
import { BaseCommand, pageFlags } from '../front/base-command.ts'
import { logDocument } from '../reports/documents.ts'
import { treeText } from '../reports/tree-text.ts'
import { findHistory, openProject } from '../wiring/project.ts'

export default class Log extends BaseCommand {
  static override summary = 'The tree of attempts of a run.'
  static override description =
    'Children stand below their first parent. * marks an attempt that beat all before it, ★ the one to deliver.'
  static override examples = [
    { description: 'The newest run:', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'For a script:', command: '<%= config.bin %> <%= command.id %> quiet-otter-3f2a --json' },
  ]
  static override args = { run: Args.string({ description: 'The run; the newest if not given.' }) }
  static override flags = { ...pageFlags }

  async run() {
    const { args, flags } = await this.parse(Log)
    const { run, folder, closed } = await findHistory(await openProject(flags.dir), args.run)
    await this.show(
      treeText(run, this.look(), closed, (attempt) => join(folder, 'attempts', String(attempt))),
      flags,
    )
    return logDocument(run)
  }
}
