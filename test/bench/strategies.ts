import { pathToFileURL } from 'node:url'
import { STRATEGIES, type Task } from '../../src/records/task.ts'
import { bestOf } from '../../src/search/standing.ts'
import { landscapes } from './landscapes.ts'
import { simulate } from './simulate.ts'

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

function table(rows: readonly Row[]): string {
  const lines = ['landscape  strategy      score after 200 attempts (95 % CI)   minus bandit-tree, paired']
  for (const { landscape, strategy, mean, half, scores } of rows) {
    const reference = rows.find((row) => row.landscape === landscape && row.strategy === 'bandit-tree')
    const paired = interval(scores.map((score, index) => score - (reference?.scores[index] ?? 0)))
    const difference = strategy === 'bandit-tree' ? '' : `${paired.mean.toFixed(2)} ± ${paired.half.toFixed(2)}`
    lines.push(
      `${landscape.padEnd(10)} ${strategy.padEnd(13)} ${`${mean.toFixed(2)} ± ${half.toFixed(2)}`.padEnd(36)} ${difference}`,
    )
  }
  return lines.join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const begun = performance.now()
  console.log(table(compare(20)))
  console.log(`\n${((performance.now() - begun) / 1000).toFixed(1)} s`)
}
