import { join } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { BaseCommand, pageFlags } from '../front/base-command.ts'
import { shownText } from '../reports/shown-text.ts'
import { findAttempt, findHistory, openProject } from '../wiring/project.ts'

export default class Show extends BaseCommand {
  static override summary = 'One attempt whole: idea, diff, metrics, output, lessons.'
  static override examples = [
    { description: 'The best attempt:', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'Attempt 12 of a run:', command: '<%= config.bin %> <%= command.id %> 12 --run quiet-otter-3f2a' },
  ]
  static override args = {
    attempt: Args.integer({ description: 'The number of the attempt; the best one if not given.' }),
  }
  static override flags = { run: Flags.string({ summary: 'The run; the newest if not given.' }), ...pageFlags }

  async run() {
    const { args, flags } = await this.parse(Show)
    const { run, folder, closed } = await findHistory(await openProject(flags.dir), flags.run)
    const attempt = findAttempt(run, args.attempt)
    const logs = join(folder, 'attempts', String(attempt.attempt))
    await this.show(shownText(attempt, run, logs, closed.get(attempt.attempt) ?? Number.NaN, this.look()), flags)
    return {
      run: run.run,
      ...attempt,
      confirmation: run.confirmations.find((one) => one.attempt === attempt.attempt) ?? null,
    }
  }
}
