/** What programs say when they are turned away, and what they were then trying. */
const TURNED_AWAY: readonly [RegExp, string][] = [
  [
    /ENETUNREACH|Network is unreachable|EAI_AGAIN|Temporary failure in name resolution|Could not resolve host|getaddrinfo/i,
    'it tried to reach the network',
  ],
  [
    /(EACCES|Permission denied|EROFS|Read-only file system)[^\n]*\/(root|home|etc|var|proc|usr)\b/i,
    'it tried to reach what is shut',
  ],
]

/** Signs of tampering in what a candidate printed: attempts on the network, on shut folders, or on the files that are hidden from it. */
export function signsInOutput(output: string, hidden: readonly string[]): string[] {
  const named = hidden.filter((path) => mentions(output, path))
  return [
    ...TURNED_AWAY.flatMap(([pattern, sign]) => (pattern.test(output) ? [sign] : [])),
    ...(named.length > 0 ? [`it looked for files that are hidden from it: ${named.slice(0, 3).join(', ')}`] : []),
  ]
}

/** Whether a text names a file by its whole path or, where that tells enough, by its name. */
function mentions(text: string, path: string): boolean {
  const name = path.split('/').at(-1) ?? path
  return text.includes(path) || (name.length >= 8 && text.includes(name))
}
