import type { Agent, AgentUsage, Word } from './agent.ts'

/** What an agent has told so far. */
export type Told = {
  /** Its last message, and whether more of it may come. */
  message: string
  speaking: boolean
  /** What it was last at. */
  progress: string
  errors: readonly string[]
  refused: boolean
  done: boolean
  /** Words that were understood. */
  words: number
  /** By call; a total stands alone. */
  usage: Readonly<Record<string, AgentUsage>>
  calls: number
  total: boolean
  usd: number | null
}

export const NOTHING_TOLD: Told = {
  message: '',
  speaking: false,
  progress: '',
  errors: [],
  refused: false,
  done: false,
  words: 0,
  usage: {},
  calls: 0,
  total: false,
  usd: null,
}

/** What has been told after one more word. Pure. */
export function hear(told: Told, word: Word): Told {
  const next = { ...told, words: told.words + 1 }
  switch (word.kind) {
    case 'progress':
      return { ...next, progress: word.text, speaking: false }
    case 'message':
      if (word.part) return { ...next, message: (told.speaking ? told.message : '') + word.text, speaking: true }
      return word.text.trim() === '' ? next : { ...next, message: word.text, speaking: false }
    case 'usage': {
      if (told.total) return next
      const usage = { ...told.usage, [word.call ?? `call ${told.words}`]: word.usage }
      return { ...next, usage, calls: Object.values(usage).filter(({ input }) => input > 0).length }
    }
    case 'total':
      return { ...next, usage: { total: word.usage }, calls: word.calls, total: true }
    case 'cost':
      return { ...next, usd: word.usd }
    case 'error':
      return { ...next, errors: [...told.errors, word.text].slice(-5), refused: word.refused ?? false }
    case 'done':
      return { ...next, done: true }
  }
}

/** The sum of what was used; `usd` is null where the agent gave no price. */
export function sumOf({ usage, usd: told }: Told): AgentUsage {
  const all = Object.values(usage)
  const sum = (key: 'input' | 'cached' | 'output') => all.reduce((total, one) => total + one[key], 0)
  const usd = all.reduce<number | null>(
    (total, one) => (total === null || one.usd === null ? null : total + one.usd),
    0,
  )
  return {
    input: sum('input'),
    cached: sum('cached'),
    output: sum('output'),
    usd: told ?? (all.length === 0 ? null : usd),
  }
}

/** A line longer than this is no event. */
const LONGEST_LINE = 8 * 2 ** 20

/** Takes in standard output as it comes and gives each word of each whole line; what an agent prints can be anything, so nothing is thrown. */
export function listenTo(read: Agent['read'], say: (word: Word) => void): { add(bytes: Buffer): void; end(): void } {
  const decoder = new TextDecoder()
  let pieces: string[] = []
  let size = 0
  const keep = (piece: string) => {
    size += piece.length
    if (size <= LONGEST_LINE) pieces.push(piece)
  }
  const close = () => {
    if (size > 0 && size <= LONGEST_LINE) for (const word of read(pieces.join('').trim())) say(word)
    pieces = []
    size = 0
  }
  return {
    add(bytes) {
      for (const [index, piece] of decoder.decode(bytes, { stream: true }).split('\n').entries()) {
        if (index > 0) close()
        keep(piece)
      }
    },
    end: close,
  }
}
