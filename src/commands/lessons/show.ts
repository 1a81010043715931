import { Args } from '@oclif/core'
import { BaseCommand } from '../../front/base-command.ts'
import { lessonOf } from '../../jobs/lessons.ts'
import { lessonDocument, lessonText } from '../../reports/wisdom.ts'

export default class LessonsShow extends BaseCommand {
  static override summary = 'One lesson whole, with its evidence.'
  static override examples = ['<%= config.bin %> <%= command.id %> lesson/0f3a9c21d4']
  static override args = { id: Args.string({ description: 'The id of the lesson.', required: true }) }

  async run() {
    const { args, flags } = await this.parse(LessonsShow)
    const kept = await lessonOf(flags.dir, args.id)
    this.log(lessonText(kept))
    return lessonDocument(kept)
  }
}
