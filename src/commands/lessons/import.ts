import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../front/base-command.ts'
import { imported } from '../../jobs/lessons.ts'

export default class LessonsImport extends BaseCommand {
  static override summary = 'Take in lessons that were exported elsewhere; the same again adds nothing.'
  static override examples = ['<%= config.bin %> <%= command.id %> lessons.jsonl']
  static override args = { file: Args.string({ description: 'A file of JSON lines.', required: true }) }
  static override flags = { user: Flags.boolean({ summary: 'For all your projects, not for this one alone.' }) }

  async run() {
    const { args, flags } = await this.parse(LessonsImport)
    const { added, known, wrong } = await imported(flags.dir, args.file, flags.user)
    if (wrong.length > 0) this.note(`These lines hold no lesson: ${wrong.slice(0, 20).join(', ')}.`)
    this.log(`${added.length} lessons taken in, ${known.length} known already.`)
    return { added, known, wrong }
  }
}
