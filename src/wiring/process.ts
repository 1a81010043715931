import { performance } from 'node:perf_hooks'
import { faultPoints } from './fault-points.ts'

/** Where tests stop this process; nowhere otherwise. */
export const at = faultPoints(process.env.ANNEAL_FAULT)
/** Monotonic seconds. */
export const clock = () => performance.now() / 1000
/** A label, nothing that is counted with. */
export const wall = () => new Date()
