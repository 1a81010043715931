import type { Word } from './agent.ts'

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The JSON object of a line; null where it holds none. */
export function jsonOf(line: string): Fields | null {
  if (!line.startsWith('{')) return null
  try {
    const value: unknown = JSON.parse(line)
    return isFields(value) ? value : null
  } catch {
    return null
  }
}

/** The object under `key`, empty where there is none. */
export const under = (fields: Fields, key: string): Fields => {
  const value = fields[key]
  return isFields(value) ? value : {}
}

/** The objects of the list under `key`. */
export const listOf = (fields: Fields, key: string): Fields[] => {
  const value = fields[key]
  return Array.isArray(value) ? value.filter(isFields) : []
}

export const textOf = (fields: Fields, key: string): string => {
  const value = fields[key]
  return typeof value === 'string' ? value : ''
}

/** A count or a price: finite and not negative, else 0. */
export const numberOf = (fields: Fields, key: string): number => {
  const value = fields[key]
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0
}

/** An agent that knows no price says 0. */
export const priced = (usd: number): number | null => (usd > 0 ? usd : null)

const REFUSED =
  /(?:^|status|error|code)\W{0,4}40[13]\b|unauthori[sz]ed|(?:invalid|incorrect|missing).{0,10}api.?key|not logged in|run \/login|failed to authenticate|not able to authenticate/i

/** What went wrong, as a word: whether the server refuses the key is told from the text. An error may stand in it as JSON. */
export function errorWord(text: string): Word {
  const at = text.indexOf('{')
  const inner = at < 0 ? null : /"message"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(text.slice(at))?.[1]
  const message = inner ? textOf(jsonOf(`{"message":${inner}}`) ?? {}, 'message') : ''
  const shown = message === '' ? text.trim() : `${text.slice(0, at)}${message}`.trim()
  return {
    kind: 'error',
    text: shown || 'an error without a message',
    ...(REFUSED.test(text) ? { refused: true } : {}),
  }
}

/** The address of an OpenAI-compatible server that the user has set for all programs. */
export const openAiServer = (environment: Readonly<Record<string, string>>): string | null =>
  environment.OPENAI_BASE_URL || null
