import { describe, expect, test } from 'vitest'
import { Invalid } from '../../src/competitions/scoring/csv.ts'
import { METRIC_NAMES, metricNamed, score } from '../../src/competitions/scoring/metrics.ts'

/** Scores columns of truth and of what was given; `names` are those of the columns given. */
function scored(name: string, truth: unknown[][], given: unknown[][], names = truth.map((_, at) => `y${at}`)): number {
  const metric = metricNamed(name)
  if (!metric) throw new Error(`no metric ${name}`)
  const rows = (columns: unknown[][]) =>
    (columns[0] ?? []).map((_, row) => columns.map((column) => String(column[row])))
  return score(metric, rows(truth), rows(given), names)
}

const [T, G] = [
  [3, -0.5, 2, 7, 4.25],
  [2.5, 0, 2, 8, 4],
]
const [BITS, SHARES] = [
  [0, 0, 1, 1, 0, 1, 1, 0],
  [0.1, 0.4, 0.35, 0.8, 0.4, 0.4, 0.9, 0.05],
]
const [ANIMALS, SAID] = [
  ['cat', 'dog', 'dog', 'cow', 'cat', 'cow', 'dog', 'cat'],
  ['cat', 'dog', 'cat', 'cow', 'dog', 'cow', 'dog', 'pig'],
]

// The values are scikit-learn's 1.9.1 on the same numbers (scipy's for the correlations).
test.each([
  ['rmse', T, G, 0.5590169943749475],
  ['mse', T, G, 0.3125],
  ['mae', T, G, 0.45],
  ['rmsle', [3, 0.5, 2, 7, 4.25], [2.5, 0.25, 2, 8, 4], 0.11603887839524193],
  ['median-ae', T, G, 0.5],
  ['mape', T, G, 0.2736694677871149],
  ['r2', T, G, 0.9491042345276873],
  ['pearson', T, G, 0.981084928665023],
  ['spearman', [1, 2, 2, 3, 5, 4], [1.5, 1.5, 3, 2, 9, 3], 0.8060599359358183],
  ['auc', BITS, SHARES, 0.8125],
  ['average-precision', BITS, SHARES, 0.8166666666666667],
  ['log-loss', BITS, SHARES, 0.4341152476152784],
  ['brier', BITS, SHARES, 0.145625],
  ['accuracy', ANIMALS, SAID, 0.625],
  ['balanced-accuracy', ANIMALS, SAID, 0.6666666666666666],
  ['f1-macro', ANIMALS, SAID, 0.5166666666666666],
  ['f1-micro', ANIMALS, SAID, 0.625],
  ['f1-weighted', ANIMALS, SAID, 0.65],
  ['mcc', ANIMALS, SAID, 0.47776654295295456],
  ['kappa', ANIMALS, SAID, 0.4666666666666667],
  ['f1', BITS, [0, 1, 1, 1, 0, 0, 1, 0], 0.75],
  ['mcc', BITS, [0, 1, 1, 1, 0, 0, 1, 0], 0.5],
  ['qwk', [0, 1, 2, 3, 4, 2, 1, 0, 3, 4], [0, 2, 2, 3, 3, 1, 1, 0, 4, 4], 0.9],
] as [string, unknown[], unknown[], number][])('%s is what scikit-learn makes it', (name, truth, given, value) => {
  expect(scored(name, [truth], [given])).toBeCloseTo(value, 12)
})

describe('several columns', () => {
  // scikit-learn 1.9.1: roc_auc_score with average="macro", the mean of log_loss, root_mean_squared_error.
  const truth = [
    [0, 1, 1, 0, 1],
    [1, 0, 1, 0, 0],
  ]
  const given = [
    [0.2, 0.7, 0.6, 0.65, 0.9],
    [0.9, 0.3, 0.4, 0.1, 0.5],
  ]
  test.each([
    ['auc', truth, given, 0.8333333333333333],
    ['log-loss', truth, given, 0.4422660646863922],
    [
      'rmse',
      [
        [1, 2, 3],
        [10, 20, 30],
      ],
      [
        [1.5, 2, 2],
        [11, 18, 33],
      ],
      1.4028720619185948,
    ],
  ] as [string, number[][], number[][], number][])('%s is the mean over columns', (name, right, said, value) => {
    expect(scored(name, right, said)).toBeCloseTo(value, 12)
  })

  test('a column for each class: log loss and the area against the rest', () => {
    const right = [['a', 'b', 'c', 'b', 'a', 'c']]
    const said = [
      [0.7, 0.2, 0.1, 0.3, 0.5, 0.25],
      [0.2, 0.5, 0.3, 0.4, 0.25, 0.5],
      [0.1, 0.3, 0.6, 0.3, 0.25, 0.25],
    ]
    const names = ['a', 'b', 'c']
    expect(scored('log-loss-classes', right, said, names)).toBeCloseTo(0.75939667030311, 12)
    expect(scored('auc-ovr', right, said, names)).toBeCloseTo(0.8333333333333334, 12)
    // Rows are divided by their sum.
    expect(scored('log-loss-classes', [['a']], [[0.2], [0.2], [0.1]], names)).toBeCloseTo(-Math.log(0.4), 12)
    expect(() => scored('log-loss-classes', [['d']], [[1], [0], [0]], names)).toThrow('no column')
  })
})

