import type { Prepared } from './prepare.ts'
import { recordOf } from './scoring/csv.ts'

/** More of a description is left out of the goal; the file is in the task. */
const LONGEST = 14_000

/** The most of a row that is shown. */
const WIDEST = 400

export type Told = {
  /** Seconds that a run of the program may take. */
  timeout: number
  /** Packages that are installed beside the standard library. */
  packages: readonly string[]
  /** Rows of the training table, as they stand there. */
  shown: readonly string[]
  /** Whether there are other files than tables. */
  files: boolean
}

/** The goal of a task: what its program must do, what the data look like, and the competition's own description. */
export function goalText(
  { layout, format, metric, parts }: Prepared,
  { timeout, packages, shown, files }: Told,
): string {
  const { description, label, targets, id } = layout
  const wanted =
    label === null
      ? `\`${targets.slice(0, 12).join('`, `')}\`${targets.length > 12 ? ' and so on' : ''}`
      : `the probability of each class of \`${label}\`, which sum to 1 in each row,`
  const cut = description.length > LONGEST
  return `Improve solve.py, so that what it predicts in the competition ${format.competition} scores better. The metric is ${format.metric} (${metric.about}); ${metric.direction === 'maximize' ? 'higher' : 'lower'} is better.

What solve.py must keep to:

- It is run as \`python3 solve.py FOLDER\`, without network, and may take ${timeout} seconds. ${packages.length > 0 ? `Beside the standard library, ${packages.join(', ')} ${packages.length > 1 ? 'are' : 'is'} installed.` : 'The standard library alone is installed.'}
- It reads FOLDER/train.csv (with the answers), FOLDER/test.csv (without) and FOLDER/sample_submission.csv. ${files ? "The competition's other files stand in files/, beside solve.py. " : ''}It writes \`$ANNEAL_OUT/submission.csv\`: the header \`${format.columns.slice(0, 20).join(',')}${format.columns.length > 20 ? ',…' : ''}\`, then one row for each \`${id}\` of the sample submission with ${wanted} predicted. Nothing may be missing, NaN or infinite.
- It is run twice. On data/search, some rows of the training table have been set aside as the test, and their answers hidden: that is what is scored. On data/full, where it has the whole training table and the competition's own test, it makes the submission that counts. So it must train from FOLDER alone, do the same on both, and not be fitted to the rows of either.
- It must not label by hand, look for answers, or read any other folder.

The first rows of data/search/train.csv, of ${parts.filter((part) => part === 'train').length}:

\`\`\`
${[recordOf(layout.trainColumns), ...shown].map((row) => (row.length > WIDEST ? `${row.slice(0, WIDEST)} …` : row)).join('\n')}
\`\`\`

The competition, in its own words${cut ? ` (the rest is in description.md)` : ''}:

${(cut ? description.slice(0, LONGEST) : description).trim()}
`
}
