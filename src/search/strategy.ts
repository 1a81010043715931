import type { Task } from '../records/task.ts'
import { banditTree } from './bandit-tree.ts'
import type { Strategy } from './choice.ts'
import { greedyTree } from './greedy-tree.ts'
import { kapsoTree } from './kapso-tree.ts'
import { mapElites } from './map-elites.ts'

/** The strategies by name. */
export const strategies: Readonly<Record<Task['search']['strategy'], Strategy>> = {
  'bandit-tree': banditTree,
  'greedy-tree': greedyTree,
  'map-elites': mapElites,
  'kapso-tree': kapsoTree,
}
