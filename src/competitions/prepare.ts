import { AnnealError } from '../records/error.ts'
import { seeded } from '../records/random.ts'
import { guessMetric } from './guess-metric.ts'
import { type Layout, type Named, readLayout } from './layout.ts'
import { type Looked, look, type Wishes } from './look.ts'
import { Invalid } from './scoring/csv.ts'
import { labelOf, listOf, METRIC_NAMES, type Metric, metricNamed, truthOf } from './scoring/metrics.ts'
import { type Format, scoreSubmission } from './scoring/submission.ts'
import { groupSplit, type Part, randomSplit, type Sizes, type SplitKind, stratifiedSplit, timeSplit } from './split.ts'

/** What the person says of a competition beside what its folder shows. */
export type CompetitionOptions = Named &
  Wishes & {
    metric?: string | undefined
    split?: SplitKind | undefined
    /** The shares of the training rows that are set aside. */
    validation: number
    holdout?: number | undefined
    /** Rows of the training table at most; a sample of them is used. */
    rows?: number | undefined
    seed: number
  }

/** A competition with its training rows divided. */
export type Prepared = {
  layout: Layout
  format: Format
  metric: Metric
  parts: Part[]
  looked: Looked
  /** What was understood and chosen, a line each. */
  notes: string[]
}

/** Most rows that are set aside, however many there are: more make a score hardly surer, and every attempt slower. */
const MOST: Sizes = { validation: 100_000, holdout: 50_000 }
/** A hold-out with fewer rows is too noisy to say anything. */
const FEWEST_HELD_OUT = 200

/** Reads the public part of a competition and divides its training rows. Throws an AnnealError where it cannot be understood. */
export async function prepareCompetition(source: string, options: CompetitionOptions): Promise<Prepared> {
  const layout = await readLayout(source, options)
  for (const name of [options.timeColumn, options.group])
    if (name !== undefined && !layout.trainColumns.includes(name))
      throw new AnnealError({
        what: `${layout.train} has no column ${name}.`,
        why: `Its columns are ${layout.trainColumns.join(', ')}.`,
        fix: 'Name one of them.',
      })
  const looked = await look(layout, options).catch((fault: unknown) => {
    if (!(fault instanceof Invalid)) throw fault
    throw new AnnealError({
      what: 'A table cannot be read.',
      why: fault.message,
      fix: 'Mend it, or name another with --train or --test.',
    })
  })
  const twice = firstTwice(looked.ids)
  if (twice !== null)
    throw new AnnealError({
      what: `In ${layout.train}, the ${layout.id} ${twice} stands in several rows.`,
      why: 'Rows that are set aside for measuring need an id of their own.',
      fix: 'Name another column with --id, or bring the table into one row for each id.',
    })
  const { name, metric, said } = chooseMetric(layout, looked, options.metric)
  const { id, targets, label, sample } = layout
  const format: Format = { competition: layout.name, columns: sample.table.columns, id, targets, label, metric: name }
  const { parts, note } = divide(layout, looked, metric, options)
  const prepared = { layout, format, metric, parts, looked }
  rehearse(prepared)
  const count = (part: Part) => parts.filter((one) => one === part).length
  return {
    ...prepared,
    notes: [
      `rows are named by ${id}; to be predicted: ${targets.slice(0, 12).join(', ')}${targets.length > 12 ? ` and ${targets.length - 12} more` : ''}${label === null ? '' : ` (the probabilities of the classes of ${label})`}`,
      `metric: ${name} (${metric.about}), ${metric.direction === 'maximize' ? 'higher' : 'lower'} is better; ${said}`,
      `split: ${note}`,
      `${looked.rows} rows to train on: attempts see ${count('train')}, are scored on ${count('validation')}${count('holdout') > 0 ? `, and would-be champions on ${count('holdout')} more` : ''}${count('dropped') > 0 ? `; ${count('dropped')} are not used (--rows)` : ''}`,
    ],
  }
}

function firstTwice(values: readonly string[]): string | null {
  const seen = new Set<string>()
  for (const value of values) {
    if (seen.has(value)) return value
    seen.add(value)
  }
  return null
}

function chooseMetric({ description, label }: Layout, { truths }: Looked, wish: string | undefined) {
  const guessed = wish ?? guessMetric(description, label !== null)
  const several = truths.slice(0, 5000).filter(([first = '']) => listOf(first).length > 1).length > truths.length / 20
  const name = wish === undefined && guessed === 'f1-micro' && several ? 'f1-sets-micro' : guessed
  const metric = name === null ? null : metricNamed(name)
  if (name !== null && metric !== null && (metric.takes === 'classes') === (label !== null))
    return {
      name,
      metric,
      said: wish === undefined ? 'guessed from the description; --metric names another' : 'as you said',
    }
  throw new AnnealError({
    what:
      name === null
        ? 'The description names no metric that is known here.'
        : metric === null
          ? `There is no metric ${name}.`
          : `The metric ${name} does not fit this competition.`,
    why:
      metric === null
        ? `The metrics are ${METRIC_NAMES.join(', ')}.`
        : label === null
          ? 'It wants a column for each class in the sample submission.'
          : 'The sample submission has a column for each class: log-loss-classes and auc-ovr take that.',
    fix: 'Name it with --metric NAME. For a metric of your own, import with the one that is nearest and change scoring/ in the task.',
  })
}

