import { Flags } from '@oclif/core'
import { BaseCommand } from '../../front/base-command.ts'
import { lessonsOf } from '../../jobs/lessons.ts'
import { lessonDocument, lessonsText } from '../../reports/wisdom.ts'

export default class LessonsList extends BaseCommand {
  static override summary = 'The lessons of this project and your own, those worth most first.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']
  static override flags = { forgotten: Flags.boolean({ summary: 'Forgotten ones too.' }) }

  async run() {
    const { flags } = await this.parse(LessonsList)
    const kept = await lessonsOf(flags.dir, flags.forgotten)
    this.log(lessonsText(kept) || 'No lessons yet: a run learns them.')
    return { lessons: kept.map(lessonDocument) }
  }
}
