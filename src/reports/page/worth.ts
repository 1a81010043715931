import type { Attempt } from '../../records/attempt.ts'
import { attemptOf, type Run } from '../../records/run.ts'
import { better } from '../../records/task.ts'
import type { Usage } from '../../records/usage.ts'
import { modelShares } from '../models.ts'
import type { ModelCost, OperatorWorth, StepCost, Told } from './shape.ts'

const LESSON = 'lesson/'
/** What the calls of the edit are made for: the change itself, mending one that did not apply, turns with tools. */
const EDITING = ['edit', 'repair', 'tools']
/** Pages and lessons that are listed, the most told first. */
const LISTED = 150

/** Time and money by step. Seconds are summed over slots that ran side by side. */
export function stepCosts(run: Run, usages: readonly Usage[]): StepCost[] {
  const sum = (step: keyof Attempt['seconds']) => run.attempts.reduce((total, { seconds }) => total + seconds[step], 0)
  const asked = (purposes: readonly string[]) => totals(usages.filter(({ purpose }) => purposes.includes(purpose)))
  const free = { calls: 0, tokens: 0, usd: 0 }
  const again = run.confirmations.reduce(
    (total, { confirm, holdout }) =>
      total + [confirm, holdout].reduce((sum, one) => sum + (one ? one.seconds.execute + one.seconds.evaluate : 0), 0),
    0,
  )
  const known = ['ideate', ...EDITING, 'learn']
  const others = [...new Set(usages.map(({ purpose }) => purpose))].filter((purpose) => !known.includes(purpose))
  const steps: StepCost[] = [
    { step: 'ideas', ...asked(['ideate']), seconds: sum('ideate') },
    { step: 'edits', ...asked(EDITING), seconds: sum('edit') },
    { step: 'execution', seconds: sum('execute'), ...free },
    { step: 'evaluation', seconds: sum('evaluate'), ...free },
    { step: 'confirmation', seconds: again, ...free },
    { step: 'lessons', ...asked(['learn']) },
    { step: 'delivery', seconds: run.deliveries.reduce((total, { seconds }) => total + seconds, 0), ...free },
    ...others.map((purpose) => ({ step: purpose, ...asked([purpose]) })),
  ]
  return steps.filter(({ seconds, calls }) => seconds > 0 || calls > 0)
}

function totals(usages: readonly Usage[]): Omit<StepCost, 'step'> {
  return usages.reduce<Omit<StepCost, 'step'>>(
    (sum, { seconds, calls, input, output, usd }) => ({
      seconds: sum.seconds + seconds,
      calls: sum.calls + calls,
      tokens: sum.tokens + input + output,
      usd: sum.usd === null || usd === null ? null : sum.usd + usd,
    }),
    { seconds: 0, calls: 0, tokens: 0, usd: 0 },
  )
}

/** What each model was asked, what it cost and what its ideas gained. */
export function modelCosts(run: Run, usages: readonly Usage[]): ModelCost[] {
  const shares = new Map(modelShares(run).map((share) => [share.model, share]))
  const names = new Set([...shares.keys(), ...usages.map(({ model }) => model)])
  return [...names]
    .map((model) => {
      const own = usages.filter((usage) => usage.model === model)
      const sum = (field: 'calls' | 'input' | 'cached' | 'output' | 'seconds') =>
        own.reduce((total, usage) => total + usage[field], 0)
      return {
        model,
        ideas: shares.get(model)?.attempts ?? 0,
        gained: shares.get(model)?.gained ?? 0,
        calls: sum('calls'),
        failed: own.filter(({ ok }) => !ok).length,
        untold: own.filter(({ untold }) => untold).length,
        input: sum('input'),
        cached: sum('cached'),
        output: sum('output'),
        seconds: sum('seconds'),
        usd: totals(own).usd,
      }
    })
    .toSorted((a, b) => b.calls - a.calls || a.model.localeCompare(b.model))
}

/** What each operator tried and gained. */
export function operatorWorth(run: Run): OperatorWorth[] {
  const { direction } = run.task.evaluate
  const found = new Map<string, OperatorWorth>()
  let best: number | null = null
  for (const attempt of run.attempts) {
    const { operator, status, score, seconds, usd } = attempt
    const record = status === 'scored' && better(direction, score, best)
    const gain = record && score !== null && best !== null ? Math.abs(score - best) : 0
    if (record) best = score
    if (operator === 'baseline') continue
    const one = found.get(operator) ?? {
      ...{ operator, attempts: 0, scored: 0, better: 0, records: 0, gained: 0, seconds: 0 },
      usd: 0 as number | null,
    }
    found.set(operator, {
      operator,
      attempts: one.attempts + 1,
      scored: one.scored + Number(status === 'scored'),
      better: one.better + Number(outcomeOf(attempt, run) === 'better'),
      records: one.records + Number(record),
      gained: one.gained + gain,
      seconds: one.seconds + seconds.ideate + seconds.edit + seconds.execute + seconds.evaluate,
      usd: one.usd === null || usd === null ? null : one.usd + usd,
    })
  }
  return [...found.values()].toSorted((a, b) => b.gained - a.gained || b.attempts - a.attempts)
}

/** How an attempt went against its first parent, as lessons are credited; `none` where neither has a score. */
function outcomeOf({ score, parents }: Attempt, run: Run): 'better' | 'worse' | 'none' {
  const before = attemptOf(run, parents[0])?.score ?? null
  if (before === null && score === null) return 'none'
  return better(run.task.evaluate.direction, score, before) ? 'better' : 'worse'
}

/** The pages and lessons of a run with what they were worth in it, the most told first; `more` were left out. */
export function toldIn(run: Run, names: Readonly<Record<string, string>>): { told: Told[]; more: number } {
  const lessons = new Map(run.lessons.map((lesson) => [lesson.id, lesson]))
  const found = new Map<string, Told>()
  const of = (id: string): Told => {
    const lesson = lessons.get(id)
    const text = lesson ? `${lesson.when}: ${lesson.advice}` : (names[id] ?? id)
    const kind = lesson?.kind ?? (id.startsWith(LESSON) ? 'earlier lesson' : (id.split('/')[0] ?? 'page'))
    return (
      found.get(id) ?? {
        ...{ id, kind, text: text.slice(0, 600), learnedBy: null },
        ...{ shown: 0, cited: 0, helped: 0, harmed: 0 },
      }
    )
  }
  for (const attempt of run.attempts) {
    const outcome = outcomeOf(attempt, run)
    for (const id of attempt.lessons) found.set(id, { ...of(id), learnedBy: of(id).learnedBy ?? attempt.attempt })
    for (const id of new Set(attempt.shown)) {
      const one = of(id)
      found.set(id, {
        ...one,
        shown: one.shown + 1,
        cited: one.cited + Number(attempt.idea.cites.includes(id)),
        helped: one.helped + Number(outcome === 'better'),
        harmed: one.harmed + Number(outcome === 'worse'),
      })
    }
  }
  const all = [...found.values()].toSorted((a, b) => b.shown - a.shown || b.helped - a.helped)
  return { told: all.slice(0, LISTED), more: Math.max(0, all.length - LISTED) }
}
