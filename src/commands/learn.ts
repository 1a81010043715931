import { Flags } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { listenToSignals } from '../jobs/session.ts'
import { teach, teacher } from '../jobs/teach.ts'
import { AnnealError } from '../records/error.ts'
import { learnedText } from '../reports/learned-text.ts'

export default class Learn extends BaseCommand {
  static override summary = 'Teach it: repositories, folders, files, web pages, earlier runs.'
  static override description =
    'Each SOURCE is a git repository (path or address), a folder or file of Markdown, text, HTML, PDF, notebooks or source code, the address of a web page, or the name of an earlier run. What is learned lies as Markdown pages under .anneal/pages. Learning a source again takes in what has changed.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> docs/ paper.pdf',
    '<%= config.bin %> <%= command.id %> https://example.org/guide.html --dry-run',
    '<%= config.bin %> <%= command.id %> quiet-otter-3f2a --json',
  ]
  static override strict = false
  static override usage = 'learn SOURCE... [--dry-run] [--model NAME] [--json]'
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Say what would be learned, and change nothing.' }),
    model: Flags.string({ summary: 'The model that judges whether pages that are alike say the same.' }),
  }

  async run() {
    const { argv, flags } = await this.parse(Learn)
    const sources = argv.map(String)
    if (sources.length === 0)
      throw new AnnealError({
        what: 'No source is named.',
        why: 'It learns from what you name.',
        fix: 'Name a folder, a file, an address or a run: `anneal learn docs/`.',
      })
    const unknown = sources.find((source) => source.startsWith('-'))
    if (unknown !== undefined)
      throw new AnnealError({
        what: `There is no flag ${unknown}.`,
        why: 'anneal learn does not know it.',
        fix: 'See `anneal learn --help`.',
      })
    const signals = listenToSignals(() => undefined)
    const dryRun = flags['dry-run']
    const { learned, spent } = await teach(flags.dir, sources, {
      dryRun,
      model: teacher(flags.model),
      say: (text) => this.note(text),
      signal: signals.finish,
    }).finally(signals.release)
    this.log(learnedText(learned, dryRun))
    if (learned.every(({ at }) => at === null)) process.exitCode = 2
    return { dryRun, sources: learned, spent }
  }
}
