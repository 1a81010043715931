import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { readAssets } from '../jobs/report.ts'
import { steerRun } from '../jobs/steer.ts'
import { AnnealError, EXIT, messageOf } from '../records/error.ts'
import { Steering } from '../records/steering.ts'
import { contentPolicy, page } from '../reports/page/page.ts'
import { findRun, type Project } from '../wiring/project.ts'
import { type Asked, bears, foreign, type Refusal, strange } from './guard.ts'
import type { Told } from './shape.ts'
import { type Watched, watchRuns } from './watched.ts'

export type PageServer = {
  port: number
  /** The address with the token, for the person alone. */
  url: string
  close(): Promise<void>
}

export type ServerParts = { project: Project; port: number; token: string; clock(): number; wall(): Date }

/** Bytes of an order at most, and pages that may be open at a time. */
const [LARGEST, PAGES] = [16_384, 24]
/** Milliseconds between two signs of life on a stream. */
const BEAT = 15_000

/**
 * Serves the live page of a project's runs on 127.0.0.1 alone. The page itself holds nothing and is given to anybody who asks for it under this server's own name; all
 * that it shows, and every order, needs the token in a header, which no other page can send. Throws (exit 69) where the port is taken.
 */
export async function openPageServer(parts: ServerParts): Promise<PageServer> {
  const assets = await readAssets('live')
  const html = page({
    title: 'Anneal',
    assets,
    plain: 'The live page needs JavaScript. `anneal status` and `anneal log` tell the same in a terminal.',
    live: true,
  })
  const policy = `${contentPolicy(assets, true)}; frame-ancestors 'none'`
  const watched = watchRuns(parts.project, parts.clock, parts.wall)
  const streams = new Set<ServerResponse>()
  let port = parts.port

  const server = createServer({ headersTimeout: 10_000, requestTimeout: 20_000 }, (request, response) => {
    for (const [name, value] of Object.entries({ ...HEADERS, 'content-security-policy': policy }))
      response.setHeader(name, value)
    answer(request, response).catch((fault: unknown) => {
      const why =
        fault instanceof AnnealError ? [fault.what, fault.why, fault.fix].filter(Boolean).join(' ') : messageOf(fault)
      if (!response.headersSent) refuse(response, { status: 500, why })
      else response.destroy()
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = askedOf(request)
    const refusal = strange(asked, port)
    if (refusal) return refuse(response, refusal)
    const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`)
    if (url.pathname === '/') {
      if (asked.method !== 'GET') return refuse(response, only(response, 'GET'))
      response.setHeader('content-type', 'text/html; charset=utf-8')
      return void response.end(html)
    }
    const other = foreign(asked)
    if (other) return refuse(response, other)
    const route = ROUTES.find(({ path }) => path.test(url.pathname))
    if (!route) return refuse(response, NOT_THERE)
    if (asked.method !== route.method) return refuse(response, only(response, route.method))
    if (!bears(asked, parts.token))
      return refuse(response, {
        status: 401,
        why: 'the token is missing or wrong: use the address that `anneal ui` printed',
      })
    const [, name = '', more = ''] = route.path.exec(url.pathname) ?? []
    await route.answer({ request, response, name, more, url, watched, streams, project: parts.project })
  }

  await listen(server, parts.port)
  port = (server.address() as AddressInfo).port
  const beat = setInterval(() => {
    for (const stream of streams) if (!stream.writableNeedDrain) stream.write(': \n\n')
  }, BEAT)
  return {
    port,
    url: `http://127.0.0.1:${port}/#token=${parts.token}`,
    async close() {
      clearInterval(beat)
      watched.close()
      for (const stream of streams) stream.end()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

type Call = {
  request: IncomingMessage
  response: ServerResponse
  name: string
  more: string
  url: URL
  watched: Watched
  streams: Set<ServerResponse>
  project: Project
}
type Route = { method: 'GET' | 'POST'; path: RegExp; answer(call: Call): Promise<void> | void }

const NOT_THERE: Refusal = { status: 404, why: 'there is nothing of that name here' }

const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/api\/runs$/,
    answer: async ({ response, watched }) => send(response, await watched.runs()),
  },
  { method: 'GET', path: /^\/api\/events$/, answer: (call) => stream(call, call.url.searchParams.get('run')) },
  {
    method: 'GET',
    path: /^\/api\/runs\/([\w-]+)$/,
    answer: async ({ response, watched, name }) => {
      const whole = (await watched.find(name)) && (await watched.whole(name))
      return whole ? send(response, whole) : refuse(response, NOT_THERE)
    },
  },
  {
    method: 'GET',
    path: /^\/api\/runs\/([\w-]+)\/attempts\/(\d{1,9})$/,
    answer: async ({ response, watched, name, more }) => {
      const detail = await (await watched.find(name))?.detail(Number(more))
      return detail ? send(response, detail) : refuse(response, NOT_THERE)
    },
  },
  {
    method: 'GET',
    path: /^\/api\/runs\/([\w-]+)\/compare$/,
    answer: async ({ response, watched, name, url }) => {
      const numbers = Numbers.safeParse(Object.fromEntries(url.searchParams))
      if (!numbers.success) return refuse(response, { status: 400, why: 'name two attempts: ?from=3&to=12' })
      const diff = await (await watched.find(name))?.compare(numbers.data.from, numbers.data.to)
      return diff === undefined ? refuse(response, NOT_THERE) : send(response, { diff })
    },
  },
  { method: 'POST', path: /^\/api\/runs\/([\w-]+)\/orders$/, answer: order },
]
const Numbers = z.object({ from: z.coerce.number().int().nonnegative(), to: z.coerce.number().int().nonnegative() })

/** Hands an order to whoever works on the run. */
async function order({ request, response, name, watched, project }: Call): Promise<void> {
  if (request.headers.origin === undefined) return refuse(response, { status: 403, why: 'an order needs an origin' })
  if (!/^application\/json(;|$)/.test(request.headers['content-type'] ?? ''))
    return refuse(response, { status: 415, why: 'an order is JSON' })
  const body = await read(request)
  if (body === null) return refuse(response, { status: 413, why: `an order has ${LARGEST} bytes at most` })
  const wanted = Steering.safeParse(parsed(body))
  if (!wanted.success) return refuse(response, { status: 400, why: z.prettifyError(wanted.error) })
  if (!(await watched.find(name))) return refuse(response, NOT_THERE)
  try {
    const { sent, atWork } = await steerRun(await findRun(project, name), [wanted.data])
    send(response, { fate: sent[0]?.fate ?? 'waits', atWork, why: null })
  } catch (fault) {
    // An order that cannot be followed is an answer, not a fault.
    if (!(fault instanceof AnnealError)) throw fault
    send(response, { fate: 'refused', atWork: true, why: fault.why || fault.what })
  }
}

/** Tells a page what happens, as server-sent events, until it goes. */
function stream({ request, response, watched, streams }: Call, run: string | null): void {
  if (streams.size >= PAGES) {
    refuse(response, { status: 503, why: 'too many pages are open' })
    return
  }
  response.setHeader('content-type', 'text/event-stream; charset=utf-8')
  response.flushHeaders()
  request.socket.setNoDelay(true)
  streams.add(response)
  const leave = watched.join({
    run,
    ready: () => !response.writableNeedDrain,
    tell: (told: Told) => void response.write(`data: ${JSON.stringify(told)}\n\n`),
  })
  response.on('close', () => {
    leave()
    streams.delete(response)
  })
}

/** The body as text; null where it is too large. */
async function read(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > LARGEST) return null
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, value: unknown, status = 200): void {
  response.statusCode = status
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.end(JSON.stringify(value))
}

function refuse(response: ServerResponse, { status, why }: Refusal): void {
  // What is left of a body that was not read is not waited for.
  response.setHeader('connection', 'close')
  send(response, { error: why }, status)
}

function only(response: ServerResponse, method: string): Refusal {
  response.setHeader('allow', method)
  return { status: 405, why: `only ${method} is answered here` }
}

function askedOf({ method = '', headers }: IncomingMessage): Asked {
  const { host, origin, authorization, 'sec-fetch-site': site } = headers
  return { method, host, origin, authorization, site: typeof site === 'string' ? site : undefined }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', (fault: NodeJS.ErrnoException) =>
      failed(
        new AnnealError({
          what: `The page cannot be served on port ${port}.`,
          why: fault.code === 'EADDRINUSE' ? 'Another program listens there.' : fault.message,
          fix: 'Name another with --port, or none for any that is free.',
          exit: EXIT.unavailable,
          cause: fault,
        }),
      ),
    )
    server.listen(port, '127.0.0.1', () => done())
  })
}
