import { relative, resolve } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { keepResearch, research } from '../jobs/research.ts'
import { listenToSignals } from '../jobs/session.ts'
import { teach, teacher } from '../jobs/teach.ts'
import { AnnealError, EXIT } from '../records/error.ts'
import { RESEARCH_DEPTHS, RESEARCH_MODES } from '../records/research.ts'
import { learnedText } from '../reports/learned-text.ts'
import { researchCost, researchText } from '../reports/research-text.ts'

export default class ResearchCommand extends BaseCommand {
  static override summary = 'Research a question on the web, through the search of the model’s server.'
  static override description =
    'What it finds is kept as Markdown with its sources: give it to one run with `anneal run --research FILE`, or teach it with --learn. It needs a server whose Responses API has the web search tool.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> "packing circles in a square" --mode ideas',
    '<%= config.bin %> <%= command.id %> "fast softmax kernels on Hopper" --mode implementations --depth deep --learn',
  ]
  static override args = { query: Args.string({ description: 'What to find out, in words.', required: true }) }
  static override flags = {
    mode: Flags.option({ options: RESEARCH_MODES })({ summary: 'What is wanted.', default: 'study' }),
    depth: Flags.option({ options: RESEARCH_DEPTHS })({
      summary: 'One round of searches, or more of them over what stayed open.',
      default: 'light',
    }),
    model: Flags.string({ summary: 'The model to ask; that of ANNEAL_MODEL if not given.' }),
    out: Flags.string({ summary: 'The file to write; one under .anneal/research if not given.', helpValue: 'FILE' }),
    learn: Flags.boolean({ summary: 'Teach what was found.' }),
  }

  async run() {
    const { args, flags } = await this.parse(ResearchCommand)
    const query = args.query.trim()
    if (query === '')
      throw new AnnealError({
        what: 'The question is empty.',
        why: 'There is nothing to search for.',
        fix: 'Say what to find out.',
      })
    const model = teacher(flags.model)
    if (!model || model.name === 'manual')
      throw new AnnealError({
        what: 'Research needs a model whose server searches the web.',
        why: model
          ? 'A person who plays the model has no search that Anneal could hold the findings against.'
          : 'No server is set (OPENAI_API_KEY, OPENAI_BASE_URL), or no model is named.',
        fix: 'Set the server, and name the model with --model or ANNEAL_MODEL.',
        exit: EXIT.unavailable,
      })
    const signals = listenToSignals(() => undefined)
    try {
      const { mode, depth, out } = flags
      const say = (text: string) => this.note(text)
      const found = await research({ query, mode, depth, model, signal: signals.finish, say })
      const { file, pages } = await keepResearch(flags.dir, found, out === undefined ? undefined : resolve(out))
      this.log(researchText(found))
      const told = { dryRun: false, model: null, say, signal: signals.finish }
      const learned = flags.learn && found.findings.length > 0 ? (await teach(flags.dir, [pages], told)).learned : []
      if (learned.length > 0) this.log(learnedText(learned, false))
      const shown = relative(process.cwd(), file)
      this.note(`${researchCost(found)} Kept in ${shown}; for one run: \`anneal run --research ${shown}\`.`)
      return { ...found, file, learned }
    } finally {
      signals.release()
    }
  }
}
