import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../front/base-command.ts'
import { grade } from '../jobs/grade.ts'
import { gradeText } from '../reports/grade-text.ts'

export default class Grade extends BaseCommand {
  static override summary = 'Grade a submission on hidden answers, once, with medals from a leaderboard.'
  static override description =
    'For after the choice is made: no run reads these answers. Rounds, ranks and reports as the harness of MLE-bench does. What the submission looks like is read from the task that `anneal import mle-bench` made (--dir), or given by flags.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> submission.csv --competition ../seedlings',
    '<%= config.bin %> <%= command.id %> submission.csv --answers test.csv --leaderboard leaderboard.csv --metric rmse',
  ]
  static override args = { submission: Args.string({ description: 'The submission.', required: true }) }
  static override flags = {
    competition: Flags.string({
      summary: 'A folder with prepared/private/test.csv and leaderboard.csv.',
    }),
    answers: Flags.string({ summary: 'The hidden answers, a CSV file.' }),
    leaderboard: Flags.string({ summary: 'A CSV file with a column score, the best team first.' }),
    metric: Flags.string({ summary: 'The metric, where no task says it.' }),
    id: Flags.string({ summary: 'The column that names a row; the first one where nothing is said.' }),
    target: Flags.string({
      summary: 'A column that was predicted; may be given several times.',
      multiple: true,
      multipleNonGreedy: true,
    }),
    label: Flags.string({ summary: 'The column of the answers that holds the class, where each has a column.' }),
  }

  async run() {
    const { args, flags } = await this.parse(Grade)
    const made = await grade(args.submission, flags.dir, flags, new Date())
    this.log(gradeText(made))
    return made
  }
}
