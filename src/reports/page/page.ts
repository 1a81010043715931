import { createHash } from 'node:crypto'
import { safe } from '../plain.ts'
import type { Packed, PageData } from './shape.ts'

/** The page's own code and style, as they were built. */
export type PageAssets = { script: string; style: string }

export type PageOrder = {
  title: string
  assets: PageAssets
  /** What stands in the file itself; absent where the page is served and asks for it. */
  embedded?: { data: PageData; details: Packed }
  /** What those read who run no scripts. */
  plain: string
  /** Whether the page may talk to the server that it came from. */
  live?: boolean
}

/** The page as one HTML document that needs nothing else: data as JSON that cannot end its element, code and style that the policy names by digest. */
export function page({ title, assets, embedded, plain, live = false }: PageOrder): string {
  const data = embedded
    ? `<script type="application/json" id="anneal-data">${json(embedded.data)}</script>
<script type="application/json" id="anneal-details">${json(embedded.details)}</script>`
    : ''
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(assets, live)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${html(title)}</title>
<link rel="icon" href="data:,">
<style>${assets.style}</style>
</head>
<body>
<noscript><main><h1>${html(title)}</h1><pre>${html(safe(plain))}</pre><p>The whole report needs JavaScript, which it brings along.</p></main></noscript>
<div id="page"></div>
${data}
<script>${assets.script}</script>
</body>
</html>
`
}

/** The policy for the page: its own script and style, nothing from anywhere else, and no network but its own server's where it is live. */
export function contentPolicy({ script, style }: PageAssets, live: boolean): string {
  const digest = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  return [
    "default-src 'none'",
    `script-src ${digest(script)}`,
    `style-src ${digest(style)}`,
    'img-src data:',
    ...(live ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

/** JSON that may stand in a script element: nothing in it can end the element, open a comment, or break a line of JavaScript. */
export function json(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Text as HTML text or a quoted attribute. */
function html(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (sign) => names[sign] ?? sign)
}
