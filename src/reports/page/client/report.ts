import type { Detail, Packed, PageData } from '../shape.ts'
import { element } from './element.ts'
import type { Source } from './part.ts'
import { start } from './start.ts'

/** The page of a file: everything stands in the document itself. */
const host = document.getElementById('page')
if (host)
  start({ host, source: embedded() }).catch((fault: unknown) => {
    host.replaceChildren(element('p', { class: 'fault', role: 'alert' }, `The report could not be shown: ${fault}`))
  })

function embedded(): Source {
  const packed = read<Packed>('anneal-details')
  const blocks = new Map<number, Promise<Detail[]>>()
  return {
    load: async () => read<PageData>('anneal-data'),
    async detail(attempt) {
      const at = packed.at[attempt]
      const text = at === undefined ? undefined : packed.blocks[at]
      if (at === undefined || text === undefined) return null
      const block = blocks.get(at) ?? unpack(text)
      blocks.set(at, block)
      return (await block).find((one) => one.attempt === attempt) ?? null
    },
  }
}

function read<T>(id: string): T {
  return JSON.parse(document.getElementById(id)?.textContent ?? 'null') as T
}

/** A block of details: JSON, deflated, in base64. */
async function unpack(text: string): Promise<Detail[]> {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))
  return JSON.parse(await new Response(stream).text()) as Detail[]
}
