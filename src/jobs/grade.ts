import { lstat, readFile } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { z } from 'zod'
import { type Graded, type GradingReport, report, rounded } from '../competitions/medals.ts'
import { Invalid, readTable, type Table } from '../competitions/scoring/csv.ts'
import { METRIC_NAMES, metricNamed } from '../competitions/scoring/metrics.ts'
import { answersOf, type Format, readSubmission, scoreSubmission } from '../competitions/scoring/submission.ts'
import { AnnealError } from '../records/error.ts'

const FormatFile = z.object({
  competition: z.string(),
  columns: z.array(z.string()),
  id: z.string(),
  targets: z.array(z.string()),
  label: z.string().nullable(),
  metric: z.string(),
})

/** Where the answers are, and what the format of the submission is where no task says it. */
export type GradeWishes = {
  /** A folder that holds `prepared/private/test.csv` and `leaderboard.csv`. */
  competition?: string | undefined
  answers?: string | undefined
  leaderboard?: string | undefined
  metric?: string | undefined
  id?: string | undefined
  target?: string[] | undefined
  label?: string | undefined
}

type Ranked = Extract<keyof GradingReport, `${string}_threshold` | `${string}_medal` | 'above_median'>

/** A report in the words of MLE-bench; thresholds and medals are null where no leaderboard was given. `reason` says why a submission is not valid. */
export type Grade = Omit<GradingReport, Ranked> & { [key in Ranked]: GradingReport[key] | null } & {
  metric: string
  reason: string | null
}

/** Grades a submission on hidden answers, as the harness of MLE-bench does. `folder` is the task's, where there is one. Throws where the answers or the leaderboard cannot be used. */
export async function grade(submission: string, folder: string, wishes: GradeWishes, created: Date): Promise<Grade> {
  const competition = wishes.competition
  const answersFile = wishes.answers ?? (competition && join(competition, 'prepared', 'private', 'test.csv'))
  const boardFile = wishes.leaderboard ?? (competition && join(competition, 'leaderboard.csv'))
  if (answersFile === undefined)
    throw new AnnealError({
      what: 'No answers are named.',
      why: 'A submission is graded on hidden answers.',
      fix: 'Give --answers FILE, or --competition DIR for a folder with prepared/private/test.csv and leaderboard.csv.',
    })
  const answers = await tableOf(answersFile, 'answers')
  const format = await formatOf(submission, folder, wishes)
  const board = boardFile === undefined ? null : await boardOf(boardFile)
  const { score, reason } = await scoreOf(submission, answers, format)
  const facts = await lstat(submission).catch(() => null)
  const graded: Graded = {
    ...{ competition: format.competition, score, path: submission, created },
    exists: facts?.isFile() === true && extname(submission).toLowerCase() === '.csv',
  }
  const made = report(graded, board ?? [0])
  if (board !== null) return { ...made, metric: format.metric, reason }
  const { competition_id, submission_exists, valid_submission, created_at, submission_path } = made
  return {
    ...{ competition_id, score: score === null ? null : rounded(score) },
    ...{ gold_threshold: null, silver_threshold: null, bronze_threshold: null, median_threshold: null },
    ...{ any_medal: null, gold_medal: null, silver_medal: null, bronze_medal: null, above_median: null },
    ...{ submission_exists, valid_submission, is_lower_better: metricNamed(format.metric)?.direction === 'minimize' },
    ...{ created_at, submission_path, metric: format.metric, reason },
  }
}

async function scoreOf(
  path: string,
  answers: Table,
  format: Format,
): Promise<{ score: number | null; reason: string | null }> {
  const rows = await usable(format, answers)
  try {
    if (extname(path).toLowerCase() !== '.csv') throw new Invalid('a submission is a .csv file')
    const given = await readSubmission(
      path,
      format,
      rows.map(({ id }) => id),
    )
    return { score: scoreSubmission(given, answers, format), reason: null }
  } catch (fault) {
    if (!(fault instanceof Invalid)) throw fault
    return { score: null, reason: fault.message.replace('submission.csv in $ANNEAL_OUT', path) }
  }
}

/** The answers by id. Throws an AnnealError where they do not fit the format: that is no fault of the submission. */
async function usable(format: Format, answers: Table) {
  try {
    return answersOf(answers, format)
  } catch (fault) {
    if (!(fault instanceof Invalid)) throw fault
    throw new AnnealError({
      what: 'The answers do not fit the submission.',
      why: fault.message,
      fix: 'Name the right file with --answers, and the columns with --id, --target or --label.',
    })
  }
}

async function tableOf(path: string, what: string): Promise<Table> {
  const text = await readFile(path, { encoding: 'utf8' })
    .then((whole) => whole.slice(0, 40))
    .catch((cause: Error) => {
      throw new AnnealError({ what: `The ${what} cannot be read.`, why: cause.message, fix: `Name an existing file.` })
    })
  if (text.startsWith('version https://git-lfs'))
    throw new AnnealError({
      what: `${path} is a pointer of Git LFS, not the ${what}.`,
      why: 'The repository was cloned without its large files.',
      fix: 'Fetch the file itself: `git lfs pull` in its repository.',
    })
  return readTable(path).catch((fault: unknown) => {
    if (!(fault instanceof Invalid)) throw fault
    throw new AnnealError({
      what: `${path} is not a table that can be read.`,
      why: fault.message,
      fix: 'Mend the file.',
    })
  })
}

/** The scores of a leaderboard, as they stand there. */
async function boardOf(path: string): Promise<number[]> {
  const { columns, rows } = await tableOf(path, 'leaderboard')
  const at = columns.indexOf('score')
  const scores = rows.map((row) => Number(row[at] === '' ? Number.NaN : row[at]))
  if (at >= 0 && scores.length > 0 && scores.every(Number.isFinite)) return scores
  throw new AnnealError({
    what: `${path} is no leaderboard.`,
    why:
      at < 0 ? `It has no column score; its columns are ${columns.join(', ')}.` : 'A score is missing or is no number.',
    fix: 'Name a CSV file with a column score, the best team first.',
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The format that the task in `folder` says, or that the flags and the header of the submission do. */
async function formatOf(submission: string, folder: string, wishes: GradeWishes): Promise<Format> {
  const text = await readFile(join(folder, 'competition.json'), 'utf8').catch(() => null)
  const told = text === null ? null : FormatFile.safeParse(parsed(text))
  if (told?.success === false)
    throw new AnnealError({
      what: 'competition.json is not what `anneal import mle-bench` writes.',
      why: 'It says how a submission is read, and some of that is missing or of another form.',
      fix: 'Name the task with --dir.',
    })
  const metric = wishes.metric ?? told?.data.metric
  if (metric === undefined || metricNamed(metric) === null)
    throw new AnnealError({
      what: metric === undefined ? 'No metric is named.' : `There is no metric ${metric}.`,
      why: `The metrics are ${METRIC_NAMES.join(', ')}.`,
      fix: 'Name it with --metric, or the task that `anneal import mle-bench` made with --dir.',
    })
  const columns = told?.data.columns ?? (await readTable(submission).catch(() => ({ columns: [] as string[] }))).columns
  const id = wishes.id ?? told?.data.id ?? columns[0] ?? 'id'
  return {
    ...{ competition: told?.data.competition ?? basename(resolve(wishes.competition ?? folder)), columns, id, metric },
    targets: wishes.target ?? told?.data.targets ?? columns.filter((name) => name !== id),
    label: wishes.label ?? told?.data.label ?? null,
  }
}
