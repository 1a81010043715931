import { relative } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { importTask, listFormats } from '../jobs/import-task.ts'
import { AnnealError } from '../records/error.ts'
import { importText } from '../reports/import-text.ts'

export default class Import extends BaseCommand {
  static override summary = "Make a task of another tool's, committed and ready to run."
  static override description =
    `Reads the folder SOURCE and writes a repository with anneal.yaml; the source is not changed. The formats are ${listFormats().join(', ')}. What each carries over: docs/importing.md. Competitions of MLE-bench have a command of their own, anneal import mle-bench.`
  static override examples = ['<%= config.bin %> <%= command.id %> openevolve examples/circle_packing --to packing']
  static override args = {
    format: Args.string({ description: `One of ${listFormats().join(', ')}.`, required: true }),
    source: Args.string({ description: 'The folder of the task.', required: true }),
  }
  static override flags = {
    to: Flags.string({ summary: 'The folder to make; SOURCE-anneal where none is named.', exclusive: ['in-place'] }),
    'in-place': Flags.boolean({ summary: 'Add what is needed to the repository that SOURCE is, as a commit.' }),
    source: Flags.string({
      summary: 'A file that may change; may be given several times.',
      multiple: true,
      multipleNonGreedy: true,
    }),
    config: Flags.string({ summary: "The other tool's configuration, relative to SOURCE." }),
    'eval-command': Flags.string({ summary: 'The command that prints the metric.' }),
    metric: Flags.string({ summary: 'The name of the metric.' }),
    goal: Flags.option({ options: ['maximize', 'minimize', 'max', 'min'] as const })({
      summary: 'Whether the metric should grow or shrink.',
    }),
    steps: Flags.integer({ summary: 'Attempts.', min: 1 }),
    instructions: Flags.string({ summary: 'What to tell the model besides: text, or a text file.' }),
    timeout: Flags.string({ summary: 'How long one evaluation may take, such as 10m.' }),
  }

  async run() {
    const { args, flags } = await this.parse(Import)
    const { 'in-place': inPlace, 'eval-command': evalCommand, goal, ...given } = flags
    if (evalCommand?.trim() === '')
      throw new AnnealError({
        what: 'The --eval-command is empty.',
        why: 'Nothing would be measured.',
        fix: 'Give the command that prints the metric.',
      })
    const made = await importTask(args.format, args.source, {
      ...given,
      inPlace,
      evalCommand,
      goal: goal?.startsWith('max') ? 'maximize' : goal ? 'minimize' : undefined,
    })
    this.log(importText(made, relative(process.cwd(), made.folder)))
    return made
  }
}
