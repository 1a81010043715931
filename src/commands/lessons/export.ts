import { writeFile } from 'node:fs/promises'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../../front/base-command.ts'
import { exported, lessonsOf } from '../../jobs/lessons.ts'
import { lessonDocument } from '../../reports/wisdom.ts'

export default class LessonsExport extends BaseCommand {
  static override summary = 'All lessons as JSON lines, for another project or another person.'
  static override examples = ['<%= config.bin %> <%= command.id %> > lessons.jsonl']
  static override flags = {
    output: Flags.string({ summary: 'The file to write to; standard output if not given.', char: 'o' }),
  }

  async run() {
    const { flags } = await this.parse(LessonsExport)
    const { text, lessons } = await exported(flags.dir)
    if (flags.output === undefined) this.log(text.trimEnd())
    else await writeFile(flags.output, text)
    this.note(`${lessons} lessons.`)
    return { output: flags.output ?? null, lessons: (await lessonsOf(flags.dir, false)).map(lessonDocument) }
  }
}
