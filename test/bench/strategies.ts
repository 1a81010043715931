import { STRATEGIES, Task } from '../../src/records/task.ts'
import { bestOf } from '../../src/search/standing.ts'
import { landscapes } from './landscapes.ts'
import { simulate } from './simulate.ts'
import type { Row as Table } from './table.ts'

const ATTEMPTS = 200
/** Student's t for 97.5 % and 19 degrees of freedom: 20 seeds. */
const T = 2.093

export type Row = {
  landscape: string
  strategy: Task['search']['strategy']
  mean: number
  half: number
  scores: number[]
}

/** The best score after 200 attempts for each strategy and landscape, with a 95 % confidence interval over seeds. */
export function compare(seeds: number): Row[] {
  return Object.entries(landscapes).flatMap(([name, make]) =>
    STRATEGIES.map((strategy): Row => {
      const scores = Array.from({ length: seeds }, (_, index) => {
        const seed = index + 1
        return bestOf(simulate(make(seed), strategy, seed, ATTEMPTS))?.score ?? 0
      })
      return { landscape: name, strategy, ...interval(scores), scores }
    }),
  )
}

/** Mean and half the width of its 95 % confidence interval. */
export function interval(values: readonly number[]): { mean: number; half: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, half: T * Math.sqrt(variance / values.length) }
}

/** The comparison as a table: each strategy's score, and how it differs from the default on the same seeds. */
export async function strategies(): Promise<Table[]> {
  const rows = compare(20)
  const standard = Task.shape.search.parse({}).strategy
  return rows.map(({ landscape, strategy, mean, half, scores }) => {
    const reference = rows.find((row) => row.landscape === landscape && row.strategy === standard)
    const paired = interval(scores.map((score, index) => score - (reference?.scores[index] ?? 0)))
    return {
      what: `${landscape}: ${strategy}${strategy === standard ? ' (the default)' : ''}, best score after ${ATTEMPTS} attempts`,
      figure: show({ mean, half }),
      aim:
        strategy === standard
          ? 'the best or within noise of it'
          : `${show(paired)} against the default, paired by seed`,
    }
  })
}

const show = ({ mean, half }: { mean: number; half: number }) => `${mean.toFixed(1)} ± ${half.toFixed(1)}`
