import { z } from 'zod'

export const PAGE_TYPES = ['workflow', 'principle', 'implementation', 'environment', 'heuristic'] as const
export const PageType = z.enum(PAGE_TYPES)
export type PageType = z.infer<typeof PageType>

export const EDGES = ['implemented_by', 'uses_heuristic', 'requires_env', 'step'] as const
export const Link = z.strictObject({ edge: z.enum(EDGES), to: z.string() })

/** One piece of taught knowledge: the front matter of a Markdown file, and its body. */
export const Page = z.strictObject({
  id: z.string().regex(/^[a-z]+\/[a-z0-9][a-z0-9-]*$/, 'an id is TYPE/SLUG in lower case'),
  type: PageType,
  title: z.string().min(1).max(300),
  domains: z.array(z.string()).default([]),
  sources: z.array(z.string()).default([]),
  links: z.array(Link).default([]),
  body: z.string(),
})
export type Page = z.infer<typeof Page>
