import { Args, Flags } from '@oclif/core'
import { BaseCommand, pageFlags } from '../front/base-command.ts'
import { runDocument } from '../reports/documents.ts'
import { glanceText, runsText } from '../reports/glance-text.ts'
import { findHistory, listRuns, openProject, type Project } from '../wiring/project.ts'

export default class Status extends BaseCommand {
  static override summary = 'A run at a glance: is it better, why, what did it cost, can it be trusted, what to do now.'
  static override examples = [
    { description: 'The newest run:', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'All runs of the project:', command: '<%= config.bin %> <%= command.id %> --all' },
    { description: 'For a script:', command: '<%= config.bin %> <%= command.id %> quiet-otter-3f2a --json' },
  ]
  static override args = { run: Args.string({ description: 'The run; the newest if not given.' }) }
  static override flags = {
    all: Flags.boolean({ summary: 'List all runs of the project, a line each.' }),
    ...pageFlags,
  }

  async run() {
    const { args, flags } = await this.parse(Status)
    const project = await openProject(flags.dir)
    if (flags.all && args.run === undefined) return this.list(project, flags)
    const standing = await findHistory(project, args.run)
    await this.show(glanceText({ ...standing, named: args.run !== undefined }, this.look()), flags)
    return runDocument(standing.run)
  }

  private async list(project: Project, flags: { 'no-pager': boolean }) {
    const all = await Promise.all((await listRuns(project)).map((name) => findHistory(project, name)))
    await this.show(all.length === 0 ? 'No run yet: anneal run' : runsText(all, this.look()), flags)
    return { runs: all.map(({ run }) => runDocument(run)) }
  }
}
