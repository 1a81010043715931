import { z } from 'zod'

export const PAGE_TYPES = ['workflow', 'principle', 'implementation', 'environment', 'heuristic'] as const
export const PageType = z.enum(PAGE_TYPES)
export type PageType = z.infer<typeof PageType>

export const EDGES = ['implemented_by', 'uses_heuristic', 'requires_env', 'step'] as const
export const Link = z.strictObject({ edge: z.enum(EDGES), to: z.string() })
export type Link = z.infer<typeof Link>

/** Where a page, or a part of it, was learned: `at` is a commit or a date, `path` a file of the source, `position` a place in that. */
export const Provenance = z.strictObject({ source: z.string(), at: z.string(), path: z.string(), position: z.string() })
export type Provenance = z.infer<typeof Provenance>

/** One piece of taught knowledge: the front matter of a Markdown file, and its body. */
export const Page = z.strictObject({
  id: z.string().regex(/^[a-z]+\/[a-z0-9][a-z0-9-]*$/, 'an id is TYPE/SLUG in lower case'),
  type: PageType,
  title: z.string().min(1).max(300),
  domains: z.array(z.string()).default([]),
  sources: z.array(z.string()).default([]),
  links: z.array(Link).default([]),
  provenance: z.array(Provenance).default([]),
  body: z.string(),
})
export type Page = z.infer<typeof Page>
