import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { recall } from '../jobs/lessons.ts'
import { AnnealError } from '../records/error.ts'
import { pagesText } from '../reports/wisdom.ts'

export default class Recall extends BaseCommand {
  static override summary = 'Search what was taught and what was learned.'
  static override description =
    'Gives the pages and lessons that fit the question, each page with why it was found: its place by words, by meaning and after a second look, or the link that led to it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> "out of memory on the GPU"',
    '<%= config.bin %> <%= command.id %> "simulated annealing" --tokens 4000 --json',
  ]
  static override args = { question: Args.string({ description: 'What to look for, in words.', required: true }) }
  static override flags = {
    tokens: Flags.integer({ summary: 'Tokens of all pages together, at most.', default: 4000, min: 1 }),
    rebuild: Flags.boolean({ summary: 'Build the store anew from the pages first.' }),
  }

  async run() {
    const { args, flags } = await this.parse(Recall)
    if (args.question.trim() === '')
      throw new AnnealError({
        what: 'The question is empty.',
        why: 'The store is searched by the words of the question.',
        fix: 'Say what to look for.',
      })
    const { pages, lessons, notes } = await recall(flags.dir, args.question, flags)
    for (const note of notes) this.note(note)
    const told = lessons.map(({ id, kind, when, advice }) => `${id}  ${kind}\n    ${when}: ${advice}`)
    this.log([pagesText(pages), ...told].filter(Boolean).join('\n') || 'Nothing was found.')
    return {
      pages: pages.map(({ page, why, score }) => ({ ...page, why, score })),
      lessons,
      notes,
    }
  }
}
