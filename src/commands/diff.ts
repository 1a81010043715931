import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../base-command.ts'
import { diffOf, findAttempt, findRun, openProject } from '../project.ts'
import { safe } from '../reports/plain.ts'

export default class Diff extends BaseCommand {
  static override summary = 'The champion, or another attempt, against the base.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> 12']
  static override args = {
    attempt: Args.integer({ description: 'The number of the attempt; the best one if not given.' }),
  }
  static override flags = { run: Flags.string({ summary: 'The run; the newest if not given.' }) }

  async run() {
    const { args, flags } = await this.parse(Diff)
    const project = await openProject(flags.dir)
    const { run, folder } = await findRun(project, flags.run)
    const attempt = findAttempt(run, args.attempt)
    const diff = await diffOf(project, folder, run, attempt)
    this.log(process.stdout.isTTY ? safe(diff) : diff.replace(/\n$/, ''))
    return { run: run.run, attempt: attempt.attempt, base: run.base, commit: attempt.commit, diff }
  }
}
