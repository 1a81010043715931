import { z } from 'zod'

export const SECTIONS = [
  'architecture',
  'entry points',
  'where to edit',
  'invariants',
  'testing',
  'gotchas',
  'dependencies',
] as const

/** What is held to be true of the program, with the words of a file that bear it out. */
export const Claim = z.object({ section: z.enum(SECTIONS), claim: z.string(), path: z.string(), quote: z.string() })
export type Claim = z.infer<typeof Claim>

/** Claims as a model gives them: what is not of this form says nothing, for a claim is never a reason to lose a reply. */
export const Claims = z.array(Claim.catch({ section: 'architecture', claim: '', path: '', quote: '' })).catch([])

/** Claims as prompts show them. */
export const claimsText = (claims: readonly Claim[]): string =>
  SECTIONS.flatMap((section) => {
    const own = claims.filter((one) => one.section === section)
    return own.length === 0
      ? []
      : [`${section}:`, ...own.map(({ claim, path, quote }) => `- ${claim} (${path}: ${JSON.stringify(quote)})`)]
  }).join('\n')