/** Divides the rows by the kind of the data, or as the person says. */
function divide(
  layout: Layout,
  looked: Looked,
  metric: Metric,
  { split, validation, holdout, rows: most, seed, timeColumn, group: grouped }: CompetitionOptions,
): { parts: Part[]; note: string } {
  const random = seeded(seed, 71)
  const { rows, time, group, truths } = looked
  const classified =
    metric.takes === 'labels' || metric.takes === 'classes' || (metric.takes === 'numbers' && metric.binary)
  const kind: SplitKind =
    split ??
    (timeColumn !== undefined || (time !== null && grouped === undefined)
      ? 'time'
      : group !== null
        ? 'group'
        : (classified && layout.targets.length === 1) || layout.label !== null
          ? 'stratified'
          : 'random')
  const used = most !== undefined && most < rows ? most : rows
  const share = holdout ?? (used * 0.1 >= FEWEST_HELD_OUT ? 0.1 : 0)
  const sizes: Sizes = {
    validation: Math.min(MOST.validation, Math.round(used * validation)),
    holdout: Math.min(MOST.holdout, Math.round(used * share)),
  }
  if (!(sizes.validation >= 1 && sizes.holdout >= 0 && sizes.validation + sizes.holdout < used))
    throw new AnnealError({
      what: `Of ${used} rows, ${sizes.validation} and ${sizes.holdout} cannot be set aside.`,
      why: 'At least one row must be there to score, and one to train on.',
      fix: 'Choose --validation and --holdout between 0 and 1, together below 1.',
    })
  const missing = kind === 'time' ? time === null && '--time-column' : kind === 'group' && group === null && '--group'
  if (missing)
    throw new AnnealError({
      what: `No column was found to split by ${kind}.`,
      why:
        kind === 'time'
          ? 'No column of both tables reads as a time that the test set lies after.'
          : 'No column of both tables has values that repeat, none of them in both.',
      fix: `Name it with ${missing} COLUMN, or choose another --split.`,
    })
  const strata = truths.map(([first = '']) => first)
  const parts =
    kind === 'time' && time
      ? timeSplit(time.values, sizes)
      : kind === 'group' && group
        ? groupSplit(group.values, sizes, random)
        : kind === 'stratified'
          ? stratifiedSplit(strata, sizes, random)
          : randomSplit(rows, sizes, random)
  if (!parts.includes('train'))
    throw new AnnealError({
      what: `Split by ${kind}, no row is left to train on.`,
      why: `All rows share one value of ${(kind === 'time' ? time : group)?.column ?? 'what they are divided by'}, or nearly all do.`,
      fix: 'Choose another --split, another column, or smaller --validation and --holdout.',
    })
  const because = split ?? (kind === 'time' ? timeColumn : kind === 'group' ? grouped : undefined)
  const by = kind === 'time' ? ` (${time?.column})` : kind === 'group' ? ` (${group?.column})` : ''
  return {
    parts: used < rows ? thinned(parts, used / rows, random) : parts,
    note: `${kind}${by}, ${because === undefined ? WHY[kind] : 'as you said'}; seed ${seed}`,
  }
}

const WHY: Readonly<Record<SplitKind, string>> = {
  time: 'because the test set lies later',
  group: 'because no group of the test set is in the training set',
  stratified: 'by class',
  random: 'since nothing orders or groups the rows',
}

/** Keeps a share of the rows that are trained on. */
const thinned = (parts: readonly Part[], share: number, random: () => number): Part[] =>
  parts.map((part) => (part === 'train' && random() >= share ? 'dropped' : part))

/** Scores the right answers against themselves, so that what cannot be scored is met now. Throws an AnnealError. */
function rehearse({ format, metric, parts, looked }: Omit<Prepared, 'notes'>): void {
  for (const part of ['validation', 'holdout'] as const) {
    const rows = looked.ids.flatMap((id, row) => (parts[row] === part ? [{ id, truth: looked.truths[row] ?? [] }] : []))
    if (rows.length === 0 && part === 'holdout') continue
    const said = ({ truth }: (typeof rows)[number]) =>
      metric.takes === 'classes'
        ? format.targets.map((name) => (labelOf(name) === labelOf(truth[0] ?? '') ? '1' : '0'))
        : metric.takes === 'numbers'
          ? truth.map((text) => String(truthOf(text)))
          : truth
    try {
      const given = new Map(rows.map((row) => [row.id, said(row)]))
      const columns = [format.id, ...(format.label === null ? format.targets : [format.label])]
      scoreSubmission(given, { columns, rows: rows.map(({ id, truth }) => [id, ...truth]) }, format)
    } catch (fault) {
      if (!(fault instanceof Invalid)) throw fault
      throw new AnnealError({
        what: `The ${part} rows cannot be scored with ${format.metric}.`,
        why: fault.message,
        fix: 'Choose another --metric, --split, --seed or --validation.',
      })
    }
  }
}
