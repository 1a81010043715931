import { z } from 'zod'
import type { Format, Shape } from './piece.ts'

/** How to ask for a reply of a schema: what goes into the request, and what must be said in words because the request cannot say it. */
export function shapeOf(
  { name, schema }: { name: string; schema: z.ZodType },
  shape: Shape,
): { format: Format | null; instruction: string } {
  const json = z.toJSONSchema(schema, { target: 'draft-7', io: 'output' }) as Record<string, unknown>
  delete json.$schema
  if (shape === 'schema')
    return { format: { type: 'json_schema', json_schema: { name, schema: json } }, instruction: '' }
  const instruction = `Answer with one JSON object and nothing else. It must fit this JSON schema (${name}):\n${JSON.stringify(json)}`
  return { format: shape === 'object' ? { type: 'json_object' } : null, instruction }
}

/** Reads the JSON object of a reply, fences and prose around it forgiven, and holds it against the schema. */
export function readStructured(text: string, schema: z.ZodType): { value: unknown } | { reason: string } {
  const json = firstObject(text)
  if (json === null) return { reason: 'it holds no JSON object' }
  const parsed = schema.safeParse(json)
  return parsed.success
    ? { value: parsed.data }
    : {
        reason: parsed.error.issues
          .map(({ path, message }) => `${path.join('.') || 'the object'}: ${message}`)
          .join('; '),
      }
}

/** The first balanced `{…}` of a text that is JSON; null where there is none. Braces inside strings do not count. */
function firstObject(text: string): unknown {
  for (
    let start = text.indexOf('{'), tries = 0;
    start >= 0 && tries < 20;
    start = text.indexOf('{', start + 1), tries++
  ) {
    const end = closing(text, start)
    if (end < 0) return null
    try {
      return JSON.parse(text.slice(start, end + 1))
    } catch {}
  }
  return null
}

function closing(text: string, start: number): number {
  let [depth, quoted] = [0, false]
  for (let at = start; at < text.length; at++) {
    const sign = text[at]
    if (quoted) {
      if (sign === '\\') at++
      else if (sign === '"') quoted = false
    } else if (sign === '"') quoted = true
    else if (sign === '{') depth++
    else if (sign === '}' && --depth === 0) return at
  }
  return -1
}
