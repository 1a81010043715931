import { Invalid } from './csv.ts'
import {
  accuracy,
  balancedAccuracy,
  cohensKappa,
  f1Binary,
  f1Macro,
  f1Micro,
  f1Weighted,
  mcc,
  type OverLabels,
  quadraticKappa,
} from './labels.ts'
import { f1OfAllSets, f1OfSets, mapAt, ndcgAt, type OverLists } from './lists.ts'
import { dice, diceOfAll, iou, type OverMasks, runsOf } from './masks.ts'
import {
  auc,
  aucOneVersusRest,
  averagePrecision,
  logLoss,
  logLossOfClasses,
  mae,
  mape,
  mean,
  medianAe,
  mse,
  type OverNumbers,
  pearson,
  r2,
  rmse,
  rmsle,
  smape,
  spearman,
} from './numbers.ts'
import { jaccard, levenshtein, type OverTexts } from './texts.ts'

/** What a metric compares, and how. Over several columns, `numbers`, `labels` and `texts` are averaged column by column. */
export type Metric = { direction: 'maximize' | 'minimize'; about: string } & (
  | { takes: 'numbers'; of: OverNumbers; range?: readonly [number, number]; binary?: true }
  | { takes: 'labels'; of: OverLabels }
  | { takes: 'classes'; of: (truth: readonly number[], given: readonly (readonly number[])[]) => number }
  | { takes: 'lists'; of: OverLists }
  | { takes: 'masks'; of: OverMasks }
  | { takes: 'texts'; of: OverTexts }
)

const SHARES = { range: [0, 1], binary: true } as const

/** The metrics by name; those with `@k` are made by `metricNamed`. */
const METRICS: Readonly<Record<string, Metric>> = {
  rmse: { direction: 'minimize', takes: 'numbers', of: rmse, about: 'root mean squared error' },
  mse: { direction: 'minimize', takes: 'numbers', of: mse, about: 'mean squared error' },
  rmsle: { direction: 'minimize', takes: 'numbers', of: rmsle, about: 'root mean squared logarithmic error' },
  mae: { direction: 'minimize', takes: 'numbers', of: mae, about: 'mean absolute error' },
  'median-ae': { direction: 'minimize', takes: 'numbers', of: medianAe, about: 'median absolute error' },
  mape: { direction: 'minimize', takes: 'numbers', of: mape, about: 'mean absolute percentage error, as a share' },
  smape: {
    direction: 'minimize',
    takes: 'numbers',
    of: smape,
    about: 'symmetric mean absolute percentage error, 0 to 200',
  },
  r2: { direction: 'maximize', takes: 'numbers', of: r2, about: 'coefficient of determination' },
  pearson: { direction: 'maximize', takes: 'numbers', of: pearson, about: "Pearson's correlation" },
  spearman: { direction: 'maximize', takes: 'numbers', of: spearman, about: "Spearman's rank correlation" },
  auc: { direction: 'maximize', takes: 'numbers', of: auc, binary: true, about: 'area under the ROC curve' },
  'average-precision': {
    ...{ direction: 'maximize', takes: 'numbers', of: averagePrecision, binary: true },
    about: 'average precision',
  },
  'log-loss': {
    direction: 'minimize',
    takes: 'numbers',
    of: logLoss,
    ...SHARES,
    about: 'logarithmic loss, two classes',
  },
  brier: { direction: 'minimize', takes: 'numbers', of: mse, ...SHARES, about: 'Brier score' },
  'log-loss-classes': {
    ...{ direction: 'minimize', takes: 'classes', of: logLossOfClasses },
    about: 'logarithmic loss, a column for each class',
  },
  'auc-ovr': {
    ...{ direction: 'maximize', takes: 'classes', of: aucOneVersusRest },
    about: 'mean area under the ROC curve of each class against the rest, a column for each class',
  },
  accuracy: { direction: 'maximize', takes: 'labels', of: accuracy, about: 'share of right labels' },
  'balanced-accuracy': {
    direction: 'maximize',
    takes: 'labels',
    of: balancedAccuracy,
    about: 'mean recall of the classes',
  },
  f1: { direction: 'maximize', takes: 'labels', of: f1Binary, about: 'F1 of the class 1' },
  'f1-macro': { direction: 'maximize', takes: 'labels', of: f1Macro, about: 'mean F1 of the classes' },
  'f1-micro': { direction: 'maximize', takes: 'labels', of: f1Micro, about: 'micro-averaged F1, one label to a row' },
  'f1-weighted': { direction: 'maximize', takes: 'labels', of: f1Weighted, about: 'F1 of the classes by their share' },
  mcc: { direction: 'maximize', takes: 'labels', of: mcc, about: "Matthews' correlation" },
  kappa: { direction: 'maximize', takes: 'labels', of: cohensKappa, about: "Cohen's kappa" },
  qwk: { direction: 'maximize', takes: 'labels', of: quadraticKappa, about: 'quadratic weighted kappa' },
  'f1-sets': { direction: 'maximize', takes: 'lists', of: f1OfSets, about: 'mean F1 of each row’s set of labels' },
  'f1-sets-micro': { direction: 'maximize', takes: 'lists', of: f1OfAllSets, about: 'F1 over all labels of all rows' },
  dice: { direction: 'maximize', takes: 'masks', of: dice, about: "mean Dice's coefficient of run-length masks" },
  'dice-global': { direction: 'maximize', takes: 'masks', of: diceOfAll, about: "Dice's coefficient over all pixels" },
  iou: { direction: 'maximize', takes: 'masks', of: iou, about: 'mean intersection over union of run-length masks' },
  levenshtein: { direction: 'minimize', takes: 'texts', of: levenshtein, about: 'mean edit distance' },
  jaccard: { direction: 'maximize', takes: 'texts', of: jaccard, about: 'mean share of common words' },
}

