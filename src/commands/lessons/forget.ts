import { Args } from '@oclif/core'
import { BaseCommand } from '../../front/base-command.ts'
import { forget } from '../../jobs/lessons.ts'

export default class LessonsForget extends BaseCommand {
  static override summary = 'Forget lessons: they are not told to any attempt again.'
  static override examples = ['<%= config.bin %> <%= command.id %> lesson/0f3a9c21d4']
  static override strict = false
  static override args = { ids: Args.string({ description: 'The ids of the lessons.', required: true }) }

  async run() {
    const { argv, flags } = await this.parse(LessonsForget)
    const forgotten = await forget(flags.dir, argv.map(String))
    this.log(`Forgotten: ${forgotten.join(', ')}.`)
    return { forgotten }
  }
}
