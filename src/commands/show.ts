import { join } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../base-command.ts'
import { findAttempt, findRun, openProject } from '../project.ts'
import { attemptText } from '../reports/plain.ts'

export default class Show extends BaseCommand {
  static override summary = 'One attempt whole: idea, diff, metrics, output, lessons.'
  static override examples = ['<%= config.bin %> <%= command.id %> 12', '<%= config.bin %> <%= command.id %>']
  static override args = {
    attempt: Args.integer({ description: 'The number of the attempt; the best one if not given.' }),
  }
  static override flags = { run: Flags.string({ summary: 'The run; the newest if not given.' }) }

  async run() {
    const { args, flags } = await this.parse(Show)
    const { run, folder } = await findRun(await openProject(flags.dir), flags.run)
    const attempt = findAttempt(run, args.attempt)
    this.log(attemptText(attempt, run, join(folder, 'attempts', String(attempt.attempt))))
    return {
      run: run.run,
      ...attempt,
      confirmation: run.confirmations.find((one) => one.attempt === attempt.attempt) ?? null,
    }
  }
}
