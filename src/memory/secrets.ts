const SECRETS = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----|$)/g,
  /\b(sk|rk|pk)[-_][A-Za-z0-9_-]{16,}/g,
  /\b(AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|hf_[A-Za-z0-9]{20,}|xox[abprs]-[\w-]{10,}|AIza[\w-]{35})/g,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g,
  /(?<=\b(api[_-]?key|secret|token|passw(or)?d)["']?\s*[:=]\s*["']?)[A-Za-z0-9/+_.-]{16,}/gi,
  /(?<=:\/\/[^\s/:@]{1,100}:)[^\s/@]{3,200}(?=@)/g,
]

/** A text without what looks like a key, a token or a password: such things are never kept. */
export const withoutSecrets = (text: string): string =>
  SECRETS.reduce((left, pattern) => left.replace(pattern, '[secret removed]'), text)
