/** A value of the person's environment that must never be written down, and the variable that holds it. */
export type Secret = { name: string; value: string }

const NAMES = /(^|_)KEY(_|$)|(API|ACCESS|PRIVATE)_?KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL/i
/** Shorter values, and paths, are too common in texts to be told apart from them. */
const SHORTEST = 8

/** What variables hold that are named like secrets, and the passwords in addresses. */
export function secretsIn(environment: Readonly<Record<string, string | undefined>>): Secret[] {
  const found = Object.entries(environment).flatMap(([name, value = '']) => {
    const password = /:\/\/[^\s/:@]*:([^\s/@]+)@/.exec(value)?.[1]
    return [...(NAMES.test(name) ? [value.trim()] : []), ...(password === undefined ? [] : [password])].map((one) => ({
      name,
      value: one,
    }))
  })
  return found
    .filter(({ value }) => value.length >= SHORTEST && !/^[~./]/.test(value))
    .toSorted((a, b) => b.value.length - a.value.length)
}

/** The text with each secret replaced by the name of its variable. */
export const blacken = (text: string, secrets: readonly Secret[]): string =>
  secrets.reduce((left, { name, value }) => left.replaceAll(value, `[$${name}]`), text)

/** A value made of plain objects, with secrets blackened in all of its texts. */
export function blackenAll<T>(value: T, secrets: readonly Secret[]): T {
  const clean = (one: unknown): unknown => {
    if (typeof one === 'string') return blacken(one, secrets)
    if (Array.isArray(one)) return one.map(clean)
    if (typeof one !== 'object' || one === null) return one
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, clean(inner)]))
  }
  return secrets.length === 0 ? value : (clean(value) as T)
}
