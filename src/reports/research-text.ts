import type { Research } from '../records/research.ts'
import { safe } from './plain.ts'

/** A research as Markdown: what a person reads, and what a run can be given. */
export function researchText({ query, summary, findings, sources }: Research): string {
  const numbers = new Map(sources.map(({ url }, index) => [url, index + 1]))
  const parts = findings.map(({ type, title, text, sources: own }) => {
    const cited = own.map((url) => `[${numbers.get(url) ?? url}]`).join(' ')
    return `## ${title} (${type})\n\n${text}\n\nSources: ${cited}`
  })
  const list = sources.map(({ url, title }, index) => `${index + 1}. ${title ? `${title}: ` : ''}${url}`)
  return safe([`# ${query}`, summary, ...parts, `## Sources\n\n${list.join('\n')}`].join('\n\n')).concat('\n')
}

/** What it took. */
export function researchCost({ searches, unfounded, spent }: Research): string {
  const money = spent.usd === null ? 'at a price that is not known' : `$${spent.usd.toFixed(4)}`
  return [
    `${searches === 1 ? 'One search' : `${searches} searches`}, ${spent.tokens} tokens, ${money}; what the server takes for a search itself is not in it.`,
    unfounded > 0 ? `Findings dropped, for no page that was searched bears them out: ${unfounded}.` : '',
  ]
    .filter(Boolean)
    .join(' ')
}
