import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { ModelChoice } from '../records/task.ts'
import type { Used } from './piece.ts'

const PriceFile = z.object({
  as_of: z.string(),
  prices: z.record(z.string(), z.tuple([z.number(), z.number(), z.number()])),
})
/** List prices by model: US dollars for a million tokens of input, cached input and output. */
export type Prices = z.infer<typeof PriceFile>

export const readPrices = async (file: string): Promise<Prices> =>
  PriceFile.parse(JSON.parse(await readFile(file, 'utf8')))

/**
 * US dollars of a call: by the task's own prices, else by the list; null where neither knows the model: an unknown price is not 0.
 * A name may bear a provider before it and a date behind it (`openai/gpt-4o-2024-11-20`).
 */
export function priceOf(
  { prices: own, name }: Pick<ModelChoice, 'name' | 'prices'>,
  { input, cached, output }: Used,
  list: Prices | null,
): number | null {
  if (name === 'manual') return 0
  const plain = name.replace(/^.*\//, '').replace(/-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, '')
  const listed = list?.prices[plain]
  const [fresh, known, out] = own ? [own.input, own.cached ?? own.input, own.output] : (listed ?? [])
  if (fresh === undefined || known === undefined || out === undefined) return null
  return ((input - cached) * fresh + cached * known + output * out) / 1e6
}
