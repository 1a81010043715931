import { createHash, timingSafeEqual } from 'node:crypto'

/** What a request says of itself, as far as it decides whether it is answered. */
export type Asked = {
  method: string
  host: string | undefined
  origin: string | undefined
  /** What the browser says of where the request comes from (`Sec-Fetch-Site`). */
  site: string | undefined
  authorization: string | undefined
}

export type Refusal = { status: number; why: string }

/**
 * Why a request comes from where it should not; null where it may be looked at. A foreign `Host` is a name that was turned to this machine (DNS rebinding);
 * a foreign `Origin` is another site's page, or another program's on this machine.
 */
export function strange({ host, origin }: Asked, port: number): Refusal | null {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  if (host === undefined || !hosts.includes(host)) return { status: 403, why: 'the host is not this server' }
  if (origin !== undefined && origin !== `http://${host}`) return { status: 403, why: 'the origin is not this page' }
  return null
}

/**
 * Why what only the page itself asks for is asked by another site's; null where it is not. Not for the page, which holds nothing: a browser comes to it from
 * the file that Anneal hands it, or from a link, and says so.
 */
export const foreign = ({ site }: Asked): Refusal | null =>
  site === undefined || site === 'same-origin' || site === 'none'
    ? null
    : { status: 403, why: 'the request comes from another site' }

/** Whether a request bears the token, as `Authorization: Bearer TOKEN`. Takes as long for a wrong one as for the right one. */
export function bears({ authorization }: Asked, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`))
}
