import type TurndownService from 'turndown'
import { type Document, linePosition, Unreadable } from './document.ts'

let service: TurndownService | null = null

/** HTML as Markdown: the main part of the page where it says which that is, without scripts, styles and navigation. */
export async function htmlDocument(html: string): Promise<Document> {
  service ??= await makeService()
  const title = /<title[^>]*>([\s\S]{0,500}?)<\/title>/i.exec(html)?.[1] ?? ''
  const text = markdownOf(service, mainPart(html, 'main') ?? mainPart(html, 'article') ?? html)
  const name = markdownOf(service, title).replace(/\s+/g, ' ')
  return { kind: 'markdown', text, title: name, language: '', position: linePositionOfText }
}

/** What stands in the one element of a name; null where there is none, or several. */
function mainPart(html: string, name: string): string | null {
  const opened = html.search(new RegExp(`<${name}[\\s>]`, 'i'))
  const closed = html.toLowerCase().lastIndexOf(`</${name}>`)
  if (opened < 0 || closed < opened) return null
  const part = html.slice(opened, closed)
  return part.toLowerCase().includes(`</${name}>`) ? null : part
}

/** HTML has no lines that a reader would know: they are those of the text made of it. */
const linePositionOfText = (from: number, to: number) => `${linePosition(from, to)} of the text`

function markdownOf(turndown: TurndownService, html: string): string {
  try {
    return turndown.turndown(html).replace(/\n{3,}/g, '\n\n')
  } catch (fault) {
    if (fault instanceof RangeError) throw new Unreadable('its elements are nested too deeply')
    throw fault
  }
}

async function makeService(): Promise<TurndownService> {
  const { default: Turndown } = await import('turndown')
  const made = new Turndown({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-' })
  made.remove(['script', 'style', 'noscript', 'iframe', 'object', 'form', 'button', 'nav', 'footer', 'aside', 'title'])
  // Without a rule for tables their cells would run into one another.
  made.addRule('cell', {
    filter: ['th', 'td'],
    replacement: (content) => ` ${content.trim().replace(/\s*\n\s*/g, ' ')} |`,
  })
  made.addRule('row', { filter: 'tr', replacement: (content) => `|${content}\n` })
  return made
}
