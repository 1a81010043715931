import { z } from 'zod'

/** What one call to a model took. Tokens as the server counted them; `usd` is null where the price is not known. */
export const Usage = z.object({
  model: z.string(),
  purpose: z.string(),
  calls: z.number().int().nonnegative(),
  input: z.number().nonnegative(),
  cached: z.number().nonnegative(),
  output: z.number().nonnegative(),
  usd: z.number().nonnegative().nullable(),
  seconds: z.number().nonnegative(),
  ok: z.boolean(),
  /** The server did not say what the call took: this is what had been kept back for it. */
  untold: z.boolean().optional(),
})
export type Usage = z.infer<typeof Usage>

/** What a call may take at most, kept back in the ledger before it is made. `usd` is null where the price is not known. */
export const Reservation = z.object({ tokens: z.number().nonnegative(), usd: z.number().nonnegative().nullable() })
export type Reservation = z.infer<typeof Reservation>
