import type { Role } from './task.ts'

/**
 * What one tiny call to a model showed; one more where it is to edit with tools. `usd` is null where its price is not known. `structured` tells how it is asked for JSON: by
 * a schema, as any object, or in words. `counts`: the server says what a call took. `tools` is null where they are not needed.
 */
export type ModelReport = {
  model: string
  roles: Role[]
  ok: boolean
  supports: {
    structured: 'schema' | 'object' | 'plain'
    streams: boolean
    counts: boolean
    tools: boolean | null
  } | null
  reason: string
  seconds: number
  tokens: number
  usd: number | null
}
