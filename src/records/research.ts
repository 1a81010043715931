import { z } from 'zod'
import { PageType } from './page.ts'

export const RESEARCH_MODES = ['ideas', 'implementations', 'study'] as const
export type ResearchMode = (typeof RESEARCH_MODES)[number]
export const RESEARCH_DEPTHS = ['light', 'deep'] as const
export type ResearchDepth = (typeof RESEARCH_DEPTHS)[number]

/** One thing that research found, with the addresses of the pages that say so. */
export const Finding = z.object({
  type: PageType,
  title: z.string().trim().min(1).max(300),
  text: z.string().trim().min(1).max(20_000),
  sources: z.array(z.string()),
})
export type Finding = z.infer<typeof Finding>

/** What came of a research. `unfounded` counts findings that were dropped because no page that was searched bears them out. */
export type Research = {
  query: string
  mode: ResearchMode
  depth: ResearchDepth
  summary: string
  findings: Finding[]
  sources: { url: string; title: string }[]
  searches: number
  unfounded: number
  spent: { tokens: number; usd: number | null }
}
