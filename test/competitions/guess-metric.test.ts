import { expect, test } from 'vitest'
import { evaluationOf, guessMetric } from '../../src/competitions/guess-metric.ts'

test.each([
  ['area under the ROC curve between the predicted probability and the observed target', 'auc'],
  ['the Area under the Receiver Operating Curve (AUC)', 'auc'],
  ['the quadratic weighted kappa, which measures agreement', 'qwk'],
  ['Root Mean Squared Logarithmic Error', 'rmsle'],
  ['the root mean squared error (RMSE)', 'rmse'],
  ['MCRMSE, mean columnwise root mean squared error', 'rmse'],
  ['**mean absolute error** of the predictions', 'mae'],
  ['[Multi Class Log Loss](https://x) between', 'log-loss'],
  ['multi-class logarithmic loss', 'log-loss'],
  ['the macro F1 score', 'f1-macro'],
  ['MeanFScore, which is a micro-averaged F1-score', 'f1-micro'],
  ['Mean Average Precision @ 12 (MAP@12)', 'map@12'],
  ['NDCG@5', 'ndcg@5'],
  ['their classification accuracy, the percentage of right labels', 'accuracy'],
  ['the **global** Dice coefficient', 'dice-global'],
  ["the mean column-wise Spearman's correlation coefficient", 'spearman'],
  ['Matthews Correlation Coefficient', 'mcc'],
  // These sound like one of ours and are not.
  ['the weighted AUC: each region of the curve is weighted', null],
  ['the Kullback Liebler divergence, a relative of log loss', null],
  ['the Log of the Mean Absolute Error, by type', null],
  ['mean average precision at different intersection over union (IoU) thresholds', null],
  ['the beauty of the result', null],
])('“%s” asks for %s', (words, name) => {
  const description = `# A race\n\n## Description\nOur accuracy counts.\n\n## Evaluation\nSubmissions are evaluated on ${words}.\n\n## Timeline\nmae\n`
  expect(guessMetric(description, false)).toBe(name)
})

test('where each class has a column, the metric is the one over classes', () => {
  expect(guessMetric('## Evaluation\nlog loss', true)).toBe('log-loss-classes')
  expect(guessMetric('## Evaluation\nROC AUC', true)).toBe('auc-ovr')
})

test('the evaluation is read up to what is said of files, and the whole text where no heading speaks of it', () => {
  const text = '# A\nx\n## Evaluation\n### Metric\nrmse\n### Submission Format\nid,y\n## Prizes\nmoney'
  expect(evaluationOf(text)).toBe('### Metric\nrmse')
  expect(evaluationOf('# A\nrmse')).toBe('# A\nrmse')
})
