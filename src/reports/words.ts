/** Text of any origin made safe for a terminal or a CI log: no escape sequences, no control or direction characters, no line that GitHub would obey. */
export function safe(text: string): string {
  return text
    .replace(
      /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(\u0007|\u001b\\)?|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
      '',
    )
    .replace(/^(\s*):(?=:)/gm, '$1: ')
    .replace(/##(?=\[)/g, '# #')
}

/** Text of any origin on one safe line of at most `limit` characters. */
export const oneLine = (text: string, limit: number) => {
  const line = safe(text).replace(/\s+/g, ' ').trim()
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line
}

export const figure = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(7))))

/** A change of a score, with its sign, to four digits. */
export const changeText = (change: number): string => `${change >= 0 ? '+' : ''}${Number(change.toPrecision(4))}`

export function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
