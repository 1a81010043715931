/** Metrics that sound like one of ours and are not: nothing is guessed where the text speaks of them. */
const OTHERS =
  /weighted[\s-]+(auc|auroc|multi-label|log|\(?column)|kendall|kullback|iou thresholds|\biou\)? ?[>`$]|union \(iou\) thresholds|mean average precision at different|voc 20\d\d|laplace|hausdorff|angular error|haversine|distance errors|label-ranking|lwlrap|f0\.5|f-?beta|probabilistic f1|log of the mean absolute|generalized mean|bias auc|top-1 classification error/

/** What the usual names look like in a description, the more special before the more general. `classes` stands where each class has a column. */
const SIGNS: readonly (readonly [RegExp, string, string?])[] = [
  [/quadratic(ally)? weighted (cohen'?s? )?kappa|\bqwk\b/, 'qwk'],
  [/cohen'?s kappa/, 'kappa'],
  [/matthews/, 'mcc'],
  [/global\W{0,6}dice/, 'dice-global'],
  [/\bdice\b/, 'dice'],
  [/jaccard/, 'jaccard'],
  [/levenshtein/, 'levenshtein'],
  [/spearman/, 'spearman'],
  [/pearson/, 'pearson'],
  [/root[\s-]+mean[\s-]+squared?[\s-]+log(arithmic)?[\s-]+error|\brmsle\b/, 'rmsle'],
  [
    /root[\s-]+mean[\s-]+squared?[\s-]+error|\b(mc)?rmse\b|root mean square deviation|columnwise root mean squared/,
    'rmse',
  ],
  [/symmetric mean absolute percentage|\bsmape\b/, 'smape'],
  [/mean absolute percentage|\bmape\b/, 'mape'],
  [/median absolute error/, 'median-ae'],
  [/mean absolute error|\bmae\b/, 'mae'],
  [/mean squared error|\bmse\b/, 'mse'],
  [/coefficient of determination|\br2\b|\br\^2|r² score|r-squared/, 'r2'],
  [/(log[\s-]?loss|logarithmic loss|cross[\s-]?entropy)/, 'log-loss', 'log-loss-classes'],
  [/brier/, 'brier'],
  [/balanced accuracy/, 'balanced-accuracy'],
  [
    /(area under|auc|auroc|roc)\b.{0,60}(receiver operating|roc|curve)|\broc[\s-]auc\b|\bauc(-roc|roc)?\b/,
    'auc',
    'auc-ovr',
  ],
  [/average precision/, 'average-precision'],
  [/macro[\s-]+(averaged?\s)?\[?f1|f1[\s-]macro/, 'f1-macro'],
  [/weighted[\s-]+f1/, 'f1-weighted'],
  [/micro[\s-]+(averaged?\s)?\[?f1|meanfscore/, 'f1-micro'],
  [/mean f1|mean fscore|mean f-score/, 'f1-sets'],
  [/\bf1\b|f-score|f-measure/, 'f1'],
  [/accuracy|percentage of predicted labels that are correct|predict the correct/, 'accuracy'],
]

/**
 * The name of the metric that a competition's description asks for; null where it speaks of none that is known here. `classes`: each class has a column.
 * Reads the section on evaluation where there is one.
 */
export function guessMetric(description: string, classes: boolean): string | null {
  const text = evaluationOf(description).toLowerCase().replaceAll('*', '')
  if (OTHERS.test(text)) return null
  const ranked = /(?:map|mean average precision)\s*(?:@|at)\s*(\d+)/.exec(text)
  if (ranked) return `map@${ranked[1]}`
  const gain = /(?:ndcg|normalized discounted cumulative gain)\W{0,3}(?:@|at)\s*(\d+)/.exec(text)
  if (gain) return `ndcg@${gain[1]}`
  const found = SIGNS.flatMap(([sign, name, ofClasses]) => {
    const at = text.search(sign)
    return at < 0 ? [] : [{ at, name: classes && ofClasses ? ofClasses : name }]
  })
  return found[0]?.name ?? null
}

/** The text under the first heading on evaluation, up to what is said of files; the whole text where there is none. */
export function evaluationOf(description: string): string {
  const lines = description.split('\n')
  const start = lines.findIndex((line) => /^#{1,6}\s.*\b(evaluation|metric|scoring)/i.test(line))
  if (start < 0) return description
  const depth = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 1
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => {
    const marks = /^(#+)\s/.exec(line)?.[1]?.length
    return (
      marks !== undefined &&
      (marks <= depth ? !/metric|evaluation|goal/i.test(line) : /submission|format|timeline|prize/i.test(line))
    )
  })
  return rest.slice(0, end < 0 ? undefined : end).join('\n')
}
