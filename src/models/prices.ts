import type { ModelChoice } from '../records/task.ts'
import type { Counted } from './call.ts'

/** US dollars of a call by the task's own prices per million tokens; null where the task names none: an unknown price is not 0. */
export function priceOf({ prices, name }: ModelChoice, { input, cached, output }: Counted): number | null {
  if (name === 'manual') return 0
  if (!prices) return null
  return ((input - cached) * prices.input + cached * (prices.cached ?? prices.input) + output * prices.output) / 1e6
}
