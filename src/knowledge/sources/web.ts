import { AnnealError, messageOf } from '../../records/error.ts'
import { type Kind, kindOf, LARGEST_FILE } from './kinds.ts'
import { type SourceFile, withoutPassword } from './source-file.ts'

/** `seconds` for the whole of it; `now` gives today's date where the server gives none. */
export type WebParts = { fetch: typeof fetch; now(): Date; seconds?: number }

const SECONDS = 30
const REDIRECTS = 5
const LARGEST = LARGEST_FILE.pdf

const TYPES: readonly (readonly [RegExp, Kind])[] = [
  [/^(text\/html|application\/xhtml\+xml)/, 'html'],
  [/^application\/pdf/, 'pdf'],
  [/^text\/(x-)?markdown/, 'markdown'],
  [/^application\/x-ipynb\+json/, 'notebook'],
]

/** A web page, read at once: http and https alone, within limits of size, time and redirects. Throws an AnnealError where it cannot be had. */
export async function webFile(
  text: string,
  parts: WebParts,
  signal: AbortSignal,
): Promise<{ file: SourceFile; at: string; name: string }> {
  const within = AbortSignal.any([signal, AbortSignal.timeout((parts.seconds ?? SECONDS) * 1000)])
  const shown = withoutPassword(text)
  const refuse = (why: string, cause?: unknown) =>
    new AnnealError({
      what: `${shown} could not be read.`,
      why,
      fix: 'Open it in a browser and save it as a file, then learn that.',
      cause,
    })
  try {
    const response = await follow(new URL(text), parts.fetch, within, refuse)
    const kind = kindFrom(response)
    if (kind === null) throw refuse(`It is ${response.headers.get('content-type')}, which is not a kind that is read.`)
    const bytes = await bodyOf(response, refuse)
    const at = new Date(response.headers.get('last-modified') ?? Number.NaN)
    const date = Number.isNaN(at.getTime()) ? parts.now() : at
    const name = shown.replace(/#.*$/, '')
    return { name, at: date.toISOString().slice(0, 10), file: { path: lastPart(name), kind, read: async () => bytes } }
  } catch (fault) {
    signal.throwIfAborted()
    if (fault instanceof AnnealError) throw fault
    const cause = fault instanceof Error && fault.cause instanceof Error ? `: ${fault.cause.message}` : ''
    throw refuse(
      within.aborted ? `It took longer than ${parts.seconds ?? SECONDS} s.` : `${messageOf(fault)}${cause}`,
      fault,
    )
  }
}

type Refuse = (why: string) => AnnealError

async function follow(first: URL, get: typeof fetch, signal: AbortSignal, refuse: Refuse): Promise<Response> {
  let url = first
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    if (!/^https?:$/.test(url.protocol)) throw refuse(`It leads to ${url.protocol}, and only http and https are read.`)
    if (isInward(url) && !isInward(first)) throw refuse('It leads from the open network to an address inside this one.')
    const response = await get(withoutPassword(url.href), {
      redirect: 'manual',
      signal,
      headers: {
        accept: 'text/html, text/markdown, text/plain, application/pdf;q=0.9',
        'user-agent': 'anneal',
        ...passwordOf(url),
      },
    })
    const next = response.headers.get('location')
    if (response.status >= 300 && response.status < 400 && next !== null) {
      await response.body?.cancel()
      url = new URL(next, url)
      continue
    }
    if (!response.ok) throw refuse(`The server answers ${response.status} ${response.statusText}.`)
    return response
  }
  throw refuse(`It leads on more than ${REDIRECTS} times.`)
}

const passwordOf = ({ username, password }: URL): Record<string, string> =>
  username === ''
    ? {}
    : {
        authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`,
      }

/** Whether an address by its own words lies on this machine or in a private network. */
const isInward = ({ hostname }: URL): boolean =>
  /^(localhost|.*\.(localhost|local|internal)|127\..*|10\..*|192\.168\..*|169\.254\..*|172\.(1[6-9]|2\d|3[01])\..*|0\..*|\[(::1?|f[cd].*|fe80.*|::ffff:.*)\])$/i.test(
    hostname,
  )

function kindFrom(response: Response): Kind | null {
  const type = response.headers.get('content-type') ?? ''
  const known = TYPES.find(([pattern]) => pattern.test(type))?.[1]
  if (known) return known
  const byName = kindOf(new URL(response.url || 'http://localhost/').pathname)
  if (typeof byName === 'string' && byName !== 'unknown' && byName !== 'html') return byName
  return /^text\//.test(type) || type === '' ? 'text' : null
}

/** The body, up to the limit: a server's word on its length is not believed. */
async function bodyOf(response: Response, refuse: Refuse): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.length
    if (size > LARGEST) throw refuse(`It is larger than ${LARGEST / 2 ** 20} MB.`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const lastPart = (address: string): string =>
  address
    .replace(/[?].*$/, '')
    .replace(/\/+$/, '')
    .split('/')
    .at(-1) || 'page'
