import { element } from '../../reports/page/client/element.ts'
import type { Source } from '../../reports/page/client/part.ts'
import { start } from '../../reports/page/client/start.ts'
import type { Row } from '../../reports/page/shape.ts'
import { controlsPart } from './controls.ts'
import { runList } from './run-list.ts'
import { merged, Refused, type Server, serverWith, takeToken } from './server.ts'

/** The live page: the report of one run as it stands, what can be done to it, and the list of all runs. */
const host = document.getElementById('page')
if (host)
  open(host).catch((fault: unknown) => {
    const text =
      fault instanceof Refused
        ? 'This page shows nothing without its token. Open the address that `anneal ui` printed; each start has a new one.'
        : `The page could not be shown: ${fault instanceof Error ? fault.message : fault}`
    host.replaceChildren(element('p', { class: 'fault', role: 'alert' }, text))
  })

async function open(host: HTMLElement): Promise<void> {
  const server = serverWith(takeToken())
  const runs = await server.runs()
  const wanted = new URLSearchParams(location.search).get('run')
  const name = runs.find(({ run }) => run === wanted)?.run ?? runs[0]?.run
  if (name === undefined) return wait(host, server)
  const list = runList(name)
  list.update(runs)
  const controls = controlsPart(name, server, list.node)
  let rows: readonly Row[] = []
  const source: Source = {
    async load() {
      const { data, live } = await server.run(name)
      rows = data.rows
      controls.hear(live)
      return data
    },
    detail: (attempt) => server.detail(name, attempt),
    compare: (from, to) => server.compare(name, from, to),
    follow(told) {
      server.follow(
        name,
        (message) => {
          if (message.kind === 'runs') return list.update(message.runs)
          const data = merged(rows, message)
          rows = data.rows
          controls.hear(message.live)
          told(data)
        },
        controls.line,
      )
      return () => undefined
    },
  }
  await start({ host, source, controls: controls.part })
}

/** Where there is no run yet, the first one is waited for. */
function wait(host: HTMLElement, server: Server): void {
  host.replaceChildren(
    element(
      'main',
      { class: 'empty' },
      element('h1', {}, 'No run yet'),
      element('p', {}, 'Start one with `anneal run`: it shows up here by itself.'),
    ),
  )
  server.follow(
    null,
    (message) => {
      if (message.kind === 'runs' && message.runs.length > 0) location.reload()
    },
    () => undefined,
  )
}
