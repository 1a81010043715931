import { relative } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../front/base-command.ts'
import { COMPETITION_NAMES, importCompetition, initCompetition, SPLIT_KINDS } from '../../jobs/import-competition.ts'
import { importText } from '../../reports/import-text.ts'

export default class ImportMleBench extends BaseCommand {
  static override summary = 'Make a task of a prepared MLE-bench (or Kaggle) competition.'
  static override description =
    'Reads the public folder of the competition alone and writes a repository with a validation split of its own, whose answers no attempt sees. What is guessed is said, and each guess has a flag: docs/mle-bench.md.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> data/spaceship-titanic --to titanic',
    '<%= config.bin %> <%= command.id %> --example tabular seedlings',
    '<%= config.bin %> <%= command.id %> data/leaf-classification --metric log-loss-classes --split stratified',
  ]
  static override args = {
    source: Args.string({
      description: 'The folder of the competition, which holds prepared/public, public or the files themselves.',
      required: true,
    }),
  }
  static override flags = {
    to: Flags.string({ summary: 'The folder to make; the name of the competition with -anneal where none is named.' }),
    example: Flags.option({ options: COMPETITION_NAMES })({
      summary: 'Write a made-up competition to SOURCE first, for a try without data of your own.',
    }),
    metric: Flags.string({ summary: 'The metric; guessed from the description where none is named.' }),
    split: Flags.option({ options: SPLIT_KINDS })({
      summary: 'How rows are set aside; by the kind of the data where nothing is said.',
    }),
    'time-column': Flags.string({ summary: 'The column to split by time.' }),
    group: Flags.string({
      summary: 'The column whose values stay together; the id stands for its part before the last _.',
    }),
    validation: Flags.string({
      summary: 'The share of the training rows that attempts are scored on.',
      default: '0.2',
    }),
    holdout: Flags.string({
      summary: 'The share that only would-be champions are scored on; 0.1 where that is 200 rows or more, else 0.',
    }),
    rows: Flags.integer({ summary: 'Rows of the training table at most, sampled.', min: 10 }),
    name: Flags.string({ summary: 'The name of the competition; that of its folder where none is given.' }),
    seed: Flags.integer({ summary: 'The seed of the split, and of --example.', default: 1, min: 0 }),
    train: Flags.string({ summary: 'The table to train on.', helpGroup: 'FILES' }),
    test: Flags.string({ summary: 'The table to predict for.', helpGroup: 'FILES' }),
    sample: Flags.string({ summary: 'The sample submission.', helpGroup: 'FILES' }),
    id: Flags.string({ summary: 'The column that names a row.', helpGroup: 'FILES' }),
    target: Flags.string({
      ...{ summary: 'A column to predict; may be given several times.', helpGroup: 'FILES' },
      ...{ multiple: true, multipleNonGreedy: true },
    }),
    label: Flags.string({
      summary: 'The column of classes, where the sample has a column for each.',
      helpGroup: 'FILES',
    }),
    timeout: Flags.string({
      summary: 'How long one attempt may train, such as 10m.',
      default: '10m',
      helpGroup: 'RUN',
    }),
    memory: Flags.string({ summary: 'Memory of an attempt, such as 16GB.', helpGroup: 'RUN' }),
    submission: Flags.string({ summary: 'Where the submission of the best attempt is put.', helpGroup: 'RUN' }),
    server: Flags.string({
      summary: 'The address of a server that says whether a submission is valid.',
      helpGroup: 'RUN',
    }),
  }

  async run() {
    const { args, flags } = await this.parse(ImportMleBench)
    const { 'time-column': timeColumn, to, example, validation, holdout, ...given } = flags
    if (example !== undefined) await initCompetition(example, args.source, flags.seed)
    const made = await importCompetition(args.source, to, {
      ...{ ...given, timeColumn, validation: Number(validation) },
      holdout: holdout === undefined ? undefined : Number(holdout),
    })
    this.log(importText({ ...made, missing: [] }, relative(process.cwd(), made.folder)))
    return made
  }
}
