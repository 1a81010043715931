import type { ToolCall } from './conversation.ts'
import type { Fault } from './fault.ts'
import { LARGEST, type Piece, type Source, type Used } from './piece.ts'

/** A whole reply. */
export type Heard = { text: string; calls: ToolCall[]; sources: Source[]; searches: number }
/** What came of one request, and what the server says that it took; `used` is null where it says nothing. */
export type Hearing = { heard: Heard; used: Used | null } | { fault: Fault; used: Used | null }

/** Seconds for the first sign of a reply at most: a model may think for long before it speaks. */
const FIRST = 300
/** Seconds without a sign in mid-stream after which a reply is given up. */
const IDLE = 120

export type Listening = {
  /** Begins the request. */
  pieces(signal: AbortSignal): AsyncIterable<Piece>
  /** Seconds for the whole of it. */
  seconds: number
  signal: AbortSignal
  /** Told all of the text that has come so far. */
  onText(text: string): void
  /** What an exception means. */
  faultOf(thrown: unknown): Fault
}

/**
 * Hears one reply to its end, by a clock of its own. A reply that ends without saying why it ended is not an answer: it is thrown away whole.
 * Throws where `signal` is aborted, and what `onText` throws.
 */
export async function hear({ pieces, seconds, signal, onText, faultOf }: Listening): Promise<Hearing> {
  const timer = new AbortController()
  let late = ''
  const stop = (why: string) => {
    late = why
    timer.abort()
  }
  const clock = setTimeout(stop, seconds * 1000, `no whole reply within ${seconds.toFixed(0)} s`)
  let idle = setTimeout(stop, FIRST * 1000, `no sign of a reply within ${FIRST} s`)
  let used: Used | null = null
  let broken = false
  const tell = (text: string) => {
    try {
      onText(text)
    } catch (fault) {
      broken = true
      throw fault
    }
  }
  const heard = { text: '', refusal: '', finish: '', sources: [] as Source[], searches: 0 }
  const calls: ToolCall[] = []
  const lost = (reason: string, retry = true): Hearing => ({ fault: { reason, retry, took: true }, used })
  try {
    for await (const piece of pieces(AbortSignal.any([signal, timer.signal]))) {
      clearTimeout(idle)
      idle = setTimeout(stop, IDLE * 1000, `the reply stopped coming for ${IDLE} s`)
      heard.text += piece.text ?? ''
      heard.refusal += piece.refusal ?? ''
      heard.finish = piece.finish ?? heard.finish
      heard.searches += piece.searches ?? 0
      heard.sources.push(...(piece.sources ?? []))
      if (piece.call) addCall(calls, piece.call)
      // Some servers count up as they go: the last count is the whole one.
      used = piece.usage ?? used
      if (piece.text) tell(heard.text)
      if (heard.text.length + (piece.call ? lengthOf(calls) : 0) > LARGEST) {
        timer.abort()
        return lost(`the reply is larger than ${LARGEST} characters`, false)
      }
    }
    signal.throwIfAborted()
    if (late !== '') return lost(late)
    if (heard.finish === '') return lost('the reply was cut off in mid-stream')
    if (heard.refusal !== '') return lost(`the model refused: ${heard.refusal.slice(0, 300)}`, false)
    if (heard.finish === 'content_filter') return lost('the reply was filtered by the server', false)
    if (heard.finish === 'length')
      return lost(`the reply was cut off after ${heard.text.length} characters by the token limit`, false)
    const asked = calls.filter(Boolean)
    if (heard.text.trim() === '' && asked.length === 0) return lost('the reply is empty')
    const { text, sources, searches } = heard
    return { heard: { text, calls: asked, sources, searches }, used }
  } catch (thrown) {
    if (signal.aborted) throw signal.reason
    // Whoever listens is no fault of the server's.
    if (broken) throw thrown
    if (late !== '') return lost(late)
    return { fault: faultOf(thrown), used }
  } finally {
    clearTimeout(clock)
    clearTimeout(idle)
  }
}

/** Calls come in parts: the name first, the arguments bit by bit. */
function addCall(calls: ToolCall[], { at, id, name, arguments: more }: NonNullable<Piece['call']>): void {
  const before = calls[at] ?? { id: '', name: '', arguments: '' }
  calls[at] = {
    id: id ?? before.id,
    name: before.name + (name ?? ''),
    arguments: before.arguments + (more ?? ''),
  }
}

const lengthOf = (calls: readonly ToolCall[]) => calls.reduce((sum, one) => sum + (one?.arguments.length ?? 0), 0)