export const METRIC_NAMES: readonly string[] = [...Object.keys(METRICS), 'map@K', 'ndcg@K']

/** The metric of a name such as `rmse` or `map@5`; null where there is none. */
export function metricNamed(name: string): Metric | null {
  if (Object.hasOwn(METRICS, name)) return METRICS[name] ?? null
  const [, kind, places] = /^(map|ndcg)@([1-9]\d{0,3})$/.exec(name) ?? []
  if (kind === undefined) return null
  const k = Number(places)
  return kind === 'map'
    ? { direction: 'maximize', takes: 'lists', of: mapAt(k), about: `mean average precision of the first ${k}` }
    : { direction: 'maximize', takes: 'lists', of: ndcgAt(k), about: `normalised gain of the first ${k}` }
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/

/** A finite number. Throws Invalid, also on NaN, infinity and an empty field. */
export function numberOf(text: string): number {
  const value = NUMBER.test(text.trim()) ? Number(text) : Number.NaN
  if (!Number.isFinite(value)) throw new Invalid(`${JSON.stringify(text.slice(0, 40))} is not a finite number`)
  return value
}

/** The number that stands for a true value: `True` is 1 and `False` 0. */
export const truthOf = (text: string): number =>
  /^true$/i.test(text.trim()) ? 1 : /^false$/i.test(text.trim()) ? 0 : numberOf(text)

/** One spelling for labels that are the same: `1`, `1.0` and `True`; `blue` stays as it is. */
export function labelOf(text: string): string {
  const word = text.trim()
  if (/^(true|false)$/i.test(word)) return word.toLowerCase() === 'true' ? '1' : '0'
  return NUMBER.test(word) ? String(Number(word)) : word
}

export const listOf = (text: string): string[] => text.trim().split(/\s+/).filter(Boolean)

/**
 * Scores what was given against the truth, both by row. `classes` wants one label of truth in each row, and the names of the columns given.
 * Throws Invalid where a field is not what the metric takes.
 */
export function score(
  metric: Metric,
  truth: readonly string[][],
  given: readonly string[][],
  names: readonly string[],
): number {
  const column = (rows: readonly string[][], at: number) => rows.map((row) => row[at] ?? '')
  const columnwise = (of: (truth: string[], given: string[]) => number) =>
    mean(names.map((_, at) => of(column(truth, at), column(given, at))))
  switch (metric.takes) {
    case 'numbers':
      return columnwise((right, said) => {
        const answers = right.map(truthOf)
        if (metric.binary && answers.some((one) => one !== 0 && one !== 1))
          throw new Invalid('the answers hold other values than 0 and 1')
        return metric.of(
          answers,
          said.map((text) => within(numberOf(text), metric.range)),
        )
      })
    case 'labels':
      return columnwise((right, said) => metric.of(right.map(labelOf), said.map(labelOf)))
    case 'texts':
      return columnwise(metric.of)
    case 'lists':
      return metric.of(column(truth, 0).map(listOf), column(given, 0).map(listOf))
    case 'masks':
      return metric.of(column(truth, 0).map(runsOf), column(given, 0).map(runsOf))
    case 'classes': {
      const spelled = names.map(labelOf)
      const right = column(truth, 0).map((label) => spelled.indexOf(labelOf(label)))
      if (right.includes(-1)) throw new Invalid('an answer is a class that has no column')
      return metric.of(
        right,
        names.map((_, at) => column(given, at).map((text) => within(numberOf(text), [0, 1]))),
      )
    }
  }
}

function within(value: number, range: readonly [number, number] | undefined): number {
  if (range === undefined || (value >= range[0] && value <= range[1])) return value
  throw new Invalid(`${value} is not a number from ${range[0]} to ${range[1]}`)
}