describe('lists, masks and texts', () => {
  // By hand, from the definitions.
  test.each([
    ['map@3', ['a'], ['b a c'], 1 / 2],
    ['map@3', ['a b'], ['a c b'], (1 + 2 / 3) / 2],
    ['map@1', ['a b'], ['a c b'], 1],
    ['map@5', ['a'], ['a a a'], 1],
    ['map@5', ['a', 'b'], ['x y', 'b'], 1 / 2],
    ['ndcg@3', ['a'], ['b c a'], 1 / 2],
    ['ndcg@1', ['a'], ['b a'], 0],
    ['f1-sets', ['a b', 'c', ''], ['a d', 'c', ''], (0.5 + 1 + 1) / 3],
    ['dice', ['1 4'], ['3 4'], (2 * 2) / 8],
    ['dice', ['', '1 2'], ['', '3 2'], 1 / 2],
    ['dice-global', ['1 4', '1 2'], ['1 4', ''], 8 / 10],
    ['iou', ['1 4 10 2'], ['3 4 11 5'], 3 / 12],
    ['levenshtein', ['kitten', 'same'], ['sitting', 'same'], 3 / 2],
    ['jaccard', ['The cat sat'], ['the dog sat down'], 2 / 5],
    ['smape', [1, 0], [3, 0], 50],
  ] as [string, unknown[], unknown[], number][])('%s of %j given %j', (name, truth, given, value) => {
    expect(scored(name, [truth], [given])).toBeCloseTo(value, 12)
  })

  test('what scikit-learn makes of gains and sets', () => {
    expect(scored('ndcg@3', [['a c', 'b']], [['a b c d', 'c a b d']])).toBeCloseTo(0.7098603945740938, 12)
    const [truth, given] = [
      ['a b', 'c', 'a c'],
      ['a c', 'c', 'a b c'],
    ]
    expect(scored('f1-sets', [truth], [given])).toBeCloseTo(0.7666666666666666, 12)
    expect(scored('f1-sets-micro', [truth], [given])).toBeCloseTo(0.7272727272727273, 12)
  })
})

describe('what cannot be scored', () => {
  test.each([
    ['rmse', [1], ['nan'], 'not a finite number'],
    ['rmse', [1], ['inf'], 'not a finite number'],
    ['rmse', [1], ['1e999'], 'not a finite number'],
    ['rmse', [1], [''], 'not a finite number'],
    ['rmse', [1], ['0x10'], 'not a finite number'],
    ['log-loss', [1], [1.5], 'from 0 to 1'],
    ['rmsle', [1], [-1], 'logarithm'],
    ['auc', [1, 1], [0.5, 0.2], 'one class'],
    ['auc', [1, 2], [0.5, 0.2], 'other values than 0 and 1'],
    ['qwk', [1], ['1.5'], 'whole number'],
    ['f1', ['yes', 'no'], ['yes', 'no'], 'two classes'],
    ['dice', ['1 2'], ['1'], 'without a length'],
    ['dice', ['1 2'], ['5 2 1 2'], 'out of order'],
    ['dice', ['1 2'], ['0 2'], 'from 1 on'],
  ] as [string, unknown[], unknown[], string][])('%s of %j given %j', (name, truth, given, words) => {
    expect(() => scored(name, [truth], [given])).toThrow(Invalid)
    expect(() => scored(name, [truth], [given])).toThrow(words)
  })

  test('extremes stay finite, and constants correlate with nothing', () => {
    expect(scored('log-loss', [[1, 0]], [[0, 1]])).toBeCloseTo(-Math.log(1e-15), 2)
    expect(scored('pearson', [[1, 2]], [[3, 3]])).toBe(0)
    expect(scored('r2', [[2, 2]], [[1, 3]])).toBe(0)
    expect(scored('accuracy', [['True', '1.0', 'x']], [['1', 'true', ' x ']])).toBe(1)
  })
})

test('names are known or not, and a perfect answer is never beaten', () => {
  expect(METRIC_NAMES.length).toBeGreaterThan(30)
  expect(['toString', 'map@0', 'map@', 'RMSE'].map(metricNamed)).toEqual([null, null, null, null])
  for (const name of METRIC_NAMES.map((each) => each.replace('K', '3'))) {
    const metric = metricNamed(name)
    if (!metric) throw new Error(name)
    const truth = metric.takes === 'masks' ? ['1 2', '4 3'] : ['1', '0']
    const classes = metric.takes === 'classes'
    const right = classes
      ? [
          [1, 0],
          [0, 1],
        ]
      : [truth]
    const wrong = classes
      ? [
          [0.4, 0.7],
          [0.6, 0.3],
        ]
      : metric.takes === 'masks'
        ? [['1 1', '9 1']]
        : [['0', '1']]
    const names = classes ? ['1', '0'] : ['y']
    const [best, worse] = [scored(name, [truth], right, names), scored(name, [truth], wrong, names)]
    if (metric.direction === 'maximize') expect(best, name).toBeGreaterThan(worse)
    else expect(best, name).toBeLessThan(worse)
  }
})
