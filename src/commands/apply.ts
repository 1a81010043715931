import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../base-command.ts'
import { applyAttempt, findAttempt, findRun, openProject } from '../project.ts'

export default class Apply extends BaseCommand {
  static override summary = 'Bring the champion, or another attempt, to your branch.'
  static override description =
    'The only command that touches your branch and files. Refuses, with nothing changed, where it would conflict.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> 12 --patch']
  static override args = {
    attempt: Args.integer({ description: 'The number of the attempt; the best one if not given.' }),
  }
  static override flags = {
    run: Flags.string({ summary: 'The run; the newest if not given.' }),
    squash: Flags.boolean({ summary: 'Stage the change; you commit it.', exclusive: ['patch'] }),
    patch: Flags.boolean({ summary: 'Change the files alone.' }),
  }

  async run() {
    const { args, flags } = await this.parse(Apply)
    const project = await openProject(flags.dir)
    const { run } = await findRun(project, flags.run)
    const attempt = findAttempt(run, args.attempt)
    const way = flags.patch ? 'patch' : flags.squash ? 'squash' : 'merge'
    const result = await applyAttempt(project, run, attempt, way)
    this.log(`attempt ${attempt.attempt} (score ${attempt.score}): ${result}`)
    return { run: run.run, attempt: attempt.attempt, commit: attempt.commit, way, result }
  }
}
