import { Args, Flags } from '@oclif/core'
import { BaseCommand, pageFlags } from '../front/base-command.ts'
import { diffText } from '../reports/diff-text.ts'
import { diffOf, findAttempt, findRun, openProject } from '../wiring/project.ts'

export default class Diff extends BaseCommand {
  static override summary = 'The champion, or another attempt, against the base.'
  static override description = 'Coloured on a terminal; in a pipe, what `git apply` takes.'
  static override examples = [
    { description: 'What the best attempt changed:', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'Attempt 12, as a patch:', command: '<%= config.bin %> <%= command.id %> 12 > 12.patch' },
  ]
  static override args = {
    attempt: Args.integer({ description: 'The number of the attempt; the best one if not given.' }),
  }
  static override flags = { run: Flags.string({ summary: 'The run; the newest if not given.' }), ...pageFlags }

  async run() {
    const { args, flags } = await this.parse(Diff)
    const project = await openProject(flags.dir)
    const { run, folder } = await findRun(project, flags.run)
    const attempt = findAttempt(run, args.attempt)
    const diff = await diffOf(project, folder, run, attempt)
    const look = this.look()
    await this.show(process.stdout.isTTY || look.colour ? diffText(diff, look) : diff.replace(/\n$/, ''), flags)
    return { run: run.run, attempt: attempt.attempt, base: run.base, commit: attempt.commit, diff }
  }
}
