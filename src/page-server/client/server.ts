import type { Steering } from '../../records/steering.ts'
import type { Detail, PageData, Row } from '../../reports/page/shape.ts'
import { type LiveState, mergeRows, type RunLine, type Told } from '../shape.ts'

/** The server that the page came from, as the page asks it. */
export type Server = {
  runs(): Promise<RunLine[]>
  run(name: string): Promise<{ data: PageData; live: LiveState }>
  detail(name: string, attempt: number): Promise<Detail | null>
  compare(name: string, from: number, to: number): Promise<string | null>
  /** Orders the run something; gives what became of it, in words. Throws where it cannot be followed. */
  order(name: string, order: Steering): Promise<string>
  /** Tells whatever happens, for as long as the page is open; `line` hears whether the server is heard. */
  follow(name: string | null, told: (told: Told) => void, line: (heard: boolean) => void): void
}

/** What the server answers when the token is wrong, or the page was opened without it. */
export class Refused extends Error {}

const NEXT_TRY = 1500

/** The token out of the page's address, which is then cleared of it; kept for as long as the tab is open, for this server alone. */
export function takeToken(): string {
  const given = /^#token=([\w-]+)$/.exec(location.hash)?.[1]
  if (given !== undefined) {
    sessionStorage.setItem('token', given)
    history.replaceState(null, '', location.pathname + location.search)
  }
  return sessionStorage.getItem('token') ?? ''
}

export function serverWith(token: string): Server {
  const headers = { authorization: `Bearer ${token}` }
  const ask = async (path: string, more: RequestInit = {}): Promise<Response> => {
    const response = await fetch(path, {
      ...more,
      headers: { ...headers, ...more.headers },
      credentials: 'omit',
      redirect: 'error',
    })
    if (response.status === 401) throw new Refused()
    return response
  }
  const get = async <T>(path: string): Promise<T | null> => {
    const response = await ask(path)
    if (response.status === 404) return null
    if (!response.ok) throw new Error(await reasonOf(response))
    return (await response.json()) as T
  }
  return {
    runs: async () => (await get<RunLine[]>('/api/runs')) ?? [],
    async run(name) {
      const found = await get<{ data: PageData; live: LiveState }>(`/api/runs/${name}`)
      if (!found) throw new Error(`There is no run ${name}.`)
      return found
    },
    detail: (name, attempt) => get(`/api/runs/${name}/attempts/${attempt}`),
    compare: async (name, from, to) =>
      (await get<{ diff: string | null }>(`/api/runs/${name}/compare?from=${from}&to=${to}`))?.diff ?? null,
    async order(name, order) {
      const response = await ask(`/api/runs/${name}/orders`, {
        method: 'POST',
        body: JSON.stringify(order),
        headers: { 'content-type': 'application/json' },
      })
      if (!response.ok) throw new Error(await reasonOf(response))
      const { fate, atWork, why } = (await response.json()) as { fate: string; atWork: boolean; why: string | null }
      if (why !== null) throw new Error(`Not done: ${why}.`)
      if (fate === 'taken') return 'Done.'
      return atWork
        ? 'Left for the process that works on the run.'
        : 'Kept for `anneal resume`: no process works on the run.'
    },
    follow(name, told, line) {
      const listen = async (): Promise<void> => {
        const response = await ask(`/api/events${name === null ? '' : `?run=${name}`}`)
        if (!response.ok || !response.body) throw new Error(await reasonOf(response))
        line(true)
        const decoder = new TextDecoder()
        let text = ''
        for await (const bytes of chunks(response.body)) {
          text += decoder.decode(bytes, { stream: true })
          const events = text.split('\n\n')
          text = events.pop() ?? ''
          for (const event of events) if (event.startsWith('data: ')) told(JSON.parse(event.slice(6)) as Told)
        }
      }
      const again = () => {
        line(false)
        setTimeout(() => listen().then(again, again), NEXT_TRY)
      }
      listen().then(again, again)
    },
  }
}

/** A run's data as it stands after one more message. */
export function merged(rows: readonly Row[], told: Extract<Told, { kind: 'run' }>): PageData {
  return { ...told.data, rows: told.whole ? told.data.rows : mergeRows(rows, told.data.rows) }
}

async function* chunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}

async function reasonOf(response: Response): Promise<string> {
  const said = (await response.json().catch(() => ({}))) as { error?: string }
  return said.error ?? `The server answered ${response.status}.`
}
