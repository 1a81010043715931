/** What looks like a secret, by kind. Each pattern's first group, where it has one, is kept. */
const PATTERNS: readonly { kind: string; pattern: RegExp }[] = [
  {
    kind: 'private key',
    pattern:
      /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:[\s\S]{0,10000}?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|(?:\s{0,8}[A-Za-z0-9+/=]{16,100})*)/g,
  },
  { kind: 'API key', pattern: /\b(?:sk|rk|pk)[-_](?:live[-_]|test[-_]|proj-|ant-)?[A-Za-z0-9_-]{20,}/g },
  { kind: 'AWS key', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  { kind: 'Google key', pattern: /\bAIza[0-9A-Za-z_-]{35}/g },
  {
    kind: 'token',
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|hf_[A-Za-z0-9]{20,})/g,
  },
  { kind: 'token', pattern: /\b(?:xox[abprs]-[\w-]{10,}|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{30,}|dop_v1_[a-f0-9]{40,})/g },
  { kind: 'token', pattern: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g },
  { kind: 'token', pattern: /(\b[Aa]uthorization["']?\s*[:=]\s*["']?(?:Bearer|Basic|Token)\s+)[\w.~+/=-]{16,}/g },
  { kind: 'password', pattern: /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@'"`<>]{0,100}:)[^\s/@'"`<>]{3,200}(?=@)/gi },
]

/** A name that says "secret", given a literal: the literal counts when it looks drawn by chance. */
const ASSIGNED =
  /((?:api|access|auth|client|secret|private|encryption|signing)?[_-]?(?:key|secret|token|passw(?:or)?d|pwd|credential)s?["']?\s*(?::|=|=>|:=)\s*)(["'`]?)([^\s"'`,;)}\]]{12,200})\2/gi

/**
 * Blackens what looks like a key, a token, a password or a private key; lines keep their numbers.
 * Gives the text and the kinds that were found, each once for every find.
 */
export function redact(text: string): { text: string; kinds: string[] } {
  const kinds: string[] = []
  const black = (kind: string, whole: string) => {
    kinds.push(kind)
    return `[redacted: ${kind}]${'\n'.repeat(whole.split('\n').length - 1)}`
  }
  const known = PATTERNS.reduce(
    (now, { kind, pattern }) =>
      now.replace(pattern, (whole: string, kept: unknown) => {
        const before = typeof kept === 'string' ? kept : ''
        return before + black(kind, whole.slice(before.length))
      }),
    text,
  )
  const all = known.replace(ASSIGNED, (whole: string, name: string, quote: string, value: string) =>
    looksDrawn(value, quote !== '') ? `${name}${quote}${black('secret', value)}${quote}` : whole,
  )
  return { text: all, kinds }
}

/** Names of files that are there to hold secrets: these are not read at all. */
export const holdsSecrets = (path: string): boolean =>
  /(^|\/)(\.env(\.(?!example|sample|template)[\w-]+)?|\.netrc|\.npmrc|\.pypirc|\.htpasswd|id_(rsa|dsa|ecdsa|ed25519)|credentials(\.json)?|secrets?\.(ya?ml|json|toml)|[^/]+\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk))$/i.test(
    path,
  )

/** Digits and letters mixed, much variety, and no sign of code or of a place to fill in. */
function looksDrawn(value: string, quoted: boolean): boolean {
  if (/redacted|example|placeholder|changeme|your|xxxx|dummy|\$\{|\{\{|<|\(|\.\.\./i.test(value)) return false
  if (!quoted && /[.[\]]/.test(value)) return false
  return /\d/.test(value) && /[A-Za-z]/.test(value) && entropy(value) >= 3.2
}

/** Bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>()
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0)
}
